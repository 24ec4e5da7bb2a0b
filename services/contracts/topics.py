"""The topics of the published language, and how Kafka keeps them.

Every topic of facts has two beside it: `.state` (compacted: the latest public state of each aggregate under the
same key) and `.dlq` (what a consumer could not take, with the reason in its headers).
"""

from dataclasses import dataclass

PARTITIONS = 6
RETENTION_DAYS = 0
"""Facts are kept for ever unless a deployment decides otherwise."""
DEAD_LETTER_DAYS = 90

_DAY = 86_400_000
_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of facts. `service` alone publishes to it."""

    name: str
    service: str
    about: str
    about_zh: str = ""

    @property
    def state(self) -> str:
        return f"{self.name}.state"

    @property
    def dead_letters(self) -> str:
        return f"{self.name}.dlq"


ISSUES = Topic(
    "community.issues.v1", "issues", "Units and places, cases, rounds and wishes.", "单位与场所、问题、巡查与心愿。"
)
VOLUNTEERS = Topic(
    "community.volunteers.v1",
    "volunteers",
    "Volunteers, teams, care plans, needs, seats and hours.",
    "志愿者、团队、关爱计划、需求、名额与时长。",
)
ACTIVITIES = Topic(
    "community.activities.v1",
    "events",
    "Activities, their staffing, registrations and attendance.",
    "活动及其志愿者、报名与签到。",
)
NOTICES = Topic(
    "community.notices.v1", "notify", "Notices, their delivery, and erasure requests.", "通知、送达与个人信息删除请求。"
)

TOPICS: tuple[Topic, ...] = (ISSUES, VOLUNTEERS, ACTIVITIES, NOTICES)

READ_BY: dict[str, tuple[str, ...]] = {
    "issues": (ISSUES.name, NOTICES.name),
    "volunteers": (VOLUNTEERS.name, ACTIVITIES.name, ISSUES.name, ISSUES.state, NOTICES.name),
    "events": (ACTIVITIES.name, VOLUNTEERS.name, VOLUNTEERS.state, ISSUES.state, NOTICES.name),
    "notify": (
        *(ISSUES.name, ISSUES.state, VOLUNTEERS.name, VOLUNTEERS.state),
        *(ACTIVITIES.name, ACTIVITIES.state, NOTICES.name),
    ),
}
"""What each service subscribes to, and may therefore read. Some of its own events have effects in itself."""


def configurations(
    topic: Topic,
    *,
    retention_days: int = RETENTION_DAYS,
    dead_letter_days: int = DEAD_LETTER_DAYS,
    replication: int = 1,
) -> dict[str, dict[str, str]]:
    """The Kafka configuration of a topic and of the two beside it, by topic name.

    Args:
        retention_days: of the facts; 0 keeps them for ever.
        replication: from 3 replicas on, two must have a record before it counts as written, so that one may be lost.
    """
    common = {"min.insync.replicas": "2" if replication > 2 else "1", "message.timestamp.type": "CreateTime"}
    facts = {"cleanup.policy": "delete", "retention.ms": _milliseconds(retention_days), "retention.bytes": "-1"}
    state = {
        "cleanup.policy": "compact",
        "min.cleanable.dirty.ratio": "0.1",
        "segment.ms": str(6 * _HOUR),
        "segment.bytes": str(64 * 2**20),
        # The last state of an erased aggregate is gone within a day; its tombstone stays for who is away meanwhile.
        "max.compaction.lag.ms": str(_DAY),
        "delete.retention.ms": str(7 * _DAY),
    }
    dead_letters = {
        "cleanup.policy": "delete",
        "retention.ms": _milliseconds(dead_letter_days),
        "retention.bytes": "-1",
        # A record of the greatest size must fit in with the reason added, or its consumer could never pass it.
        "max.message.bytes": str(2 * 2**20),
    }
    return {
        topic.name: common | facts,
        topic.state: common | state,
        topic.dead_letters: common | dead_letters,
    }


def _milliseconds(days: int) -> str:
    return str(days * _DAY) if days else "-1"
