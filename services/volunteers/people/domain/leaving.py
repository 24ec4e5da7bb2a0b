"""A volunteer leaves for good, or two records of one person are merged.

A volunteer who has left is not asked any more, and their seats that are still to be served are given back. Their hours
stay on record. Of two merged records one goes on and the other ends. Where the two differ, the stricter value counts.
The hours of the record that ends go over to the record that goes on.
"""

from datetime import date, datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal
from services.chassis.values import Request, local_date
from services.contracts.marks import Id
from services.contracts.volunteers import (
    VolunteerChanged,
    VolunteerDisapproved,
    VolunteerLeft,
    VolunteerMerged,
    VolunteerStatus,
)
from services.volunteers.people.domain.guardians import ended
from services.volunteers.people.domain.levels import levels_of, lower_levels, named_in
from services.volunteers.people.domain.profile import Certificate, Gender, Window
from services.volunteers.people.domain.registering import require_self_or_staff
from services.volunteers.people.domain.volunteer import Booking, GuardianConsent, HasLeft, Volunteer, WasMerged
from services.volunteers.people.domain.vouching import LEAST_AGE, may_act, require_another_of_staff


class MergedIntoItself(
    Invalid, code="volunteer.merged-into-itself", zh="不能与自身合并。", en="A record isn't merged with itself."
):
    """A record can't be merged with itself."""


class MergedTheOtherWay(
    Conflict,
    code="volunteer.merged-the-other-way",
    zh="另一条记录正在接收这条记录，请按那个方向合并。",
    en="The other record is taking this one over. Merge them that way.",
):
    """Somebody else merges the two records the other way round."""


class MergeWith(Request):
    """Merge another record of the same person into this one. `person`: the id under which the other record stands,
    which ends.
    """

    person: Id


def leave(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """The volunteer leaves for good. What served only to ask them is forgotten. A second time changes nothing.

    Raises:
        NotYours: the volunteer is somebody else, and the caller is not staff.
    """
    require_self_or_staff(volunteer.community, volunteer.person, by)
    if volunteer.erased or volunteer.left_at is not None:
        return decided(volunteer)
    changed = _gone(volunteer, now)
    return decided(changed, event_from(VolunteerLeft, changed), event_from(VolunteerDisapproved, changed))


def end(duplicate: Volunteer, into: str, by: Principal, now: datetime) -> Decision[Volunteer]:
    """End the record `duplicate` in a merger. `into`: the person under whose record the volunteer goes on.

    Raises:
        NotYours: the caller is not staff.
        NotByOneself: the record is the caller's own.
        MergedIntoItself: `into` is the person of this record.
        WasMerged: the record ended in another merger.
        MergedTheOtherWay: this record takes over that of `into` at the same time, and it is the one that stays, since
            its person comes first in the order of their ids.
    """
    require_another_of_staff(duplicate, by)
    if into == duplicate.person:
        raise MergedIntoItself()
    if duplicate.erased or duplicate.merged_into == into:
        return decided(duplicate)
    if duplicate.merged_into is not None:
        raise WasMerged()
    if into in duplicate.merged_from and duplicate.person < into:
        raise MergedTheOtherWay()
    changed = _gone(duplicate, now).model_copy(update={"merged_into": into})
    told = event_from(VolunteerMerged, changed, into=into)
    return decided(changed, told, event_from(VolunteerDisapproved, changed))


def absorb(
    volunteer: Volunteer, duplicate: Volunteer, by: Principal, now: datetime, least_age: int = LEAST_AGE
) -> Decision[Volunteer]:
    """Merge `duplicate` into `volunteer`, the record that goes on. Skills, languages and wishes of both count; where
    the two differ, the stricter value does. A person who turns out to be younger than `least_age`, or to be a minor
    without a guardian's consent, is disapproved.

    Raises:
        NotYours, NotByOneself: the caller is not staff, or one of the records is their own.
        HasLeft: the record that is to go on has ended.
        WasMerged: `duplicate` ended in another merger.
        MergedTheOtherWay: `duplicate` has begun to take over this record.
    """
    require_another_of_staff(volunteer, by)
    require_another_of_staff(duplicate, by)
    if volunteer.left_at is not None or volunteer.erased:
        raise HasLeft()
    if duplicate.merged_into not in (None, volunteer.person):
        raise WasMerged()
    if volunteer.person in duplicate.merged_from and duplicate.left_at is None:
        raise MergedTheOtherWay()
    changed = volunteer.model_copy(
        update={
            "skills": volunteer.skills | duplicate.skills,
            "levels": lower_levels(volunteer.skills, volunteer.levels, duplicate.skills, duplicate.levels),
            "claimed_levels": levels_of(
                named_in(claims := (*duplicate.claimed_levels, *volunteer.claimed_levels)), claims
            ),
            "claimed_skills": (volunteer.claimed_skills | duplicate.claimed_skills)
            - volunteer.skills
            - duplicate.skills,
            "weekly_minutes": min(volunteer.weekly_minutes, duplicate.weekly_minutes),
            "daily_minutes": min(volunteer.daily_minutes, duplicate.daily_minutes),
            "asks_a_week": min(volunteer.asks_a_week, duplicate.asks_a_week),
            "away": tuple(dict.fromkeys((*volunteer.away, *duplicate.away))),
            "prefers": (volunteer.prefers | duplicate.prefers)
            - volunteer.avoids
            - duplicate.avoids
            - {volunteer.person, duplicate.person},
            "on_holidays": volunteer.on_holidays and duplicate.on_holidays,
            "reach": _both(volunteer.reach, duplicate.reach),
            "reach_metres": _nearer(volunteer.reach_metres, duplicate.reach_metres),
            "within": _both(volunteer.within, duplicate.within),
            "languages": volunteer.languages | duplicate.languages,
            "avoids": (volunteer.avoids | duplicate.avoids) - {volunteer.person, duplicate.person},
            "avoided_by": (volunteer.avoided_by | duplicate.avoided_by) - {volunteer.person, duplicate.person},
            "certificates": _earliest(volunteer.certificates, duplicate.certificates),
            "adult": False if duplicate.adult is False else volunteer.adult,
            "born": _last(volunteer.born, duplicate.born),
            "gender": _agreed(volunteer.gender, duplicate.gender),
            "insured_until": _first(volunteer.insured_until, duplicate.insured_until),
            "not_now_until": _last(volunteer.not_now_until, duplicate.not_now_until),
            "availability": _in_both(volunteer.availability, duplicate.availability),
            "guardian": volunteer.guardian or duplicate.guardian,
            "consents": _consents_of(volunteer, duplicate, now),
            "called": volunteer.called or duplicate.called,
            "phone": volunteer.phone or duplicate.phone,
            "approved_at": volunteer.approved_at if duplicate.approved or duplicate.left_at is not None else None,
            "status": VolunteerStatus.PAUSED if _is_paused(duplicate) else volunteer.status,
            "merged_from": (volunteer.merged_from | duplicate.merged_from | {duplicate.person}) - {volunteer.person},
            "asked_at": tuple(sorted({*volunteer.asked_at, *duplicate.asked_at})),
            "bookings": _with_served(volunteer, duplicate, now),
        }
    )
    if not may_act(changed, local_date(now), least_age):
        changed = changed.model_copy(update={"approved_at": None})
    if changed == volunteer:
        return decided(volunteer)
    told = [event_from(VolunteerChanged, changed)]
    if volunteer.approved and not changed.approved:
        return decided(changed, *told, event_from(VolunteerDisapproved, changed))
    return decided(changed, *told)


def _with_served(volunteer: Volunteer, duplicate: Volunteer, now: datetime) -> tuple[Booking, ...]:
    """The bookings of the record that goes on, with those of the other one that are over, which count for the caps and
    the fair share too. A booking that is not over is handed over with its seat.
    """
    known = {(held.need, held.starts_at, held.ends_at) for held in volunteer.bookings}
    served = (held for held in duplicate.engagements if held.until is None and held.ends_at <= now)
    added = tuple(held for held in served if (held.need, held.starts_at, held.ends_at) not in known)
    return (*volunteer.bookings, *added)


def forget_duplicate(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """`person`, whose record this one took over, was erased."""
    if person not in volunteer.merged_from:
        return decided(volunteer)
    changed = volunteer.model_copy(update={"merged_from": volunteer.merged_from - {person}})
    return decided(changed, event_from(VolunteerChanged, changed))


def _gone(volunteer: Volunteer, now: datetime) -> Volunteer:
    forgotten = {
        **dict.fromkeys(("called", "phone", "availability", "base", "reach", "reach_metres", "within")),
        **dict.fromkeys(("away", "extra", "asked_at"), ()),
    }
    return volunteer.model_copy(
        update={**forgotten, "left_at": now, "approved_at": None, "status": VolunteerStatus.PAUSED}
    )


def _is_paused(duplicate: Volunteer) -> bool:
    return duplicate.status is VolunteerStatus.PAUSED and duplicate.left_at is None


def _consents_of(volunteer: Volunteer, duplicate: Volunteer, now: datetime) -> tuple[GuardianConsent, ...]:
    """The guardian's consents. Whatever was taken back under either record stands no more; where this record has
    none, those of the other count."""
    if not volunteer.consents or not duplicate.consents:
        return volunteer.consents or duplicate.consents
    return volunteer.consents if duplicate.consent is not None else ended(volunteer, now)


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The buildings to which both records go; None stands for all buildings."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _nearer(one: int | None, other: int | None) -> int | None:
    """The lower number of metres; None stands for any distance."""
    return min((each for each in (one, other) if each is not None), default=None)


def _first(one: date | None, other: date | None) -> date | None:
    """The earlier of two days; None is unknown and does not count."""
    return min((day for day in (one, other) if day is not None), default=None)


def _last(one: date | None, other: date | None) -> date | None:
    """The later of two days, so of two dates of birth that of the younger person; None is unknown and
    does not count.
    """
    return max((day for day in (one, other) if day is not None), default=None)


def _agreed(one: Gender | None, other: Gender | None) -> Gender | None:
    """The gender on which both records agree, or that only one has; None if they differ."""
    return one if other in (None, one) else other if one is None else None


def _in_both(one: tuple[Window, ...] | None, other: tuple[Window, ...] | None) -> tuple[Window, ...] | None:
    """The hours that are free in both records; None stands for any time."""
    if one is None or other is None:
        return other if one is None else one
    spans = (
        (mine.weekday, max(mine.start, theirs.start), min(mine.end, theirs.end))
        for mine in one
        for theirs in other
        if mine.weekday == theirs.weekday
    )
    return tuple(Window(weekday=day, start=start, end=end) for day, start, end in dict.fromkeys(spans) if start < end)


def _earliest(one: tuple[Certificate, ...], other: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    """Each certificate once; of two with one code, the one that expires earlier."""
    found: dict[str, Certificate] = {}
    for certificate in (*one, *other):
        known = found.get(certificate.code)
        if known is None or certificate.valid_until < known.valid_until:
            found[certificate.code] = certificate
    return tuple(found.values())
