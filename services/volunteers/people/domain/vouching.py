"""Staff vouch for volunteers: they verify claims and approve people who may act, but never themselves."""

from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Forbidden
from services.chassis.principal import Principal, Role
from services.contracts.volunteers import VolunteerApproved, VolunteerDisapproved, VolunteerVerified
from services.volunteers.people.domain.profile import Verify
from services.volunteers.people.domain.volunteer import Volunteer


class CertificateByStaff(
    Forbidden,
    code="volunteer.certificate-by-staff",
    zh="证书须由居委会工作人员核验后登记。",
    en="Certificates are entered by staff, who have seen them.",
):
    """A certificate opens the door to children and to patients: nobody vouches for their own."""


class NotByOneself(
    Forbidden,
    code="volunteer.not-by-oneself",
    zh="核验和批准须由其他工作人员办理。",
    en="Somebody else of the staff verifies and approves.",
):
    """Staff who volunteer don't vouch for themselves."""


def vouches(community: str, person: str, by: Principal) -> bool:
    """Whether what `by` says of `person` counts as seen: `by` is staff, and somebody else."""
    return by.sub != person and by.has(community, Role.STAFF)


def verify(volunteer: Volunteer, command: Verify, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Staff have seen that what `command` says is so.

    Raises:
        NotYours: the caller is not staff.
        NotByOneself: the volunteer is the caller.
    """
    require_another_of_staff(volunteer, by)
    codes = {certificate.code for certificate in command.certificates}
    kept = tuple(certificate for certificate in volunteer.certificates if certificate.code not in codes)
    update: dict[str, Any] = {
        "skills": volunteer.skills | command.skills,
        "claimed_skills": volunteer.claimed_skills - command.skills,
        "certificates": (*kept, *command.certificates),
        "adult": volunteer.adult if command.adult is None else command.adult,
    }
    seen = {name: getattr(command, name) for name in ("born", "gender", "insured_until", "unit")}
    update |= {name: value for name, value in seen.items() if value is not None}
    if volunteer.erased or all(getattr(volunteer, name) == value for name, value in update.items()):
        return decided(volunteer)
    changed = volunteer.model_copy(update=update)
    return decided(changed, event_from(VolunteerVerified, changed))


def approve(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """The volunteer may act from now on, also one who had left and comes back.

    Raises:
        NotYours, NotByOneself: as for `verify`.
    """
    require_another_of_staff(volunteer, by)
    if volunteer.erased or volunteer.approved:
        return decided(volunteer)
    changed = volunteer.model_copy(update={"approved_at": now, "left_at": None})
    return decided(changed, event_from(VolunteerApproved, changed))


def disapprove(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """The volunteer may act no more. A reaction to the event gives their seats back.

    Raises:
        NotYours, NotByOneself: as for `verify`.
    """
    require_another_of_staff(volunteer, by)
    if not volunteer.approved:
        return decided(volunteer)
    changed = volunteer.model_copy(update={"approved_at": None})
    return decided(changed, event_from(VolunteerDisapproved, changed))


def require_another_of_staff(volunteer: Volunteer, by: Principal) -> None:
    """Refuse whoever is not staff, or is the volunteer.

    Raises:
        NotYours, NotByOneself: `by` is not, or is.
    """
    by.require(volunteer.community, Role.STAFF)
    if by.sub == volunteer.person:
        raise NotByOneself()
