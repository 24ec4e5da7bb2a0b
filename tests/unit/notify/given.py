"""The people, names and notices from which the tests of notify start."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.principal import Role, member
from services.contracts.notices import NoticeKind
from services.notify.knowledge.names import Names
from services.notify.notices.domain.notice import Draft, Notice, queue
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Circumstances, Planned
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.choices import Choices
from services.notify.persons.domain.person import Person, stranger
from services.notify.shared.values import Way

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""12:00 in the community."""

NIGHT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""23:00 in the community."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HERE = "sunshine"
EVERYWHERE = Circumstances(frozenset(Way))
NAMES = Names(
    {HERE: {"zh": "阳光社区", "en": "Sunshine Community"}},
    {"plaza": {"zh": "中心小广场", "en": "Central plaza"}},
)

RESIDENT = member("resident-1", HERE, Role.RESIDENT)
NEIGHBOUR = member("resident-2", HERE, Role.RESIDENT)
STAFF = member("staff-1", HERE, Role.STAFF)
STAFF_ELSEWHERE = member("staff-9", "elsewhere", Role.STAFF)


def a_person(id: str = "resident-1", email: str | None = "someone@example.org", **choices: Any) -> Person:
    return stranger(id, HERE).given(Choices(**choices), Addresses(email=email))


def a_draft(kind: NoticeKind = NoticeKind.CASE_VERIFIED, **fields: Any) -> Draft:
    return Draft(
        **{
            "community": HERE,
            "recipient": "resident-1",
            "kind": kind,
            "cause": "case-1.5",
            "about": "case-1",
            "version": 5,
            "template": 1,
            "particulars": Particulars(title="楼道灯不亮"),
            **fields,
        }
    )


def a_queued(channel: Way = Way.EMAIL, not_before: datetime = NOW, **fields: Any) -> Notice:
    """A notice in the queue since an hour ago."""
    return queue(a_draft(**fields), Planned(channel, not_before), min(NOW, not_before) - HOUR).aggregate
