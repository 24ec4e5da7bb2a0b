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
from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import ASKED, LIVE
from services.volunteers.people.domain.bookings import WEEK, book
from services.volunteers.people.domain.profile import Window
from services.volunteers.people.domain.volunteer import Booking, Volunteer
from services.volunteers.shared.values import age_on, minute_of_day, week_of, whole_minutes
from services.volunteers.shared.values.holidays import is_holiday

TRAVEL = timedelta(minutes=10)
"""The time that somebody needs between two services in different buildings, to get from one to the other."""

RECORD_CHECK = "child-contact-check"
"""The certificate that somebody's records were checked for contact with minors."""

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
    RECORD_CHECK = "record-check"
    ADULT = "adult"
    AGE = "age"
    GENDER = "gender"
    LANGUAGE = "language"
    INSURANCE = "insurance"
    BLOCKED_PAIR = "blocked-pair"
    ACTIVE = "active"
    NOT_NOW = "not-now"
    NOT_ASKED = "not-asked"
    REACH = "reach"
    AVAILABLE = "available"
    OVERLAP = "overlap"
    DAILY_CAP = "daily-cap"
    WEEKLY_CAP = "weekly-cap"
    PATIENCE = "patience"
    BUDGET = "budget"


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
    return need.certificate is None or _certified(need, volunteer, need.certificate)


def _record_check(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return not need.with_minors or _certified(need, volunteer, RECORD_CHECK)


def _certified(need: Need, volunteer: Volunteer, code: str) -> bool:
    day = local_date(need.ends_at)
    return any(c.code == code and c.valid_until >= day for c in volunteer.certificates)


def _adult(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.adult is True or not need.adults_only


def _age(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    if need.min_age is None:
        return True
    return volunteer.born is not None and age_on(volunteer.born, local_date(need.starts_at)) >= need.min_age


def _gender(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return need.gender is None or volunteer.gender is need.gender


def _language(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return need.language is None or need.language in volunteer.languages


def _insurance(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    if not need.insured_only:
        return True
    return volunteer.insured_until is not None and volunteer.insured_until >= local_date(need.ends_at)


def _blocked_pair(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    if volunteer.person in need.barred:
        return False
    return not any(offer.person in volunteer.avoids for offer in need.offers if offer.status in LIVE)


def _not_now(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.not_now_until is None or volunteer.not_now_until < local_date(now)


def _reach(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return need.building is None or volunteer.reach is None or need.building in volunteer.reach


def _active(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.status is VolunteerStatus.ACTIVE and not volunteer.erased


def _not_asked(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    asked = any(offer.person == volunteer.person and offer.status in ASKED for offer in need.offers)
    invited = any(i.person == volunteer.person and i.status is not InvitationStatus.RELEASED for i in need.invited)
    return not asked and not invited and volunteer.held_for(need.id) is None


def _available(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    windows = volunteer.availability
    begin, end = need.starts_at.astimezone(ZONE), need.ends_at.astimezone(ZONE)
    if any(away.first <= end.date() and begin.date() <= away.last for away in volunteer.away):
        return False
    day = begin.date()
    if not volunteer.on_holidays and any(is_holiday(each) for each in (day, end.date())):
        return False
    if windows is None:
        return True
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


def _overlap(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return not any(_collide(need, booking) for booking in volunteer.bookings if booking.need != need.id)


def _collide(need: Need, booking: Booking) -> bool:
    travel = timedelta(0) if need.building is not None and need.building == booking.building else TRAVEL
    return booking.starts_at < need.ends_at + travel and need.starts_at - travel < booking.ends_at


def _daily_cap(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    """A service counts for the day on which it starts, also where it goes on after midnight."""
    day = local_date(need.starts_at)
    total = need.ends_at - need.starts_at
    for booking in volunteer.engagements:
        if booking.need != need.id and local_date(booking.starts_at) == day:
            total += booking.ends_at - booking.starts_at
    return whole_minutes(total) <= volunteer.daily_minutes


def _weekly_cap(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    week = week_of(need.starts_at)
    total = need.ends_at - need.starts_at
    for booking in volunteer.engagements:
        if booking.need != need.id and week_of(booking.starts_at) == week:
            total += booking.ends_at - booking.starts_at
    return whole_minutes(total) <= volunteer.weekly_minutes


def _patience(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return sum(b.until is not None and b.until > now for b in volunteer.engagements) < PATIENCE


def _budget(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.asks_since(now - WEEK) < volunteer.asks_a_week


RULES: tuple[Rule, ...] = (
    Rule(Filter.APPROVED, _approved, "志愿者尚未获得批准。", "Staff have not approved the volunteer."),
    Rule(Filter.SKILL, _skill, "需要经核验的相应技能。", "It needs a skill that staff have verified."),
    Rule(Filter.CERTIFICATE, _certificate, "需要当日有效的证书。", "It needs a certificate that is valid on the day."),
    Rule(
        Filter.RECORD_CHECK,
        _record_check,
        "须有当日有效的涉未成年人从业查询记录。",
        "It needs a record check for minors.",
    ),
    Rule(Filter.ADULT, _adult, "仅限经核验的成年志愿者。", "It is for adults, which staff have verified."),
    Rule(Filter.AGE, _age, "未达到所需年龄（须经核验）。", "It needs an age that staff have verified."),
    Rule(Filter.GENDER, _gender, "服务对象要求另一性别的志愿者。", "The person helped asks for another gender."),
    Rule(Filter.LANGUAGE, _language, "需要会说指定语言。", "It needs a language that the volunteer does not speak."),
    Rule(Filter.INSURANCE, _insurance, "须有当日有效的意外保险。", "It needs an accident insurance valid on the day."),
    Rule(Filter.BLOCKED_PAIR, _blocked_pair, "此人与该服务不能安排在一起。", "These people are not put together."),
    Rule(Filter.ACTIVE, _active, "志愿者已暂停服务。", "The volunteer is paused."),
    Rule(Filter.NOT_NOW, _not_now, "志愿者暂不接受邀请。", "The volunteer does not want to be asked just now."),
    Rule(Filter.NOT_ASKED, _not_asked, "此前已就此需求询问过。", "The volunteer was asked for this before."),
    Rule(Filter.REACH, _reach, "不在愿意前往的楼栋范围内。", "The volunteer does not go to this building."),
    Rule(Filter.AVAILABLE, _available, "不在可服务时段内。", "It is outside the hours that the volunteer gave."),
    Rule(Filter.OVERLAP, _overlap, "与其他服务时间冲突。", "It overlaps with another service."),
    Rule(Filter.DAILY_CAP, _daily_cap, "超过每日服务时长上限。", "It exceeds the volunteer's minutes a day."),
    Rule(Filter.WEEKLY_CAP, _weekly_cap, "超过每周服务时长上限。", "It exceeds the volunteer's minutes a week."),
    Rule(Filter.PATIENCE, _patience, "尚有多份邀请待答复。", "Several offers wait for the volunteer's answer."),
    Rule(Filter.BUDGET, _budget, "本周已多次询问该志愿者。", "The volunteer was asked often enough this week."),
)

RESTRAINTS = frozenset({Filter.NOT_NOW, Filter.NOT_ASKED, Filter.PATIENCE, Filter.BUDGET})
"""The filters that only keep matching from asking somebody; they hold back nobody who comes by themselves."""

SAFETY = tuple(rule for rule in RULES if rule.name not in RESTRAINTS)
"""The filters that hold however volunteer and need came together; the others only restrain matching."""

ADMISSION = RULES[: RULES.index(next(rule for rule in RULES if rule.name is Filter.ACTIVE))]
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
    return book(volunteer, booking, now, asked=rules is RULES)
