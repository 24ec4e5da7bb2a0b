"""The hours of service in a need: the volunteer reports them, and staff confirm them. The hours of an activity's need
come from the activity instead.
"""

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
"""The minutes of a service may exceed its planned length by at most so much."""


class NotStarted(Conflict, code="need.not-started", zh="服务尚未开始。", en="It has not started yet."):
    """The service has not started, and hours are entered only for a service that has."""


class TooManyMinutes(
    Invalid,
    code="need.too-many-minutes",
    zh="最多可记 {limit} 分钟。",
    en="At most {limit} minutes can be entered.",
):
    """More minutes are entered than the planned length and `OVERTIME` together, which are `limit` minutes."""


class NotGivenYet(
    Conflict,
    code="need.not-given-yet",
    zh="服务时间尚未满 {minutes} 分钟，不能提前记录。",
    en="So many minutes ({minutes}) have not gone by since it started.",
):
    """More minutes are entered than have passed since the start of the service."""


class NothingMeasured(
    Conflict,
    code="need.nothing-measured",
    zh="签到至签退不足一分钟，请填写实际服务分钟数。",
    en="They were there for less than a minute: say how many minutes count.",
):
    """The volunteer checked in and out within a minute, so the planned length does not count: staff
    enter the minutes.
    """


class ConfirmedByOneself(
    Forbidden,
    code="need.confirmed-by-oneself",
    zh="服务时长须由他人确认。",
    en="Somebody else confirms one's hours.",
):
    """The caller confirms hours of their own, which nobody may do, staff neither."""


class Report(Request):
    """The length of the caller's service, in minutes."""

    minutes: Minutes


class Confirm(Request):
    """Staff confirm the hours of `person`. `minutes`: the minutes that count; null confirms the minutes that the person
    reported, or, if they reported none, the planned length.
    """

    person: Id
    minutes: Minutes | None = None


def report(need: Need, command: Report, by: Principal, now: datetime) -> Decision[Need]:
    """The caller reports the length of their service. A later report replaces the one before.

    Raises:
        OfActivity: the need belongs to an activity, and its hours come from the activity's check-out.
        NoSuchOffer: the volunteer has no seat.
        OfferNotNow: staff have confirmed the hours already.
        NotStarted: the service has not started.
        NeedClosed: the need was cancelled.
        TooManyMinutes: the service took more than `OVERTIME` longer than planned.
        NotGivenYet: so many minutes have not passed since the start.
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
    """Staff confirm the service of a volunteer, once. The minutes that staff give count; without them the reported
    minutes do, or else the planned ones.

    Raises:
        NotYours: the caller is not staff.
        ConfirmedByOneself: the hours are the caller's own.
        NothingMeasured: the volunteer was there for less than a minute, and staff give no minutes.
        The refusals of `report`.
    """
    require_staff(need, by)
    if command.person == by.sub:
        raise ConfirmedByOneself()
    theirs = _serving(need, command.person, now)
    reported = whole_minutes(need.ends_at - need.starts_at) if theirs.minutes is None else theirs.minutes
    minutes = command.minutes or reported
    if minutes < 1:
        raise NothingMeasured()
    _require_plausible(need, minutes, now)
    changed = _with_minutes(need, theirs, minutes, target(theirs.status, OfferCommand.CONFIRM))
    if need.status is NeedStatus.STAFFED and all(o.status not in TO_SERVE for o in changed.offers):
        changed = changed.model_copy(update={"status": NeedStatus.FULFILLED})
    return decided(changed, event_from(NeedFulfilled, changed, person=command.person, minutes=minutes))


def note(need: Need, person: str, minutes: int, at: datetime) -> Decision[Need]:
    """Report the minutes between the check-in and the check-out of a person at the need that starts `at`.

    `minutes` is 0 for less than a minute. Nothing changes if the person has no seat any more, if the hours were
    confirmed, or if the need was moved since.
    """
    theirs = next((o for o in need.offers if o.person == person and o.status in TO_SERVE), None)
    if theirs is None or need.starts_at != at or theirs.minutes == minutes:
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
