"""The hours of a need that is not an activity's: the volunteer reports how long it took, and staff confirm."""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.contracts.marks import Id
from services.contracts.volunteers import NeedFulfilled, NeedReported, NeedStatus, Origin
from services.volunteers.needs.domain.need import Need, NeedClosed, OfActivity, require_staff
from services.volunteers.needs.domain.offers import SERVING, NoSuchOffer, Offer, OfferCommand, OfferStatus, target
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
    """
    by.require(need.community)
    theirs = _serving(need, by.sub, now)
    _require_plausible(need, command.minutes)
    status = target(theirs.status, OfferCommand.REPORT)
    if theirs.minutes == command.minutes:
        return decided(need)
    changed = _with_minutes(need, theirs, command.minutes, status)
    return decided(changed, event_from(NeedReported, changed, person=by.sub, minutes=command.minutes))


def confirm(need: Need, command: Confirm, by: Principal, now: datetime) -> Decision[Need]:
    """Staff confirm a service, once. Without minutes of their own, those reported count, or else those planned.

    Raises:
        NotYours: the caller is not staff.
        The refusals of `report`.
    """
    require_staff(need, by)
    theirs = _serving(need, command.person, now)
    minutes = command.minutes or theirs.minutes or whole_minutes(need.ends_at - need.starts_at)
    _require_plausible(need, minutes)
    changed = _with_minutes(need, theirs, minutes, target(theirs.status, OfferCommand.CONFIRM))
    if need.status is NeedStatus.STAFFED and all(o.status is not OfferStatus.ACCEPTED for o in changed.offers):
        changed = changed.model_copy(update={"status": NeedStatus.FULFILLED})
    return decided(changed, event_from(NeedFulfilled, changed, person=command.person, minutes=minutes))


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


def _require_plausible(need: Need, minutes: int) -> None:
    limit = whole_minutes(need.ends_at - need.starts_at + OVERTIME)
    if minutes > limit:
        raise TooManyMinutes(limit=limit)


def _with_minutes(need: Need, theirs: Offer, minutes: int, status: OfferStatus) -> Need:
    updated = theirs.model_copy(update={"minutes": minutes, "status": status})
    return need.model_copy(update={"offers": tuple(updated if o.id == theirs.id else o for o in need.offers)})
