"""A volunteer registers, changes what they tell, pauses and resumes; and is forgotten when they are erased."""

from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.volunteers import (
    VolunteerChanged,
    VolunteerErased,
    VolunteerPaused,
    VolunteerRegistered,
    VolunteerResumed,
    VolunteerStatus,
)
from services.volunteers.people.domain.profile import ChangeProfile, Profile, Register
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.domain.vouching import CertificateByStaff, vouches


def register(command: Register, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Register a volunteer, who is still to be approved.

    Raises:
        NotYours: the volunteer is somebody else, and the caller is not staff.
        CertificateByStaff: certificates are given, and nobody of the staff vouches for them.
    """
    person = command.person or by.sub
    require_self_or_staff(command.community, person, by)
    vouched = vouches(command.community, person, by)
    if command.certificates and not vouched:
        raise CertificateByStaff()
    told = {name: getattr(command, name) for name in ("community", *Profile.model_fields)}
    if vouched:
        told["claimed_skills"] = frozenset()
    else:
        told |= {"skills": frozenset(), "claimed_skills": command.skills}
        told["adult"] = False if command.adult is False else None
    volunteer = Volunteer(id=volunteer_id(command.community, person), person=person, registered_at=now, **told)
    return decided(volunteer, event_from(VolunteerRegistered, volunteer, own=by.sub == person))


def change(volunteer: Volunteer, command: ChangeProfile, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Change what a volunteer tells. What they have accepted stays accepted.

    Raises:
        NotYours: as for `register`; and only staff may say of a volunteer that they are an adult.
        CertificateByStaff: as for `register`.
    """
    require_self_or_staff(volunteer.community, volunteer.person, by)
    vouched = vouches(volunteer.community, volunteer.person, by)
    given = _with_skills(volunteer, command.given(), vouched=vouched)
    given = {name: value for name, value in given.items() if getattr(volunteer, name) != value}
    if "certificates" in given and not vouched:
        raise CertificateByStaff()
    if "adult" in given and not vouched:
        raise NotYours()
    if volunteer.erased or not given:
        return decided(volunteer)
    changed = volunteer.model_copy(update=given)
    return decided(changed, event_from(VolunteerChanged, changed))


def pause(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Nobody asks this volunteer until they resume.

    Raises:
        NotYours: as for `register`.
    """
    return _turn(volunteer, VolunteerStatus.PAUSED, by)


def resume(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """The volunteer may be asked again.

    Raises:
        NotYours: as for `register`.
    """
    return _turn(volunteer, VolunteerStatus.ACTIVE, by)


def erase(volunteer: Volunteer, stand_in: str) -> Decision[Volunteer]:
    """Forget everything about the person."""
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
    changed = volunteer.model_copy(update={"status": status})
    told = VolunteerPaused if status is VolunteerStatus.PAUSED else VolunteerResumed
    return decided(changed, event_from(told, changed))


def require_self_or_staff(community: str, person: str, by: Principal) -> None:
    """Refuse whoever speaks for somebody else and is not staff.

    Raises:
        NotYours: `by` is neither.
    """
    by.require(community)
    if by.sub != person and not by.has(community, Role.STAFF):
        raise NotYours()


def _with_skills(volunteer: Volunteer, given: dict[str, Any], *, vouched: bool) -> dict[str, Any]:
    """`given`, its skills sorted into those that count and those that are claimed."""
    told = given.get("skills")
    if told is None:
        return given
    verified = told if vouched else volunteer.skills & told
    claimed = volunteer.claimed_skills - told if vouched else told - verified
    return {**given, "skills": verified, "claimed_skills": claimed}
