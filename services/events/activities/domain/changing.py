"""Changes an activity's title, texts, capacity and terms, and tells whom a change would affect."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.principal import Principal
from services.contracts.activities import (
    ActivityCancelled,
    ActivityChanged,
    ActivityDetails,
    ActivityMoved,
    ActivityOffered,
    ActivityPromoted,
)
from services.contracts.event import Event
from services.contracts.marks import Masked, Office, Someone, Thing
from services.contracts.value import Value
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.scheduling import check_ages
from services.events.activities.domain.seats import move_up

_SHOWN = frozenset({"title", "title_en", "private"})
_SHOWN_DETAILS = ("description", "description_en", "bring", "bring_en", "host", "hosted_by", "hosted_by_en", "pictures")


def shows(new: Mapping[str, Any], details: ActivityDetails) -> bool:
    """Whether calendars show something of what is `new`, of something that had `details`."""
    other = new.get("details")
    described = other is not None and any(getattr(other, n) != getattr(details, n) for n in _SHOWN_DETAILS)
    return described or bool(_SHOWN & new.keys())


class Change(Value):
    """The fields to change; a field that is None stays as it is, but for those in `cleared`, which are none from then
    on. `given` names the fields of the details that change, `terms.groups` for one of the terms; where it is None, the
    details are replaced as a whole."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: Office[Masked | None] = None
    title_en: Office[Masked | None] = None
    capacity: int | None = None
    min_age: int | None = None
    guardian_required: bool | None = None
    details: ActivityDetails | None = None
    private: bool | None = None
    given: Thing[tuple[str, ...] | None] = None
    budget_note: Office[str | None] = None
    insurance_number: Office[str | None] = None
    filing_number: Office[str | None] = None
    cleared: Thing[tuple[str, ...]] = ()

    def fields(self, details: ActivityDetails) -> dict[str, Any]:
        """What is to be otherwise of something that has `details`."""
        asked = {name: getattr(self, name) for name in CHANGING}
        if self.details is not None and self.given is not None:
            asked["details"] = _laid_over(details, self.details, self.given)
        return {name: value for name, value in asked.items() if value is not None or name in self.cleared}

    def against(self, planned: Any) -> dict[str, Any]:
        """The fields that would be other than in `planned`, which has fields of these names."""
        asked = self.fields(planned.details)
        return {name: value for name, value in asked.items() if value != getattr(planned, name)}


CHANGING = tuple(name for name in Change.model_fields if name not in ("given", "cleared"))
"""The fields of a plan that a change may be about."""

INSIDE = frozenset({"budget_note", "insurance_number", "filing_number"})
"""Those of them that no fact names: they are for those who manage it."""
CLEARABLE = INSIDE | {"title_en", "min_age"}
"""Those of them that an activity may be without."""


class Effect(Value):
    """The effect of a change on people who count on an activity: how many parties and heads it affects, and the
    messages to them."""

    activity: str
    starts_at: datetime
    seated: int
    seated_heads: int
    waiting: int
    volunteers: int
    told: tuple[str, ...] = ()
    """Of `changed`, `moved`, `asked` (another day: their yes is needed), `promoted` or `offered` (who waited),
    `registered` (who is enrolled in its series) and `cancelled`."""
    asked: int = 0
    """Parties whose seat is kept until they say yes."""
    promoted: int = 0
    cannot_fit: int = 0
    """Parties that wait and are larger than what it takes then. They are passed over until it takes more."""
    above_capacity: int = 0
    """Heads that keep their seat although the capacity is lower now."""
    enrolled: Someone[tuple[str, ...]] = ()
    """Who comes to every date of its series, where it is no activity yet, and nobody has a seat so far."""
    enrolled_heads: int = 0


def change(activity: Activity, asked: Change, by: Principal, now: datetime) -> Decision[Activity]:
    """Change what is neither time nor place. A capacity that was raised is filled from the waiting list at once; below
    one that was lowered everybody keeps their seat, and nobody follows.

    Raises:
        NotYours, NotScheduled, AgesEmpty
    """
    activity.require_manager(by)
    activity.require_scheduled()
    new = asked.against(activity)
    check_ages(new.get("min_age", activity.min_age), new.get("details", activity.details).max_age)
    return alter(activity, asked, now)


def alter(activity: Activity, asked: Change, now: datetime) -> Decision[Activity]:
    """`change`, once it is clear that it may be: what is the same changes nothing."""
    new = asked.against(activity)
    if not new:
        return decided(activity)
    shown = activity.shown_changes + (1 if shows(new, activity.details) else 0)
    changed = activity.model_copy(update={**new, "shown_changes": shown, "changed_at": now})
    if changed.cancels_at != activity.cancels_at:
        changed = changed.as_decided(now)
    promoted, promotions = move_up(changed, now)
    secret = activity.private or changed.private
    previous = None if secret or changed.title == activity.title else activity.title
    event = event_from(ActivityChanged, changed, fields=_fields(activity, new), previous_title=previous)
    return decided(promoted, event, *promotions)


NEWS = frozenset({"title", "title_en", "details", "min_age", "guardian_required"})
"""Of what changes, what those want to know who count on an activity."""


def _fields(activity: Activity, new: Mapping[str, Any]) -> list[str]:
    """The names of what changes. `details` that differ in their terms alone are `terms`."""
    names = set(new) - INSIDE
    details = new.get("details")
    if details is not None and details.model_copy(update={"terms": activity.details.terms}) == activity.details:
        names = names - {"details"} | {"terms"}
    return sorted(names)


def effect(before: Activity, decision: Decision[Activity]) -> Effect:
    """The effect that `decision` about `before` would have if it were carried out."""
    after, kinds = decision.aggregate, [type(event) for event in decision.events]
    asked = sum(1 for party in after.seated if party.asked_until is not None)
    told = {
        "changed": any(isinstance(event, ActivityChanged) and NEWS & {*event.fields} for event in decision.events),
        "moved": ActivityMoved in kinds,
        "asked": ActivityMoved in kinds and asked > 0,
        "promoted": ActivityPromoted in kinds,
        "offered": ActivityOffered in kinds,
        "cancelled": ActivityCancelled in kinds,
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
        cannot_fit=len(after.cannot_fit),
        above_capacity=after.above_capacity,
    )


def _promotions(events: tuple[Event, ...]) -> int:
    return sum(1 for event in events if isinstance(event, ActivityPromoted | ActivityOffered))


def _laid_over(details: ActivityDetails, new: ActivityDetails, given: Sequence[str]) -> ActivityDetails:
    """`details` with the fields `given` as they are in `new`."""
    of_terms = [name.removeprefix("terms.") for name in given if name.startswith("terms.")]
    terms = details.terms.model_copy(update={name: getattr(new.terms, name) for name in of_terms})
    fields = {name: getattr(new, name) for name in given if not name.startswith("terms.")}
    return details.model_copy(update={**fields, "terms": terms})


def merged(details: ActivityDetails, given: Mapping[str, Any]) -> ActivityDetails:
    """`details` with the fields `given`, those of the terms too; what is not given stays."""
    fields = {name: getattr(details, name) for name in ActivityDetails.model_fields}
    terms = {name: getattr(details.terms, name) for name in type(details.terms).model_fields}
    return ActivityDetails.model_validate({**fields, **given, "terms": {**terms, **given.get("terms", {})}})
