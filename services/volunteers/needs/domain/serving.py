"""The hours of a need that is not an activity's: the volunteer reports how long it took, and staff confirm."""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.contracts.marks import Id
from services.contracts.volunteers import NeedFulfilled, NeedReported, NeedStatus, Origin
from services.volunteers.needs.domain.need import Need, NeedClosed, OfActivity, require_staff
from services.volunteers.needs.domain.offers import (
    SERVING,
    TO_SERVE,
    NoSuchOffer,
    Offer,
    OfferCommand,
    OfferStatus,
    target,
)
from services.volunteers.shared.values import Minutes, whole_minutes

OVERTIME = timedelta(minutes=60)
"""So much more than planned may be entered."""


class NotStarted(Conflict, code="need.not-started", zh="服务尚未开始。", en="It has not started yet."):
    """Hours are reported for services that have begun."""


class TooManyMinutes(
    Invalid,
    code="need.too-many-minutes",
    zh="最多可记 {limit} 分钟。",
    en="At most {limit} minutes can be entered.",
):
    """A little overtime is truthful, a day's is not."""


class NotGivenYet(
    Conflict,
    code="need.not-given-yet",
    zh="服务时间尚未满 {minutes} 分钟，不能提前记录。",
    en="So many minutes ({minutes}) have not gone by since it started.",
):
    """No time is entered before it was given."""


class ConfirmedByOneself(
    Forbidden,
    code="need.confirmed-by-oneself",
    zh="服务时长须由他人确认。",
    en="Somebody else confirms one's hours.",
):
    """Nobody credits themselves, staff neither."""


class Report(Request):
    """The time that the service took, in minutes."""

    minutes: Minutes


class Confirm(Request):
    """Staff confirm the minutes that `person` reported. `minutes`, where given, count instead."""

    person: Id
    minutes: Minutes | None = None


def report(need: Need, command: Report, by: Principal, now: datetime) -> Decision[Need]:
    """The volunteer says how long the service took; a later report replaces the one before.

    Raises:
        OfActivity: an activity's hours come from its check-out.
        NoSuchOffer, OfferNotNow: the volunteer has no seat, or staff have confirmed already.
        NotStarted, NeedClosed: nothing was served yet, or the need was cancelled.
        TooManyMinutes: the service took much longer than planned.
        NotGivenYet: so many minutes have not gone by.
    """
    by.require(need.community)
    theirs = _serving(need, by.sub, now)
    _require_plausible(need, command.minutes, now)
    status = target(theirs.status, OfferCommand.REPORT)
    if theirs.minutes == command.minutes:
        return decided(need)
    changed = _with_minutes(need, theirs, command.minutes, status)
    return decided(changed, event_from(NeedReported, changed, person=by.sub, minutes=command.minutes))


def confirm(need: Need, command: Confirm, by: Principal, now: datetime) -> Decision[Need]:
    """Staff confirm a service, once. Without minutes of their own, those reported count, or else those planned.

    Raises:
        NotYours: the caller is not staff.
        ConfirmedByOneself: the hours are the caller's own.
        The refusals of `report`.
    """
    require_staff(need, by)
    if command.person == by.sub:
        raise ConfirmedByOneself()
    theirs = _serving(need, command.person, now)
    minutes = command.minutes or theirs.minutes or whole_minutes(need.ends_at - need.starts_at)
    _require_plausible(need, minutes, now)
    changed = _with_minutes(need, theirs, minutes, target(theirs.status, OfferCommand.CONFIRM))
    if need.status is NeedStatus.STAFFED and all(o.status not in TO_SERVE for o in changed.offers):
        changed = changed.model_copy(update={"status": NeedStatus.FULFILLED})
    return decided(changed, event_from(NeedFulfilled, changed, person=command.person, minutes=minutes))


def note(need: Need, person: str, minutes: int, at: datetime) -> Decision[Need]:
    """Somebody was there for so many minutes, when the need was to start `at`: they are reported, unless confirmed.

    Whoever has no seat any more, or none at that time, is passed over; so is who was there for less than a minute.
    """
    theirs = next((o for o in need.offers if o.person == person and o.status in TO_SERVE), None)
    if theirs is None or minutes < 1 or need.starts_at != at or theirs.minutes == minutes:
        return decided(need)
    changed = _with_minutes(need, theirs, minutes, target(theirs.status, OfferCommand.REPORT))
    return decided(changed, event_from(NeedReported, changed, person=person, minutes=minutes))


def _serving(need: Need, person: str, now: datetime) -> Offer:
    if need.origin is Origin.ACTIVITY:
        raise OfActivity()
    if need.status is NeedStatus.CANCELLED:
        raise NeedClosed(status=need.status.value)
    if now < need.starts_at:
        raise NotStarted()
    theirs = next((o for o in need.offers if o.person == person and o.status in SERVING), None)
    if theirs is None:
        raise NoSuchOffer()
    return theirs


def _require_plausible(need: Need, minutes: int, now: datetime) -> None:
    limit = whole_minutes(need.ends_at - need.starts_at + OVERTIME)
    if minutes > limit:
        raise TooManyMinutes(limit=limit)
    if need.starts_at + timedelta(minutes=minutes) > now:
        raise NotGivenYet(minutes=minutes)


def _with_minutes(need: Need, theirs: Offer, minutes: int, status: OfferStatus) -> Need:
    updated = theirs.model_copy(update={"minutes": minutes, "status": status})
    return need.model_copy(update={"offers": tuple(updated if o.id == theirs.id else o for o in need.offers)})
