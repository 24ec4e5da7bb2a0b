"""SIGKILL of notify in the middle of a broadcast and of deliveries: everybody has it once, and no doubt is hidden.

What is promised of an external send: nobody is sent it twice, and whoever may not have been sent it is marked. At most
as many are in doubt after a death as one process hands over side by side.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pymongo import MongoClient

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Role
from services.chassis.settings.service_settings import AuthSettings
from services.notify.notices.delivery import SIDE_BY_SIDE
from services.notify.notices.domain.sending import CLAIM_LASTS
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.person import stranger
from tests.e2e.house import COMMUNITY, House
from tests.faults.replica import Replica
from tests.integration.notify.mailbox import Mailbox
from tests.waiting import eventually

PEOPLE, WITH_MAIL, DEATHS = 3000, 100, 2
_PATIENCE = 240.0
"""Seconds: on a machine that is busy with others a process starts slowly."""


class SlowMailbox(Mailbox):
    """It thinks for a moment before it takes a mail, so that a death finds some on their way."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(0.05)
        return await super().handle_DATA(server, session, envelope)


def settle(database: Any) -> None:
    ids = [f"resident-{n:05d}" for n in range(PEOPLE)]
    database["memberships"].insert_many([{"_id": f"m-{id}", "person": id, "community": COMMUNITY} for id in ids])
    known = [stranger(id, COMMUNITY).given(None, Addresses(email=f"{id}@example.org")) for id in ids[:WITH_MAIL]]
    states = {person.id: person.model_dump(mode="json", exclude={"id"}) for person in known}
    database["persons"].insert_many([{"_id": id, "v": 1, "state": each, "outbox": []} for id, each in states.items()])


async def killed_and_back(notify: Replica) -> None:
    await notify.kill()
    await notify.start()
    await notify.ready(_PATIENCE)


@asynccontextmanager
async def _running(notify: Replica) -> AsyncIterator[Replica]:
    try:
        await notify.start()
        await notify.ready(_PATIENCE)
        yield notify
    finally:
        await notify.close()


@pytest.mark.timeout(2700)
async def test_everybody_is_told_once_whenever_the_process_dies(variables: dict[str, str]) -> None:
    mailbox = SlowMailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    mail = {
        "NOTIFY_SMTP_HOST": "127.0.0.1",
        "NOTIFY_SMTP_PORT": str(server.sockets[0].getsockname()[1]),
        "NOTIFY_SMTP_SENDER": "board@example.org",
        "NOTIFY_DELIVERY_SECONDS": "0.2",
    }
    client: MongoClient[dict[str, Any]] = MongoClient(variables["MONGODB_URL"])
    try:
        async with _running(Replica("notify", {**variables, **mail})) as notify:
            database = client[variables["NOTIFY_DATABASE"]]
            notices = database["notices"]
            settle(database)
            issuer = DevelopmentIssuer(
                AuthSettings(environment="test", auth_development_key=Path(variables["AUTH_DEVELOPMENT_KEY"]))
            )
            staff = House(notify.url, issuer).hand("staff-1", Role.STAFF)
            body = {"community": COMMUNITY, "title": "停水通知", "text": "周六停水。", "sort": "emergency"}
            key = {"Idempotency-Key": "once"}
            begun = await staff.post("/api/notify/v1/broadcasts", body, headers=key)
            await eventually(lambda: notices.estimated_document_count() > 0, every=0.001)
            await killed_and_back(notify)  # in the middle of the broadcast
            for _ in range(DEATHS):
                wanted = min(len(mailbox.to) + 10, WITH_MAIL - 1)
                await eventually(lambda wanted=wanted: len(mailbox.to) >= wanted, within=_PATIENCE)  # type: ignore[misc]
                await killed_and_back(notify)  # in the middle of deliveries
            at = f"/api/notify/v1/broadcasts/{begun['id']}"
            await eventually(lambda: _done(staff, at), within=_PATIENCE)
            waiting = {"state.channel": "email", "state.status": "queued"}
            await eventually(lambda: notices.count_documents(waiting) == 0, within=_PATIENCE)
            sending = {"state.status": "sending"}
            past = CLAIM_LASTS + timedelta(minutes=1)
            for doubt in list(notices.find(sending)):  # as if five minutes had gone by
                earlier = doubt["state"]["claimed_at"] - past
                notices.update_one({"_id": doubt["_id"]}, {"$set": {"state.claimed_at": earlier}})
            await eventually(lambda: notices.count_documents(sending) == 0, within=_PATIENCE)
            _everything_accounted_for(notices, mailbox)
    finally:
        client.close()
        server.close()
        await server.wait_closed()


async def _done(staff: Any, at: str) -> bool:
    shown = await staff.get(at)
    assert shown["total"] in (None, PEOPLE)
    return bool(shown["status"] == "done" and shown["reached"] == PEOPLE)


def _everything_accounted_for(notices: Any, mailbox: Mailbox) -> None:
    inbox = [each["state"]["recipient"] for each in notices.find({"state.channel": "inbox"}, {"state.recipient": 1})]
    assert (len(inbox), len(set(inbox))) == (PEOPLE, PEOPLE)
    assert notices.count_documents({"state.channel": "inbox", "state.status": {"$ne": "delivered"}}) == 0
    mails = list(notices.find({"state.channel": "email", "state.reason": None}, {"state": 1}))
    assert len(mails) == WITH_MAIL
    assert len(mailbox.to) == len(set(mailbox.to)), "nobody was sent it twice"
    doubts = {each["state"]["recipient"] for each in mails if each["state"]["status"] == "uncertain"}
    taken = {each["state"]["recipient"] for each in mails if each["state"]["status"] == "delivered"}
    got = {address.partition("@")[0] for address in mailbox.to}
    assert len(doubts) + len(taken) == WITH_MAIL
    assert taken <= got, "what counts as taken was taken"
    assert len(doubts) <= DEATHS * SIDE_BY_SIDE
