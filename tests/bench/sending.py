"""How many messages a second the sender drains, to a provider that answers over HTTP on loopback.

A provider that takes one message a call, and one that takes a hundred. Every message is claimed, committed, handed
over and written down, as it is with any provider; there is no limit of a rate. `SENDING_MESSAGES` scales it. There is
no floor: a published service of that kind (notifyd, with a provider that does nothing) tells of 640 and 3,537.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Any

import orjson

from services.contracts.notices import NoticeKind, NoticeStatus
from services.notify.channels.calling import Calling
from services.notify.channels.pacing import Pacing
from services.notify.channels.sms import SmsAccount, SmsGateway, SmsText
from services.notify.channels.trial import Trying, TryingMany
from services.notify.notices.delivery import Delivery
from services.notify.notices.domain.notice import Draft, queue
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Planned
from services.notify.notices.store import NOTICE
from services.notify.notices.wording import Wording
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.choices import Choices
from services.notify.persons.domain.person import stranger
from services.notify.persons.store import PERSON
from services.notify.shared.values import Way
from tests.bench.ground import Servers, database
from tests.bench.notify import HERE, Parts, opened

MESSAGES = int(os.environ.get("SENDING_MESSAGES", "3000"))
PUBLISHED = {1: 640, 100: 3537}
_TEXT = SmsText(code="SMS_1", text="“${title}”已办结。")


@dataclass
class Provider:
    """An HTTP server that takes messages, and counts what it took in how many calls."""

    port: int = 0
    taken: int = 0
    calls: int = 0


async def run(servers: Servers) -> list[str]:
    """A line for each provider."""
    return [await _drained(servers, at_once) for at_once in PUBLISHED]


async def _drained(servers: Servers, at_once: int) -> str:
    async with database(servers, patience=120) as kept, _provider() as provider:
        parts = await opened(kept, servers)
        await _settle(parts)
        url = f"http://127.0.0.1:{provider.port}/"
        account = SmsAccount(url, "bench", "secret", "社区", {NoticeKind.CASE_VERIFIED: _TEXT}, at_once=at_once)
        gateway = SmsGateway(account, Calling(10.0))
        gateway.rates = gateway.rates_each = ()
        notices, persons = parts.runtime.aggregates(NOTICE), parts.runtime.aggregates(PERSON, of_people=True)
        names, clock = parts.runtime.settings.names, parts.runtime.clock
        tried = TryingMany(gateway) if at_once > 1 else Trying(gateway)
        delivery = Delivery(notices, persons, {Way.SMS: tried}, Wording(names), Pacing(kept), clock)
        began, busy = perf_counter(), process_time()
        while await delivery.once():
            pass
        seconds, worked = perf_counter() - began, process_time() - busy
        left = await kept[NOTICE.collection].count_documents({"state.status": {"$ne": NoticeStatus.DELIVERED}})
        if (left, provider.taken) != (0, MESSAGES):
            raise RuntimeError(f"{left} were not sent, and {provider.taken} were taken")
    return (
        f"{f'sender: {at_once} a call, {provider.calls:,} calls':<46}{MESSAGES / seconds:>11,.0f} messages/s, "
        f"{worked / MESSAGES * 1e3:.2f} ms of this process each (published elsewhere: {PUBLISHED[at_once]:,})"
    )


async def _settle(parts: Parts) -> None:
    store, now = parts.runtime.database, parts.runtime.clock()
    people, queued = [], []
    for n in range(MESSAGES):
        id = f"resident-{n:06d}"
        person = stranger(id, HERE).given(Choices(quiet=None), Addresses(phone=f"139{n:08d}"))
        draft = Draft(
            community=HERE,
            recipient=id,
            kind=NoticeKind.CASE_VERIFIED,
            cause=f"case-{n}.5",
            about=f"case-{n}",
            version=5,
            template=1,
            particulars=Particulars(title="楼道灯不亮"),
        )
        notice = queue(draft, Planned(Way.SMS, now), now).aggregate
        people.append({"_id": id, "v": 1, "state": person.model_dump(exclude={"id"}), "outbox": []})
        queued.append({"_id": notice.id, "v": 1, "state": notice.model_dump(exclude={"id"}), "outbox": []})
    await store[PERSON.collection].insert_many(people)
    await store[NOTICE.collection].insert_many(queued)


@asynccontextmanager
async def _provider() -> AsyncIterator[Provider]:
    provider = Provider()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-le")
                )
                asked: Any = orjson.loads(await reader.readexactly(length))
                many = asked.get("messages")
                provider.calls += 1
                provider.taken += 1 if many is None else len(many)
                said = {"code": "OK"} if many is None else {"answers": [{"code": "OK"} for _ in many]}
                body = orjson.dumps(said)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    provider.port = server.sockets[0].getsockname()[1]
    try:
        yield provider
    finally:
        server.close()
        await server.wait_closed()
