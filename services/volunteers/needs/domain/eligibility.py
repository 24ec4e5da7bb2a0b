"""The hard filters: which volunteers may take which need. Each filter has a name, which is told where it refuses.

Filters are told in the order in which they stand here. Matching pairs only those whom all let through; a booking, a
sign-up and an offer by staff pass through the same filters, on the volunteer as they stand at that very write.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.aggregate import Decision
from services.chassis.errors import Conflict
from services.chassis.values import ZONE, local_date
from services.contracts.volunteers import VolunteerStatus
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import ASKED
from services.volunteers.people.domain.bookings import book
from services.volunteers.people.domain.profile import Window
from services.volunteers.people.domain.volunteer import Booking, Volunteer
from services.volunteers.shared.values import minute_of_day, week_of, whole_minutes

TRAVEL = timedelta(minutes=10)
"""The time that somebody needs between two services to get from one to the other."""

PATIENCE = 3
"""A person has so many unanswered offers at a time; then nobody asks them further."""


class NotEligible(
    Conflict,
    code="volunteer.not-eligible",
    zh="该志愿者不符合条件：{filter}。",
    en="The volunteer can't take this: {filter}.",
):
    """A hard filter refuses; `filter` is its name."""


class Filter(StrEnum):
    """The names of the filters."""

    APPROVED = "approved"
    SKILL = "skill"
    CERTIFICATE = "certificate"
    ADULT = "adult"
    ACTIVE = "active"
    NOT_ASKED = "not-asked"
    AVAILABLE = "available"
    FREE = "free"
    WEEKLY_CAP = "weekly-cap"
    PATIENCE = "patience"


@dataclass(frozen=True, slots=True)
class Rule:
    """One filter: whether it holds, and the reason that is told where it doesn't."""

    name: Filter
    holds: Callable[[Need, Volunteer, datetime], bool]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one filter about one volunteer and one need."""

    name: Filter
    holds: bool
    zh: str
    en: str


def _approved(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.approved


def _skill(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return need.skill is None or need.skill in volunteer.skills


def _certificate(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    if need.certificate is None:
        return True
    day = local_date(need.ends_at)
    return any(c.code == need.certificate and c.valid_until >= day for c in volunteer.certificates)


def _adult(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.adult is True or not need.adults_only


def _active(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.status is VolunteerStatus.ACTIVE and not volunteer.erased


def _not_asked(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    asked = any(offer.person == volunteer.person and offer.status in ASKED for offer in need.offers)
    return not asked and volunteer.held_for(need.id) is None


def _available(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    windows = volunteer.availability
    if windows is None:
        return True
    begin, end = need.starts_at.astimezone(ZONE), need.ends_at.astimezone(ZONE)
    day = begin.date()
    while day <= end.date():
        start = begin.hour * 60 + begin.minute if day == begin.date() else 0
        stop = end.hour * 60 + end.minute if day == end.date() else 24 * 60
        if not _covered(start, stop, [w for w in windows if w.weekday == day.isoweekday()]):
            return False
        day += timedelta(days=1)
    return True


def _covered(start: int, stop: int, windows: Sequence[Window]) -> bool:
    """Whether the windows, together, hold every minute from `start` to `stop`."""
    reached = start
    for begin, end in sorted((minute_of_day(w.start), minute_of_day(w.end)) for w in windows):
        if begin <= reached:
            reached = max(reached, end)
    return reached >= stop


def _free(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    if not volunteer.bookings:
        return True
    begin, end = need.starts_at - TRAVEL, need.ends_at + TRAVEL
    return not any(b.starts_at < end and begin < b.ends_at for b in volunteer.bookings if b.need != need.id)


def _weekly_cap(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    week = week_of(need.starts_at)
    total = need.ends_at - need.starts_at
    for booking in volunteer.engagements:
        if booking.need != need.id and week_of(booking.starts_at) == week:
            total += booking.ends_at - booking.starts_at
    return whole_minutes(total) <= volunteer.weekly_minutes


def _patience(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return sum(b.until is not None and b.until > now for b in volunteer.engagements) < PATIENCE


RULES: tuple[Rule, ...] = (
    Rule(Filter.APPROVED, _approved, "志愿者尚未获得批准。", "Staff have not approved the volunteer."),
    Rule(Filter.SKILL, _skill, "需要经核验的相应技能。", "It needs a skill that staff have verified."),
    Rule(Filter.CERTIFICATE, _certificate, "需要当日有效的证书。", "It needs a certificate that is valid on the day."),
    Rule(Filter.ADULT, _adult, "仅限经核验的成年志愿者。", "It is for adults, which staff have verified."),
    Rule(Filter.ACTIVE, _active, "志愿者已暂停服务。", "The volunteer is paused."),
    Rule(Filter.NOT_ASKED, _not_asked, "此前已就此需求询问过。", "The volunteer was asked for this before."),
    Rule(Filter.AVAILABLE, _available, "不在可服务时段内。", "It is outside the hours that the volunteer gave."),
    Rule(Filter.FREE, _free, "与其他服务时间冲突。", "It overlaps with another service."),
    Rule(Filter.WEEKLY_CAP, _weekly_cap, "超过每周服务时长上限。", "It exceeds the volunteer's minutes a week."),
    Rule(Filter.PATIENCE, _patience, "尚有多份邀请待答复。", "Several offers wait for the volunteer's answer."),
)

SAFETY = tuple(rule for rule in RULES if rule.name not in (Filter.NOT_ASKED, Filter.PATIENCE))
"""The filters that hold however volunteer and need came together; the others only restrain matching."""

ADMISSION = tuple(
    rule for rule in RULES if rule.name in (Filter.APPROVED, Filter.SKILL, Filter.CERTIFICATE, Filter.ADULT)
)
"""The filters that must still hold whenever a person acts on a seat that they were offered or have."""

APPROVAL = tuple(rule for rule in RULES if rule.name is Filter.APPROVED)
"""The filters that must hold of a person whose hours are reported or confirmed."""


def explain(need: Need, volunteer: Volunteer, now: datetime) -> list[Verdict]:
    """The answer of every filter, in order."""
    return [Verdict(rule.name, rule.holds(need, volunteer, now), rule.zh, rule.en) for rule in RULES]


def first_failure(need: Need, volunteer: Volunteer, now: datetime, rules: Sequence[Rule] = RULES) -> Filter | None:
    """The first filter that refuses, or None where the volunteer may be asked."""
    for rule in rules:
        if not rule.holds(need, volunteer, now):
            return rule.name
    return None


def not_admitted(
    need: Need, volunteer: Volunteer | None, now: datetime, rules: Sequence[Rule] = ADMISSION
) -> NotEligible | None:
    """The refusal of a person who may not act on a seat in `need` now, or None where they may.

    Somebody who is no volunteer any more (None) is not approved.
    """
    refused = Filter.APPROVED if volunteer is None else first_failure(need, volunteer, now, rules)
    return None if refused is None else NotEligible(filter=refused.value)


def hold(
    volunteer: Volunteer, need: Need, booking: Booking, now: datetime, rules: Sequence[Rule] = RULES
) -> Decision[Volunteer]:
    """Book the volunteer's time for an offer.

    Raises:
        NotEligible: a filter refuses; the filter is named.
        AlreadyHeld: the time is held for this offer already.
    """
    refused = first_failure(need, volunteer, now, rules)
    if refused is not None:
        raise NotEligible(filter=refused.value)
    return book(volunteer, booking, now)
