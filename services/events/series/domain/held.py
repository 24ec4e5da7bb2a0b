"""What dates of a series hold: a place at a time, so many seats, and equipment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.values import local_date
from services.contracts.activities import ActivityStatus, EquipmentNeed
from services.events.activities.domain.activity import Activity
from services.events.series.domain.series import Series
from services.events.venues.domain import Slot


@dataclass(frozen=True, slots=True)
class Held:
    """What one date, that of `on`, holds."""

    on: date
    slot: Slot
    venue: str
    heads: int
    equipment: tuple[EquipmentNeed, ...]
    title: str = ""
    """What the booking is called."""


def by_plan(series: Series, now: datetime, until: date) -> dict[str, Held]:
    """What the dates of `series` hold that are planned between `now` and `until`, by the id of their activity."""
    if series.called_off:
        return {}
    held: dict[str, Held] = {}
    for each in series.occurrences(local_date(now), until):
        if each.starts_at > now:
            plan = series.plan_of(each)
            slot = Slot(activity=each.activity, starts_at=each.starts_at, ends_at=each.ends_at)
            held[each.activity] = Held(
                each.on, slot, plan.venue, plan.capacity, tuple(plan.details.equipment), plan.booked_as
            )
    return held


def as_named(
    series: Series, planned: Mapping[str, Held], activities: Iterable[Activity], now: datetime
) -> dict[str, Held]:
    """What the dates hold where `activities` are those that have been named of them: each as it is now."""
    held = dict(planned)
    for each in activities:
        held.pop(each.id, None)
        if each.status is ActivityStatus.SCHEDULED and each.starts_at > now and _stands(series, each):
            slot = Slot(activity=each.id, starts_at=each.starts_at, ends_at=each.ends_at)
            on = each.occurrence or each.day
            held[each.id] = Held(on, slot, each.venue, each.capacity, tuple(each.details.equipment), each.booked_as)
    return held


def claims_more(before: Held | None, after: Held) -> bool:
    """Whether a date holds something that it did not hold `before`."""
    if before is None or (before.slot, before.venue) != (after.slot, after.venue):
        return True
    return after.heads > before.heads or after.equipment != before.equipment


def _stands(series: Series, activity: Activity) -> bool:
    """Whether the series still has the date of `activity`."""
    if series.called_off or activity.occurrence is None or activity.id != series.activity_on(activity.occurrence):
        return False
    is_extra = any(local_date(moment) == activity.occurrence for moment in series.extra)
    return is_extra or not series.falls_out(activity.occurrence)
