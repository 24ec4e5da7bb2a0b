"""The hard filters: they decide which volunteers may take a seat in which need.

Each filter has a name. A refusal tells the name of the first filter, in the order of `RULES`, that refuses. Matching
pairs a volunteer with a need only if all filters admit the volunteer. A sign-up and an offer by staff pass the filters
of `SAFETY`. The filters judge the volunteer at the very write that books the volunteer's time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.chassis.aggregate import Decision
from services.chassis.calendar.holidays import HOLIDAYS
from services.chassis.errors import Conflict
from services.chassis.values import ZONE, local_date
from services.contracts.volunteers import TakenOff, VolunteerStatus
from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import ASKED, LIVE, OPEN, OfferStatus
from services.volunteers.people.domain.bookings import WEEK, book
from services.volunteers.people.domain.volunteer import Booking, Volunteer
from services.volunteers.shared.values import age_on, minute_of_day, week_of, whole_minutes

TRAVEL = timedelta(minutes=10)
"""The time that somebody needs between two services in different buildings, to get from one to the other."""

RECORD_CHECK = "child-contact-check"
"""The code of the certificate that the volunteer's criminal record was checked, which work with minors requires."""

PATIENCE = 3
"""Matching asks nobody who has so many unanswered offers."""


class NotEligible(
    Conflict,
    code="volunteer.not-eligible",
    zh="该志愿者不符合条件：{filter}。",
    en="The volunteer can't take this: {filter}.",
):
    """A hard filter refuses the volunteer; `filter` is the name of that filter."""


class Filter(StrEnum):
    """The names of the filters."""

    APPROVED = "approved"
    SKILL = "skill"
    SKILL_LEVEL = "skill-level"
    CERTIFICATE = "certificate"
    RECORD_CHECK = "record-check"
    ADULT = "adult"
    AGE = "age"
    GUARDIAN = "guardian"
    GENDER = "gender"
    LANGUAGE = "language"
    INSURANCE = "insurance"
    BLOCKED_PAIR = "blocked-pair"
    ACTIVE = "active"
    NOT_NOW = "not-now"
    NOT_ASKED = "not-asked"
    REACH = "reach"
    DISTANCE = "distance"
    AVAILABLE = "available"
    OVERLAP = "overlap"
    DAILY_CAP = "daily-cap"
    WEEKLY_CAP = "weekly-cap"
    PATIENCE = "patience"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Rule:
    """One filter: `holds` tells whether it admits a volunteer to a need at a time; `zh` and `en` say why it refuses."""

    name: Filter
    holds: Callable[[Need, Volunteer, datetime], bool]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one filter about one volunteer and one need. `holds`: the filter admits the volunteer."""

    name: Filter
    holds: bool
    zh: str
    en: str


def _approved(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.approved


def _skill(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return need.skill is None or need.skill in volunteer.skills


def _skill_level(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    """A volunteer without the skill passes here, since the filter `skill` refuses them already."""
    return need.skill is None or not 0 < volunteer.level_in(need.skill) < need.skill_level


def _certificate(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return need.certificate is None or _certified(need, volunteer, need.certificate)


def _record_check(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return not need.with_minors or _certified(need, volunteer, RECORD_CHECK)


def _certified(need: Need, volunteer: Volunteer, code: str) -> bool:
    day = local_date(need.ends_at)
    return any(c.code == code and c.valid_until >= day for c in volunteer.certificates)


def _adult(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return not need.adults_only or volunteer.is_adult_on(local_date(need.starts_at))


def _age(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    if need.min_age is None:
        return True
    return volunteer.born is not None and age_on(volunteer.born, local_date(need.starts_at)) >= need.min_age


def _guardian(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.guarded_on(local_date(need.starts_at))


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
    apart = volunteer.avoids | volunteer.avoided_by
    return not any(offer.person in apart for offer in need.offers if offer.status in LIVE)


def _not_now(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.not_now_until is None or volunteer.not_now_until < local_date(now)


def _reach(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return need.building is None or volunteer.reach is None or need.building in volunteer.reach


def _distance(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return need.building is None or volunteer.within is None or need.building in volunteer.within


def _active(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    return volunteer.status is VolunteerStatus.ACTIVE and not volunteer.erased


def _not_asked(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    asked = any(offer.person == volunteer.person and offer.status in ASKED for offer in need.offers)
    invited = any(i.person == volunteer.person and i.status is not InvitationStatus.RELEASED for i in need.invited)
    return not asked and not invited and volunteer.held_for(need.id) is None


def _available(need: Need, volunteer: Volunteer, now: datetime) -> bool:
    """Whether the volunteer is free in each minute of the service: by the hours of the weekday, unless that day is off,
    or by extra hours of that date.
    """
    begin, end = need.starts_at.astimezone(ZONE), need.ends_at.astimezone(ZONE)
    day = begin.date()
    while day <= end.date():
        start = begin.hour * 60 + begin.minute if day == begin.date() else 0
        stop = end.hour * 60 + end.minute if day == end.date() else 24 * 60
        if start < stop and not _covered(start, stop, _free_on(volunteer, day)):
            return False
        day += timedelta(days=1)
    return True


def _free_on(volunteer: Volunteer, day: date) -> list[tuple[int, int]]:
    """The stretches of a day in which the volunteer is free, as pairs of minutes since midnight."""
    free = [(minute_of_day(each.start), minute_of_day(each.end)) for each in volunteer.extra if each.on == day]
    off = any(away.first <= day <= away.last for away in volunteer.away)
    if off or (not volunteer.on_holidays and HOLIDAYS.is_holiday(day, volunteer.community)):
        return free
    if volunteer.availability is None:
        return [(0, 24 * 60)]
    weekly = (w for w in volunteer.availability if w.weekday == day.isoweekday())
    return free + [(minute_of_day(w.start), minute_of_day(w.end)) for w in weekly]


def _covered(start: int, stop: int, free: Sequence[tuple[int, int]]) -> bool:
    """Whether the stretches of `free` together cover every minute from `start` to `stop`."""
    reached = start
    for begin, end in sorted(free):
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
    Rule(
        Filter.SKILL_LEVEL,
        _skill_level,
        "经核验的技能等级未达到要求。",
        "It needs a higher level of the skill than staff have verified.",
    ),
    Rule(Filter.CERTIFICATE, _certificate, "需要当日有效的证书。", "It needs a certificate that is valid on the day."),
    Rule(
        Filter.RECORD_CHECK,
        _record_check,
        "须有当日有效的涉未成年人从业查询记录。",
        "It needs a record check for minors.",
    ),
    Rule(Filter.ADULT, _adult, "仅限经核验的成年志愿者。", "It is for adults, which staff have verified."),
    Rule(Filter.AGE, _age, "未达到所需年龄（须经核验）。", "It needs an age that staff have verified."),
    Rule(Filter.GUARDIAN, _guardian, "未成年人须有监护人同意。", "A minor needs the consent of a guardian."),
    Rule(Filter.GENDER, _gender, "服务对象要求另一性别的志愿者。", "The person helped asks for another gender."),
    Rule(Filter.LANGUAGE, _language, "需要会说指定语言。", "It needs a language that the volunteer does not speak."),
    Rule(Filter.INSURANCE, _insurance, "须有当日有效的意外保险。", "It needs an accident insurance valid on the day."),
    Rule(Filter.BLOCKED_PAIR, _blocked_pair, "此人与该服务不能安排在一起。", "These people are not put together."),
    Rule(Filter.ACTIVE, _active, "志愿者已暂停服务。", "The volunteer is paused."),
    Rule(Filter.NOT_NOW, _not_now, "志愿者暂不接受邀请。", "The volunteer does not want to be asked just now."),
    Rule(Filter.NOT_ASKED, _not_asked, "此前已就此需求询问过。", "The volunteer was asked for this before."),
    Rule(Filter.REACH, _reach, "不在愿意前往的楼栋范围内。", "The volunteer does not go to this building."),
    Rule(Filter.DISTANCE, _distance, "超出志愿者愿意前往的距离。", "It is further away than the volunteer goes."),
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
"""The filters that apply to matching, to a sign-up and to an offer by staff. The others only restrain matching."""

SEATED = tuple(rule for rule in SAFETY if rule.name is not Filter.ACTIVE)
"""The filters that apply when a volunteer confirms an accepted seat or is checked in. A pause ends no promise, so the
filter `active` is not among them."""

ADMISSION = RULES[: RULES.index(next(rule for rule in RULES if rule.name is Filter.ACTIVE))]
"""The filters that must still admit a person whenever they act on a seat that they have or were offered."""

APPROVAL = tuple(rule for rule in RULES if rule.name is Filter.APPROVED)
"""The filters that must admit a person when their hours are reported or confirmed."""


def explain(need: Need, volunteer: Volunteer, now: datetime) -> list[Verdict]:
    """The answer of every filter of `RULES`, in order."""
    return [Verdict(rule.name, rule.holds(need, volunteer, now), rule.zh, rule.en) for rule in RULES]


def first_failure(need: Need, volunteer: Volunteer, now: datetime, rules: Sequence[Rule] = RULES) -> Filter | None:
    """The first filter of `rules` that refuses the volunteer; None if all of them admit the volunteer."""
    for rule in rules:
        if not rule.holds(need, volunteer, now):
            return rule.name
    return None


def asking_of(need: Need, volunteer: Volunteer, now: datetime) -> Need:
    """The need, with the demands of the seat that the volunteer has, is offered or might take.

    A volunteer without a seat might take that of the first open role whose filters admit them, else of the last one.
    """
    if any(offer.person == volunteer.person and offer.status in LIVE for offer in need.offers):
        return need.asked_of(volunteer.person)
    parts = [need.asking(role) for role in need.open_roles or [part.role for part in need.roles]] or [need]
    return next((part for part in parts if first_failure(part, volunteer, now) is None), parts[-1])


def not_admitted(
    need: Need, volunteer: Volunteer | None, now: datetime, rules: Sequence[Rule] = ADMISSION
) -> NotEligible | None:
    """The refusal of a person whom a filter of `rules` does not admit to `need` now; None if they all admit the person.

    A person without a record as a volunteer (`volunteer` is None) is refused by the filter `approved`.
    """
    refused = Filter.APPROVED if volunteer is None else first_failure(need, volunteer, now, rules)
    return None if refused is None else NotEligible(filter=refused.value)


def unfit_for(need: Need, volunteer: Volunteer, now: datetime) -> TakenOff | None:
    """The reason why the volunteer may no longer serve on the seat that they have; None if they still may, or have no
    seat that is still to be served.

    Where two volunteers have seats and one of them avoids the other, the one with that wish gives the seat back. The
    other volunteer learns nothing of the wish.
    """
    theirs = next((o for o in need.offers if o.person == volunteer.person and o.status in OPEN), None)
    if theirs is None or theirs.status is OfferStatus.CHECKED_IN or now >= need.starts_at:
        return None  # a volunteer who was checked in has passed the filters at the check-in
    wishes = volunteer.model_copy(update={"avoided_by": frozenset()})
    refused = first_failure(need.asking(theirs.role), wishes, now, ADMISSION)
    if refused is None:
        return None
    own = refused is Filter.BLOCKED_PAIR and volunteer.person not in need.barred
    return TakenOff.AT_THEIR_WISH if own else TakenOff.UNSUITABLE


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
