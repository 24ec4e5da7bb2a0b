"""Which commands somebody may give to an activity now: those that the rules which decide about them do not refuse.

What is wrong with an input is told when the command is given. Rooms that stand later add the commands of theirs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.errors import CommunityError
from services.chassis.principal import Principal
from services.events.activities.domain import changing, ending, scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Change

Rule = Callable[[Activity, Principal, datetime], Any]
"""Raises what somebody is refused for, whatever they bring."""


@dataclass(frozen=True, slots=True)
class ActivityPossibility:
    """A command: the last part of its address, what people call it, and the rule that says who may give it when."""

    command: str
    zh: str
    en: str
    rule: Rule


def _move(activity: Activity, by: Principal, now: datetime) -> None:
    scheduling.move(
        activity,
        by,
        now,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        venue=activity.venue,
        building=activity.building,
    )


POSSIBILITIES: tuple[ActivityPossibility, ...] = (
    ActivityPossibility("change", "修改", "Change", lambda a, by, now: changing.change(a, Change(), by, now)),
    ActivityPossibility("move", "改期或换场地", "Move", _move),
    ActivityPossibility("cancel", "取消活动", "Cancel", lambda a, by, now: ending.cancel(a, by, now, None)),
    ActivityPossibility("stop", "中止", "Break off", lambda a, by, now: ending.stop(a, by, now, None)),
    ActivityPossibility("complete", "结束", "Complete", ending.complete),
)
"""The commands of this room."""


def possible(
    activity: Activity, by: Principal, now: datetime, rules: Sequence[ActivityPossibility]
) -> tuple[ActivityPossibility, ...]:
    """Those of `rules` that refuse `by` nothing at `now`."""
    return tuple(each for each in rules if _allows(each, activity, by, now))


def _allows(each: ActivityPossibility, activity: Activity, by: Principal, now: datetime) -> bool:
    try:
        each.rule(activity, by, now)
    except CommunityError:
        return False
    return True
