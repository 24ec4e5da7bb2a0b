"""A broadcast to many inboxes, in documents a second, beside a bare `insert_many` of the same documents.

`FANOUT_PEOPLE` scales it: 100,000 unless it is said otherwise. Both write to collections with the same indexes, with
the same write concern, in batches of one size. Nine in ten have no address, so that a document beside the inbox says
why nothing else was sent; one in ten has mail, which waits.
"""

import asyncio
import os
from time import perf_counter, process_time
from typing import Any

from services.chassis.principal import Role, member
from services.chassis.store.aggregates import Cause
from services.chassis.store.gone_ahead import GoneAhead
from services.chassis.store.mongo import Database, Document
from services.notify.broadcasts.domain import Announce, announce
from services.notify.broadcasts.sending import BATCH, Broadcasting
from services.notify.broadcasts.store import BROADCAST
from services.notify.notices.store import INDEXES, NOTICE
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.person import stranger
from services.notify.persons.store import MEMBERSHIPS, PERSON
from tests.bench.ground import Figure, Servers, database
from tests.bench.notify import HERE, opened

PEOPLE = int(os.environ.get("FANOUT_PEOPLE", "100000"))
STAFF = member("staff-1", HERE, Role.STAFF)


async def run(servers: Servers) -> list[Figure]:
    """Documents a second by wall and by processor time of this process."""
    async with database(servers, patience=120) as kept:
        parts = await opened(kept, servers)
        await _settle(kept)
        sweep = next(s for room in parts.rooms for s in room.sweeps if isinstance(s, Broadcasting))
        made = Announce(community=HERE, title="停水通知", text="周六上午九点到十一点停水，请提前储水。")
        await parts.runtime.aggregates(BROADCAST).create(
            "broadcast-1", lambda now: announce("broadcast-1", made, STAFF, now), Cause(STAFF.sub)
        )
        await GoneAhead(parts.runtime.gone).look()
        ahead = asyncio.create_task(GoneAhead(parts.runtime.gone).read_tombstones())  # as a service does
        began, busy = perf_counter(), process_time()
        await sweep.once(parts.runtime.clock)
        seconds, worked = perf_counter() - began, process_time() - busy
        ahead.cancel()
        notices = kept[NOTICE.collection]
        inbox = await notices.count_documents({"state.channel": "inbox", "state.status": "delivered"})
        if inbox != PEOPLE:
            raise RuntimeError(f"{inbox} of {PEOPLE} inboxes have it")
        floor = kept["floor"]
        await floor.create_indexes([*INDEXES[NOTICE.collection], *parts.runtime.aggregates(NOTICE).indexes()])
        total, bare, bare_worked = 0, 0.0, 0.0
        async for batch in _batches(notices):
            began, busy = perf_counter(), process_time()
            await floor.insert_many(batch, ordered=False)
            bare, bare_worked = bare + perf_counter() - began, bare_worked + process_time() - busy
            total += len(batch)
    return [
        Figure(f"fan-out: {PEOPLE:,} inboxes, documents/s", total / bare, total / seconds, "docs/s", least=0.5),
        Figure("fan-out: this process's time a document", bare_worked / total * 1e6, worked / total * 1e6, "µs"),
    ]


async def _settle(kept: Database) -> None:
    ids = [f"resident-{n:06d}" for n in range(PEOPLE)]
    for start in range(0, PEOPLE, 5000):
        some = ids[start : start + 5000]
        await kept[MEMBERSHIPS].insert_many([{"_id": f"m-{id}", "person": id, "community": HERE} for id in some])
        await kept[PERSON.collection].insert_many(
            [_person(id) for n, id in enumerate(some) if n % 10 == 0], ordered=False
        )


def _person(id: str) -> Document:
    person = stranger(id, HERE).given(None, Addresses(email=f"{id}@example.org"))
    return {"_id": id, "v": 1, "state": person.model_dump(exclude={"id"}), "outbox": []}


async def _batches(notices: Any) -> Any:
    batch: list[Document] = []
    async for document in notices.find({}).batch_size(2000):
        batch.append(document)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
