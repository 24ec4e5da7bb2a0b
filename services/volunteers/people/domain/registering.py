"""A volunteer registers, changes their profile, pauses and resumes, and is forgotten when they are erased."""

from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import local_date
from services.contracts.volunteers import (
    VolunteerErased,
    VolunteerPaused,
    VolunteerRegistered,
    VolunteerResumed,
    VolunteerStatus,
)
from services.volunteers.people.domain.guardians import without_guardian
from services.volunteers.people.domain.levels import levels_of, named_in
from services.volunteers.people.domain.profile import ChangeProfile, Profile, Register
from services.volunteers.people.domain.reaching import Points, reaching
from services.volunteers.people.domain.volunteer import HasLeft, Volunteer, volunteer_id
from services.volunteers.people.domain.vouching import CertificateByStaff, require_their_age, vouches

NOWHERE: Points = MappingProxyType({})
"""The places of no buildings, for a community in which none is known."""


def register(
    command: Register,
    by: Principal,
    now: datetime,
    points: Points = NOWHERE,
    avoided_by: frozenset[str] = frozenset(),
) -> Decision[Volunteer]:
    """Register a volunteer, who is still to be approved. `points`: the places of the community's buildings.
    `avoided_by`: the volunteers who avoid the person already.

    Raises:
        NotYours: the volunteer is somebody else, and the caller is not staff.
        CertificateByStaff: certificates are given, and the caller is not staff or registers themselves.
    """
    person = command.person or by.sub
    require_self_or_staff(command.community, person, by)
    vouched = vouches(command.community, person, by)
    if command.certificates and not vouched:
        raise CertificateByStaff()
    told = {name: getattr(command, name) for name in ("community", *Profile.model_fields)}
    skills = command.skills | named_in(command.levels)
    levels = levels_of(skills, command.levels)
    if vouched:
        told |= {"skills": skills, "levels": levels, "claimed_skills": frozenset()}
    else:
        told |= {"skills": frozenset(), "levels": (), "claimed_skills": skills, "claimed_levels": levels}
        told["adult"] = False if command.adult is False else None
    told["avoided_by"] = avoided_by - {person}
    volunteer = Volunteer(id=volunteer_id(command.community, person), person=person, registered_at=now, **told)
    volunteer = reaching(volunteer, points)
    return decided(volunteer, event_from(VolunteerRegistered, volunteer, own=by.sub == person))


def change(
    volunteer: Volunteer, command: ChangeProfile, by: Principal, now: datetime, points: Points = NOWHERE
) -> Decision[Volunteer]:
    """Change the profile of a volunteer. Offers that they have accepted stay accepted. `points`: as for `register`.

    Raises:
        NotYours: as for `register`, or a volunteer changes `adult` of themselves.
        CertificateByStaff: as for `register`.
        HasLeft: the volunteer has left, or goes on under another record.
        NotTheirAge: the verified date of birth contradicts `adult`.
    """
    require_self_or_staff(volunteer.community, volunteer.person, by)
    if volunteer.left_at is not None:
        raise HasLeft()
    vouched = vouches(volunteer.community, volunteer.person, by)
    given = _with_skills(volunteer, command.given(), vouched=vouched)
    given = {name: value for name, value in given.items() if getattr(volunteer, name) != value}
    if "certificates" in given and not vouched:
        raise CertificateByStaff()
    if "adult" in given and not vouched:
        raise NotYours()
    if "adult" in given:
        require_their_age(volunteer.born, given["adult"], local_date(now))
    if volunteer.erased or not given:
        return decided(volunteer)
    changed = volunteer.model_copy(update=given)
    if given.keys() & {"building", "base", "reach_metres"}:
        changed = reaching(changed, points)
    return without_guardian(changed, now, volunteer)


def pause(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Pause the volunteer, who is not asked until they resume. A second time changes nothing.

    Raises:
        NotYours: as for `register`.
    """
    return _turn(volunteer, VolunteerStatus.PAUSED, by)


def resume(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Resume a paused volunteer, who may be asked again. A second time changes nothing.

    Raises:
        NotYours: as for `register`.
        HasLeft: the volunteer has left, and staff have not approved them again.
    """
    return _turn(volunteer, VolunteerStatus.ACTIVE, by)


def erase(volunteer: Volunteer, stand_in: str) -> Decision[Volunteer]:
    """Forget everything about a person who was erased. `stand_in` replaces their id."""
    if volunteer.erased:
        return decided(volunteer)
    changed = Volunteer(
        id=volunteer.id,
        community=volunteer.community,
        person=stand_in,
        status=VolunteerStatus.PAUSED,
        registered_at=volunteer.registered_at,
        erased=True,
    )
    return decided(changed, VolunteerErased())


def _turn(volunteer: Volunteer, status: VolunteerStatus, by: Principal) -> Decision[Volunteer]:
    require_self_or_staff(volunteer.community, volunteer.person, by)
    if volunteer.erased or volunteer.status is status:
        return decided(volunteer)
    if volunteer.left_at is not None:
        raise HasLeft()
    changed = volunteer.model_copy(update={"status": status})
    told = VolunteerPaused if status is VolunteerStatus.PAUSED else VolunteerResumed
    return decided(changed, event_from(told, changed))


def require_self_or_staff(community: str, person: str, by: Principal) -> None:
    """Refuse a caller who is neither `person` nor staff of the community.

    Raises:
        NotYours: `by` is neither of them.
    """
    by.require(community)
    if by.sub != person and not by.has(community, Role.STAFF):
        raise NotYours()


def _with_skills(volunteer: Volunteer, given: dict[str, Any], *, vouched: bool) -> dict[str, Any]:
    """`given`, with its skills and levels sorted into verified ones and claimed ones. `vouched`: the
    caller verifies.
    """
    told, levels = given.get("skills"), given.get("levels")
    if told is None and levels is None:
        return given
    known = volunteer.skills if vouched else volunteer.skills | volunteer.claimed_skills
    told = (known if told is None else told) | named_in(levels or ())
    verified = told if vouched else volunteer.skills & told
    claimed = volunteer.claimed_skills - told if vouched else told - verified
    counting, claims = volunteer.levels, volunteer.claimed_levels
    if levels is not None and vouched:
        counting, claims = levels, tuple(each for each in claims if each.skill not in named_in(levels))
    elif levels is not None:
        claims = levels
    return {
        **given,
        "skills": verified,
        "levels": levels_of(verified, counting),
        "claimed_skills": claimed,
        "claimed_levels": levels_of(verified | claimed, claims),
    }
