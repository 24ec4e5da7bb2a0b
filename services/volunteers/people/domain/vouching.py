"""Staff vouch for volunteers: they verify claims and approve volunteers, but never themselves."""

from datetime import date, datetime
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import local_date
from services.contracts.volunteers import VolunteerApproved, VolunteerDisapproved, VolunteerVerified
from services.volunteers.people.domain.levels import levels_of, named_in
from services.volunteers.people.domain.profile import Verify
from services.volunteers.people.domain.volunteer import Volunteer, WasMerged
from services.volunteers.shared.values import GROWN_UP, age_on

LEAST_AGE = 14
"""Nobody younger is approved, unless the settings say otherwise. Data about a younger child is for the guardians."""


class TooYoung(
    Conflict,
    code="volunteer.too-young",
    zh="未满{age}周岁，不能批准为志愿者。",
    en="Nobody under {age} is approved as a volunteer.",
):
    """The volunteer is younger than `age`, and nobody so young serves, whatever a need asks."""


class CertificateByStaff(
    Forbidden,
    code="volunteer.certificate-by-staff",
    zh="证书须由居委会工作人员核验后登记。",
    en="Certificates are entered by staff, who have seen them.",
):
    """The caller enters certificates without being staff, or for themselves. A certificate admits its holder to
    children and patients, so somebody else of the staff must have seen it.
    """


class NotByOneself(
    Forbidden,
    code="volunteer.not-by-oneself",
    zh="核验和批准须由其他工作人员办理。",
    en="Somebody else of the staff verifies and approves.",
):
    """The caller is staff, and the volunteer is the caller. Nobody vouches for themselves."""


class NoGuardianConsent(
    Conflict,
    code="volunteer.no-guardian-consent",
    zh="未成年人须先有监护人同意，才能批准为志愿者。",
    en="A minor is approved once a guardian has consented.",
):
    """It is known that the volunteer is a minor, and no guardian's consent stands."""


class BornLater(
    Invalid,
    code="volunteer.born-later",
    zh="出生日期不能晚于今天。",
    en="A date of birth is not in the time to come.",
):
    """The date of birth lies in the future."""


class NotTheirAge(
    Invalid,
    code="volunteer.not-their-age",
    zh="是否成年与出生日期不符。",
    en="Being an adult doesn't agree with the date of birth.",
):
    """The statement whether the volunteer is an adult contradicts their date of birth."""


def vouches(community: str, person: str, by: Principal) -> bool:
    """Whether what `by` says of `person` counts as seen: `by` is staff, and somebody else."""
    return by.sub != person and by.has(community, Role.STAFF)


def verify(
    volunteer: Volunteer, command: Verify, by: Principal, now: datetime, least_age: int = LEAST_AGE
) -> Decision[Volunteer]:
    """Staff verify what they have seen. A volunteer who turns out to be younger than `least_age`, or to be a minor
    whose guardian has not consented, is disapproved.

    Raises:
        NotYours: the caller is not staff.
        NotByOneself: the volunteer is the caller.
        BornLater: the date of birth lies in the future.
        NotTheirAge: `adult` contradicts the date of birth.
    """
    require_another_of_staff(volunteer, by)
    today = local_date(now)
    if command.born is not None and command.born > today:
        raise BornLater()
    require_their_age(command.born or volunteer.born, command.adult, today)
    codes = {certificate.code for certificate in command.certificates}
    kept = tuple(certificate for certificate in volunteer.certificates if certificate.code not in codes)
    levelled = named_in(command.levels)
    seen_skills = command.skills | levelled
    update: dict[str, Any] = {
        "skills": volunteer.skills | seen_skills,
        "levels": levels_of(volunteer.skills | seen_skills, (*volunteer.levels, *command.levels)),
        "claimed_skills": volunteer.claimed_skills - seen_skills,
        "claimed_levels": tuple(told for told in volunteer.claimed_levels if told.skill not in levelled),
        "certificates": (*kept, *command.certificates),
        "adult": _grown_up(volunteer, command, today) if command.adult is None else command.adult,
    }
    seen = {name: getattr(command, name) for name in ("born", "gender", "insured_until", "unit")}
    update |= {name: value for name, value in seen.items() if value is not None}
    if volunteer.erased or all(getattr(volunteer, name) == value for name, value in update.items()):
        return decided(volunteer)
    changed = volunteer.model_copy(update=update)
    if changed.approved and not may_act(changed, today, least_age):
        changed = changed.model_copy(update={"approved_at": None})
        return decided(changed, event_from(VolunteerVerified, changed), event_from(VolunteerDisapproved, changed))
    return decided(changed, event_from(VolunteerVerified, changed))


def approve(volunteer: Volunteer, by: Principal, now: datetime, least_age: int = LEAST_AGE) -> Decision[Volunteer]:
    """Approve a volunteer, who may act from now on. A volunteer who had left comes back by that.

    Raises:
        NotYours, NotByOneself: as for `verify`.
        WasMerged: the person goes on under another record.
        TooYoung: by their verified date of birth the volunteer is younger than `least_age`.
        NoGuardianConsent: the volunteer is a minor, and no guardian's consent stands.
    """
    require_another_of_staff(volunteer, by)
    if volunteer.merged_into is not None:
        raise WasMerged()
    if volunteer.erased or volunteer.approved:
        return decided(volunteer)
    today = local_date(now)
    if is_too_young(volunteer.born, today, least_age):
        raise TooYoung(age=least_age)
    if not volunteer.guarded_on(today):
        raise NoGuardianConsent()
    changed = volunteer.model_copy(update={"approved_at": now, "left_at": None})
    return decided(changed, event_from(VolunteerApproved, changed))


def disapprove(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Disapprove a volunteer, who may no longer act. A reaction to the event gives their seats back.

    Raises:
        NotYours, NotByOneself: as for `verify`.
    """
    require_another_of_staff(volunteer, by)
    if not volunteer.approved:
        return decided(volunteer)
    changed = volunteer.model_copy(update={"approved_at": None})
    return decided(changed, event_from(VolunteerDisapproved, changed))


def require_their_age(born: date | None, adult: bool | None, today: date) -> None:
    """Refuse a value of `adult` that contradicts the date of birth `born`. None is unknown and contradicts nothing.

    Raises:
        NotTheirAge: the two contradict each other.
    """
    if born is not None and adult is not None and adult is not (age_on(born, today) >= GROWN_UP):
        raise NotTheirAge()


def is_too_young(born: date | None, day: date, least_age: int) -> bool:
    """Whether a person born on `born` is younger than `least_age` on `day`; False if the date of birth is unknown."""
    return born is not None and age_on(born, day) < least_age


def may_act(volunteer: Volunteer, day: date, least_age: int) -> bool:
    """Whether what is known of somebody's age on `day` lets them be approved."""
    return not is_too_young(volunteer.born, day, least_age) and volunteer.guarded_on(day)


def _grown_up(volunteer: Volunteer, command: Verify, today: date) -> bool | None:
    """The value of `adult` after staff verified a date of birth, which replaces what was said before.

    It is None for a minor, so that the date of birth decides once they come of age.
    """
    if command.born is None:
        return volunteer.adult
    return True if age_on(command.born, today) >= GROWN_UP else None


def require_another_of_staff(volunteer: Volunteer, by: Principal) -> None:
    """Refuse a caller who is not staff, or who is the volunteer.

    Raises:
        NotYours: `by` is not staff of the community.
        NotByOneself: `by` is the volunteer.
    """
    by.require(volunteer.community, Role.STAFF)
    if by.sub == volunteer.person:
        raise NotByOneself()
