"""Two replicas of notify after an outage of three days: each digest and each reminder once, whatever dies meanwhile.

The rule: of several digests that fell due, one is sent, and it tells all that waited. A reminder of what is still ahead
goes at once; one of what is over does not. What a dead sender had begun is marked, and nobody is sent it again.
"""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from pymongo import MongoClient

from services.chassis.clock import utc_now
from services.contracts import activities as a
from services.notify.notices.delivery import SIDE_BY_SIDE
from services.notify.notices.domain.sending import CLAIM_LASTS
from services.notify.persons.domain.choices import OfClass
from services.notify.routing.domain.kinds import MessageClass
from services.notify.settings import NotifySettings
from services.notify.shared.values import Way
from tests.faults.replica import Replica
from tests.faults.test_notices_killed import SlowMailbox
from tests.integration import standing
from tests.integration.notify.house import House, a_house
from tests.integration.notify.records import a_case, fact, registered, scheduled
from tests.unit.notify.given import DAY, HOUR
from tests.waiting import eventually

PEOPLE, DAYS = 20, 3
DAILY = {MessageClass.SERVICE: OfClass(together="daily")}
MUTED = {"registration-confirmed": frozenset({Way.EMAIL})}
"""It would come into one digest or another, by the hour at which the test is run."""
_PATIENCE = 240.0


async def three_days_without_a_sender(house: House) -> None:
    """Everybody has news on each of three days, and a seat in an activity that is over and in one that is ahead."""
    now = utc_now()
    people = [f"resident-{n:02d}" for n in range(PEOPLE)]
    for person in people:
        await house.know(person, f"{person}@example.org", classes=DAILY, muted=MUTED, quiet=None)
    for day in range(DAYS, 0, -1):
        house.now = now - day * DAY - timedelta(minutes=5)
        for person in people:
            await house.take(a_case(f"case-{day}-{person}", person, house.now)[:3])
    for id, at, told in (("activity-over", now - HOUR, now - DAY), ("activity-ahead", now + DAY, now - HOUR)):
        house.now = told
        await house.take([scheduled(at, id), *(registered(each, n, at, id) for n, each in enumerate(people, 2))])
        due = a.ActivityReminderDue(hours=24, starts_at=at, seated=PEOPLE)
        await house.take([fact(due, id, PEOPLE + 2, told)])


def told(mails: list[EmailMessage]) -> Counter[tuple[str, str]]:
    """How often each person was sent a digest, and a reminder."""
    kinds = {"条消息": "digest", "活动提醒": "reminder"}
    return Counter(
        (str(mail["To"]).partition("@")[0], kind) for mail in mails for word, kind in kinds.items()
        if word in str(mail["Subject"])
    )  # fmt: skip


@pytest.mark.timeout(1800)
async def test_after_three_days_everybody_has_one_digest_and_the_reminders_that_are_still_true(
    variables: dict[str, str],
) -> None:
    mailbox = SlowMailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    database, key = variables["NOTIFY_DATABASE"], Path(variables["AUTH_DEVELOPMENT_KEY"])
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_sender": "board@example.org", "delivery_seconds": 0.2}
    async with a_house(standing.settings_for(NotifySettings, variables["MONGODB_URL"], database, key, **mail)) as house:
        await three_days_without_a_sender(house)
    environment = variables | {f"NOTIFY_{name.upper()}": str(value) for name, value in mail.items()}
    replicas = [Replica("notify", environment) for _ in range(2)]
    client: MongoClient[dict[str, Any]] = MongoClient(variables["MONGODB_URL"])
    notices = client[database]["notices"]
    try:
        await asyncio.gather(*(replica.start() for replica in replicas))
        await eventually(lambda: len(mailbox.taken) >= 5, within=_PATIENCE)
        await replicas[0].kill()
        killed_at = utc_now()
        await replicas[0].start()
        due: dict[str, Any] = {
            "state.channel": "email",
            "state.kind": {"$in": ["digest", "activity-reminder"]},
            "state.status": {"$in": ["queued", "sending"]},
        }
        """Also what a sender put off, because on a busy machine the mail server answered too late."""
        await eventually(lambda: _over(notices, due, killed_at), within=2 * _PATIENCE)
        sent = told(mailbox.taken)
        doubts = {  # of a digest itself, or of what it would have told
            (each["state"]["recipient"], {"activity-reminder": "reminder"}.get(each["state"]["kind"], "digest"))
            for each in notices.find({"state.status": "uncertain", "state.channel": "email"})
        }
        everybody = {(f"resident-{n:02d}", kind) for n in range(PEOPLE) for kind in ("digest", "reminder")}
        missing = sorted(person for person, _ in everybody - doubts - set(sent))
        states = [each["state"] for each in notices.find({"state.recipient": {"$in": missing}})]
        fields = ("recipient", "kind", "status", "reason", "why", "attempts", "not_before", "bundle", "claimed_at")
        assert not missing, [[str(state.get(field)) for field in fields] for state in states]
        assert set(sent) | doubts == everybody
        assert set(sent.values()) == {1}, "nobody has one twice"
        assert len(doubts) <= 2 * SIDE_BY_SIDE
        digests = [mail for mail in mailbox.taken if "条消息" in str(mail["Subject"])]
        assert {str(mail["Subject"]).partition("：")[2] for mail in digests} <= {f"{DAYS} 条消息"}
        over = {"state.about": "activity-over", "state.kind": "activity-reminder", "state.channel": "email"}
        assert {each["state"]["reason"] for each in notices.find(over)} == {"expired"}
    finally:
        await asyncio.gather(*(replica.close() for replica in replicas))
        client.close()
        server.close()
        await server.wait_closed()


async def _over(notices: Any, due: dict[str, Any], killed_at: datetime) -> bool:
    """Whether nothing waits any more. What a dead sender had claimed is taken for as old as it has to be; what a living
    one claims, on a machine where it takes its time, is not."""
    claimed = {"state.status": "sending", "state.claimed_at": {"$lt": killed_at}}
    for doubt in list(notices.find(claimed, {"state.claimed_at": 1})):
        if utc_now() - doubt["state"]["claimed_at"].replace(tzinfo=utc_now().tzinfo) > timedelta(seconds=15):
            earlier = doubt["state"]["claimed_at"] - CLAIM_LASTS
            notices.update_one(
                {"_id": doubt["_id"], "state.status": "sending"}, {"$set": {"state.claimed_at": earlier}}
            )
    return bool(notices.count_documents(due) == 0)
