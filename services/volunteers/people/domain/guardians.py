"""The guardian of a volunteer who is a minor agrees that they serve, and may take that back at any time.

A consent is to one version of a text, at a time. Withdrawn, it stays on record; a new one is another record. No event
tells of it by name, since it would tell that somebody is a minor.
"""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Request, local_date
from services.contracts.event import Event
from services.contracts.marks import Code, Id
from services.contracts.volunteers import VolunteerChanged, VolunteerDisapproved
from services.volunteers.people.domain.partners import require_going_on
from services.volunteers.people.domain.volunteer import GuardianConsent, Volunteer
from services.volunteers.people.domain.vouching import NotByOneself

MOST_CONSENTS = 50


class GuardianUnknown(
    Invalid,
    code="volunteer.guardian-unknown",
    zh="请填写监护人。",
    en="Say who the guardian is.",
):
    """Staff enter a consent, and nobody has said whose it is."""


class NotTheirOwnGuardian(
    Invalid,
    code="volunteer.not-their-own-guardian",
    zh="志愿者不能是自己的监护人。",
    en="Nobody is their own guardian.",
):
    """The volunteer themselves is named as guardian."""


class NotAMinor(
    Conflict,
    code="volunteer.not-a-minor",
    zh="该志愿者已成年，不需要监护人同意。",
    en="The volunteer is an adult and needs no guardian's consent.",
):
    """Nobody consents for an adult."""


class NoConsentStands(
    Conflict,
    code="volunteer.no-consent-stands",
    zh="目前没有有效的监护人同意。",
    en="No guardian's consent stands.",
):
    """Only a consent that stands can be taken back."""


class TooManyConsents(
    Conflict,
    code="volunteer.too-many-consents",
    zh="同意记录过多，请联系社区工作人员。",
    en="Too many consents; ask staff.",
):
    """A volunteer is one document, so its record is bounded."""


class GiveConsent(Request):
    """The version of the text to which the guardian consents. Staff who have seen the guardian say who it is."""

    text: Code
    guardian: Id | None = None


def consent(volunteer: Volunteer, command: GiveConsent, by: Principal, now: datetime) -> Decision[Volunteer]:
    """The guardian consents to a text; to the same one twice changes nothing. A consent to another one is at an end.

    Staff enter who the guardian is, and the first consent; from then on the guardian can do it as well.

    Raises:
        NotYours: the caller is neither staff nor the guardian.
        NotByOneself: the volunteer consents to their own serving, or staff enter themselves as the guardian.
        HasLeft, WasMerged, NotAMinor, GuardianUnknown, NotTheirOwnGuardian, TooManyConsents
    """
    _require_guardian(volunteer, by)
    require_going_on(volunteer)
    guardian = command.guardian or volunteer.guardian
    if guardian is None:
        raise GuardianUnknown()
    if guardian == volunteer.person:
        raise NotTheirOwnGuardian()
    if guardian != volunteer.guardian:
        by.require(volunteer.community, Role.STAFF)
        if guardian == by.sub:
            raise NotByOneself()
    if volunteer.is_adult_on(local_date(now)):
        raise NotAMinor()
    if volunteer.erased or (volunteer.consent == command.text and guardian == volunteer.guardian):
        return decided(volunteer)
    if len(volunteer.consents) >= MOST_CONSENTS:
        raise TooManyConsents()
    given = GuardianConsent(text=command.text, given_at=now, by=by.sub)
    changed = volunteer.model_copy(update={"guardian": guardian, "consents": (*ended(volunteer, now), given)})
    return decided(changed, event_from(VolunteerChanged, changed))


def withdraw(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """The guardian takes the consent back. The minor may act no more, and seats still to be served are given back.

    Raises:
        NotYours, NotByOneself: as for `consent`.
        NoConsentStands: there is none.
    """
    _require_guardian(volunteer, by)
    if volunteer.consent is None:
        raise NoConsentStands()
    return without_guardian(volunteer.model_copy(update={"consents": ended(volunteer, now)}), now, volunteer)


def forget_guardian(volunteer: Volunteer, guardian: str, stand_in: str, now: datetime) -> Decision[Volunteer]:
    """A guardian, or somebody who entered a consent, is erased. Without the guardian nobody could take the consent
    back, so it is at an end.
    """
    theirs = volunteer.guardian == guardian
    if not theirs and all(each.by != guardian for each in volunteer.consents):
        return decided(volunteer)
    consents = tuple(
        each.model_copy(update={"by": stand_in}) if each.by == guardian else each
        for each in (ended(volunteer, now) if theirs else volunteer.consents)
    )
    update = {"guardian": None if theirs else volunteer.guardian, "consents": consents}
    return without_guardian(volunteer.model_copy(update=update), now, volunteer)


def replace_guardian(volunteer: Volunteer, guardian: str, into: str) -> Decision[Volunteer]:
    """The guardian's record was a second one of `into`, who is the guardian from now on."""
    if volunteer.guardian != guardian or into == volunteer.person:
        return decided(volunteer)
    changed = volunteer.model_copy(update={"guardian": into})
    return decided(changed, event_from(VolunteerChanged, changed))


def without_guardian(changed: Volunteer, now: datetime, before: Volunteer, *told: Event) -> Decision[Volunteer]:
    """`changed` as it stands: a minor for whom no consent stands is not approved any more."""
    told = told or (event_from(VolunteerChanged, changed),)
    if not before.approved or changed.guarded_on(local_date(now)):
        return decided(changed, *told)
    changed = changed.model_copy(update={"approved_at": None})
    return decided(changed, *told, event_from(VolunteerDisapproved, changed))


def ended(volunteer: Volunteer, now: datetime) -> tuple[GuardianConsent, ...]:
    """The consents, none of which stands any more."""
    return tuple(
        each if each.withdrawn_at is not None else each.model_copy(update={"withdrawn_at": now})
        for each in volunteer.consents
    )


def _require_guardian(volunteer: Volunteer, by: Principal) -> None:
    """Refuse whoever is neither the guardian nor another of staff.

    Raises:
        NotYours, NotByOneself: `by` is neither, or is the volunteer.
    """
    by.require(volunteer.community)
    if by.sub == volunteer.person:
        raise NotByOneself()
    if by.sub != volunteer.guardian and not by.has(volunteer.community, Role.STAFF):
        raise NotYours()
