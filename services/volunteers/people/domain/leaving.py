"""A volunteer leaves for good, or two records turn out to be one person's.

Who leaves is asked for nothing and gives seats back that are still to be served; hours stay on record. Of two records
one goes on, and wherever they differ the stricter counts; the other leaves, and what was given under it follows.
"""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.contracts.marks import Id
from services.contracts.volunteers import (
    VolunteerChanged,
    VolunteerDisapproved,
    VolunteerLeft,
    VolunteerMerged,
    VolunteerStatus,
)
from services.volunteers.people.domain.profile import Certificate
from services.volunteers.people.domain.registering import require_self_or_staff
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.domain.vouching import require_another_of_staff


class MergedIntoItself(
    Invalid, code="volunteer.merged-into-itself", zh="不能与自身合并。", en="A record isn't merged with itself."
):
    """Two records are merged."""


class HasLeft(Conflict, code="volunteer.has-left", zh="该志愿者已经退出。", en="The volunteer has left for good."):
    """Who has left goes on under no other record."""


class MergeWith(Request):
    """The other record of the same person, which ends."""

    person: Id


def leave(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Leave for good. What only served to ask them is forgotten; a second time changes nothing.

    Raises:
        NotYours: the volunteer is somebody else, and the caller is not staff.
    """
    require_self_or_staff(volunteer.community, volunteer.person, by)
    if volunteer.erased or volunteer.left_at is not None:
        return decided(volunteer)
    changed = _gone(volunteer, now)
    return decided(changed, event_from(VolunteerLeft, changed), event_from(VolunteerDisapproved, changed))


def end(duplicate: Volunteer, into: str, by: Principal, now: datetime) -> Decision[Volunteer]:
    """The record that ends: it has left, and says under whom it goes on.

    Raises:
        NotYours, NotByOneself: the caller is not staff, or it is their own record.
        MergedIntoItself: there is one record only.
    """
    require_another_of_staff(duplicate, by)
    if into == duplicate.person:
        raise MergedIntoItself()
    if duplicate.erased or duplicate.merged_into == into:
        return decided(duplicate)
    changed = _gone(duplicate, now).model_copy(update={"merged_into": into})
    told = event_from(VolunteerMerged, changed, into=into)
    return decided(changed, told, event_from(VolunteerDisapproved, changed))


def absorb(volunteer: Volunteer, duplicate: Volunteer, by: Principal) -> Decision[Volunteer]:
    """The record that goes on takes over what the other adds; wherever the two differ, the stricter counts.

    Raises:
        NotYours, NotByOneself: as for `end`.
        HasLeft: this record has ended.
    """
    require_another_of_staff(volunteer, by)
    if volunteer.left_at is not None or volunteer.erased:
        raise HasLeft()
    changed = volunteer.model_copy(
        update={
            "skills": volunteer.skills | duplicate.skills,
            "claimed_skills": (volunteer.claimed_skills | duplicate.claimed_skills)
            - volunteer.skills
            - duplicate.skills,
            "weekly_minutes": min(volunteer.weekly_minutes, duplicate.weekly_minutes),
            "daily_minutes": min(volunteer.daily_minutes, duplicate.daily_minutes),
            "asks_a_week": min(volunteer.asks_a_week, duplicate.asks_a_week),
            "away": tuple(dict.fromkeys((*volunteer.away, *duplicate.away))),
            "on_holidays": volunteer.on_holidays and duplicate.on_holidays,
            "reach": _both(volunteer.reach, duplicate.reach),
            "languages": volunteer.languages | duplicate.languages,
            "avoids": (volunteer.avoids | duplicate.avoids) - {volunteer.person, duplicate.person},
            "certificates": _earliest(volunteer.certificates, duplicate.certificates),
            "adult": False if duplicate.adult is False else volunteer.adult,
            "approved_at": volunteer.approved_at if duplicate.approved or duplicate.left_at is not None else None,
            "status": VolunteerStatus.PAUSED if _is_paused(duplicate) else volunteer.status,
        }
    )
    if changed == volunteer:
        return decided(volunteer)
    told = [event_from(VolunteerChanged, changed)]
    if volunteer.approved and not changed.approved:
        return decided(changed, *told, event_from(VolunteerDisapproved, changed))
    return decided(changed, *told)


def _gone(volunteer: Volunteer, now: datetime) -> Volunteer:
    forgotten = {"called": None, "phone": None, "availability": None, "away": (), "reach": None, "asked_at": ()}
    return volunteer.model_copy(
        update={**forgotten, "left_at": now, "approved_at": None, "status": VolunteerStatus.PAUSED}
    )


def _is_paused(duplicate: Volunteer) -> bool:
    return duplicate.status is VolunteerStatus.PAUSED and duplicate.left_at is None


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The buildings that both reach; None reaches all."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _earliest(one: tuple[Certificate, ...], other: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    """Each certificate as it runs out the earliest."""
    found: dict[str, Certificate] = {}
    for certificate in (*one, *other):
        known = found.get(certificate.code)
        if known is None or certificate.valid_until < known.valid_until:
            found[certificate.code] = certificate
    return tuple(found.values())
