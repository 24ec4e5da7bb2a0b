"""What is neither time nor place changes: title, texts, capacity, terms. And whom a change would affect."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.principal import Principal
from services.contracts.activities import (
    ActivityChanged,
    ActivityDetails,
    ActivityMoved,
    ActivityOffered,
    ActivityPromoted,
)
from services.contracts.event import Event
from services.contracts.marks import Masked, Office
from services.contracts.value import Value
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.seats import move_up

_SHOWN = frozenset({"title", "title_en"})
_SHOWN_DETAILS = ("description", "description_en", "bring", "bring_en", "host", "hosted_by", "hosted_by_en")


def shows(new: Mapping[str, Any], details: ActivityDetails) -> bool:
    """Whether calendars show something of what is `new`, of something that had `details`."""
    other = new.get("details")
    described = other is not None and any(getattr(other, n) != getattr(details, n) for n in _SHOWN_DETAILS)
    return described or bool(_SHOWN & new.keys())


class Change(Value):
    """What is to be otherwise; None stays as it is. Details are replaced as a whole."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: Office[Masked | None] = None
    title_en: Office[Masked | None] = None
    capacity: int | None = None
    min_age: int | None = None
    guardian_required: bool | None = None
    details: ActivityDetails | None = None
    budget_note: Office[str | None] = None

    def against(self, planned: Any) -> dict[str, Any]:
        """The fields that would be other than in `planned`, which has fields of these names."""
        asked = {name: getattr(self, name) for name in Change.model_fields}
        return {name: value for name, value in asked.items() if value is not None and value != getattr(planned, name)}


class Effect(Value):
    """What a change does to those who count on an activity: how many parties and heads, and what each is told."""

    activity: str
    starts_at: datetime
    seated: int
    seated_heads: int
    waiting: int
    volunteers: int
    told: tuple[str, ...] = ()
    """Of `changed`, `moved`, `asked` (another day: their yes is needed) and `promoted` or `offered` (who waited)."""
    asked: int = 0
    """Parties whose seat is kept until they say yes."""
    promoted: int = 0
    above_capacity: int = 0
    """Heads that keep their seat although the capacity is lower now."""


def change(activity: Activity, asked: Change, by: Principal, now: datetime) -> Decision[Activity]:
    """Change what is neither time nor place. A capacity that was raised is filled from the waiting list at once; below
    one that was lowered everybody keeps their seat, and nobody follows.

    Raises:
        NotYours, NotScheduled
    """
    activity.require_manager(by)
    activity.require_scheduled()
    return alter(activity, asked, now)


def alter(activity: Activity, asked: Change, now: datetime) -> Decision[Activity]:
    """`change`, once it is clear that it may be: what is the same changes nothing."""
    new = asked.against(activity)
    if not new:
        return decided(activity)
    shown = activity.shown_changes + (1 if shows(new, activity.details) else 0)
    changed = activity.model_copy(update={**new, "shown_changes": shown, "changed_at": now})
    promoted, promotions = move_up(changed, now)
    event = event_from(ActivityChanged, changed, fields=_fields(activity, new))
    return decided(promoted, event, *promotions)


NEWS = frozenset({"title", "title_en", "details", "min_age", "guardian_required"})
"""Of what changes, what those want to know who count on an activity."""


def _fields(activity: Activity, new: Mapping[str, Any]) -> list[str]:
    """The names of what changes. `details` that differ in their terms alone are `terms`."""
    names = set(new) - {"budget_note"}
    details = new.get("details")
    if details is not None and details.model_copy(update={"terms": activity.details.terms}) == activity.details:
        names = names - {"details"} | {"terms"}
    return sorted(names)


def effect(before: Activity, decision: Decision[Activity]) -> Effect:
    """What `decision` about `before` would do, had it been carried out."""
    after, kinds = decision.aggregate, [type(event) for event in decision.events]
    asked = sum(1 for party in after.seated if party.asked_until is not None)
    told = {
        "changed": any(isinstance(event, ActivityChanged) and NEWS & {*event.fields} for event in decision.events),
        "moved": ActivityMoved in kinds,
        "asked": ActivityMoved in kinds and asked > 0,
        "promoted": ActivityPromoted in kinds,
        "offered": ActivityOffered in kinds,
    }
    return Effect(
        activity=after.id,
        starts_at=after.starts_at,
        seated=len(before.seated),
        seated_heads=sum(party.heads for party in before.seated),
        waiting=len(before.waiting),
        volunteers=len(before.volunteers),
        told=tuple(word for word, is_told in told.items() if is_told),
        asked=asked if ActivityMoved in kinds else 0,
        promoted=_promotions(decision.events),
        above_capacity=max(0, after.taken - after.capacity),
    )


def _promotions(events: tuple[Event, ...]) -> int:
    return sum(1 for event in events if isinstance(event, ActivityPromoted | ActivityOffered))


def merged(details: ActivityDetails, given: Mapping[str, Any]) -> ActivityDetails:
    """`details` with the fields `given`, those of the terms too; what is not given stays."""
    fields = {name: getattr(details, name) for name in ActivityDetails.model_fields}
    terms = {name: getattr(details.terms, name) for name in type(details.terms).model_fields}
    return ActivityDetails.model_validate({**fields, **given, "terms": {**terms, **given.get("terms", {})}})
