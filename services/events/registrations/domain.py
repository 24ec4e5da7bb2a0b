"""Who may take seats in an activity, and give them up."""

from datetime import datetime

from pydantic import Field

from services.chassis.aggregate import Decision
from services.chassis.errors import Conflict, Invalid, NotFound
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.contracts.marks import Id
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import MAX_PARTY, Party
from services.events.activities.domain.seats import release, take


class RegistrationClosed(
    Conflict,
    code="activity.registration-closed",
    zh="活动已经开始，报名和取消报名均已截止。",
    en="The activity has started: registering and withdrawing are closed.",
):
    """Whoever is not there at the start is a no-show."""


class AlreadyRegistered(
    Conflict,
    code="activity.already-registered",
    zh="已经报名或在候补名单中，请勿重复报名。",
    en="There is a registration or a place on the waiting list already.",
):
    """A person has one party in an activity."""


class NotRegistered(
    NotFound, code="activity.not-registered", zh="没有找到该报名。", en="There is no such registration."
):
    """The person has neither a seat nor a place on the waiting list."""


class PartyTooLarge(
    Invalid,
    code="activity.party-too-large",
    zh="一次报名人数不能超过 {limit} 人。",
    en="A party has {limit} people at most.",
):
    """A party that could never be seated would wait for ever."""


class GuardianMissing(
    Invalid,
    code="activity.guardian-missing",
    zh="本活动面向未成年人，须由监护人报名并同意。",
    en="This activity is for children: their guardian registers and consents.",
):
    """Under 14 a guardian decides (Personal Information Protection Law, Art. 31)."""


class AgeNotConfirmed(
    Invalid,
    code="activity.age-not-confirmed",
    zh="请确认同行人均年满 {min_age} 周岁。",
    en="Please confirm that everybody is {min_age} or older.",
):
    """People confirm their age, so that no birth date need be kept."""


class Register(Request):
    """A party. Without `person` it is the caller's."""

    person: Id | None = None
    party: int = Field(default=1, ge=1, le=MAX_PARTY, description="Heads, the person among them.")
    guardian: bool = Field(default=False, description="I am the children's guardian and consent.")
    ages_confirmed: bool = Field(default=False, description="Everybody has reached the minimum age.")


def register(
    activity: Activity,
    person: str,
    heads: int,
    by: Principal,
    now: datetime,
    *,
    guardian: bool = False,
    ages_confirmed: bool = False,
) -> Decision[Activity]:
    """Seat a party or put it on the waiting list, all of it or none; the desk may do it for somebody else.

    Args:
        guardian: the person who registers is the guardian of the children in the party, and consents.
        ages_confirmed: everybody in the party has reached the activity's minimum age.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, AlreadyRegistered, PartyTooLarge, GuardianMissing,
        AgeNotConfirmed, WaitingListFull
    """
    _require_open(activity, person, by, now)
    if activity.party_of(person) is not None:
        raise AlreadyRegistered()
    limit = min(MAX_PARTY, activity.capacity)
    if heads > limit:
        raise PartyTooLarge(limit=limit)
    if activity.guardian_required and not guardian:
        raise GuardianMissing()
    if activity.min_age is not None and not ages_confirmed:
        raise AgeNotConfirmed(min_age=activity.min_age)
    party = Party(person=person, heads=heads, registered_at=now, by=by.sub, guardian=guardian)
    return take(activity, party, now)


def withdraw(activity: Activity, person: str, by: Principal, now: datetime) -> Decision[Activity]:
    """Give up a party's seats, or its place on the list; parties that wait and now fit move up.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, NotRegistered
    """
    _require_open(activity, person, by, now)
    if activity.party_of(person) is None:
        raise NotRegistered()
    return release(activity, person, now)


def _require_open(activity: Activity, person: str, by: Principal, now: datetime) -> None:
    if person == by.sub:
        by.require(activity.community)
    else:
        activity.require_desk(by)
    activity.require_scheduled()
    if now >= activity.starts_at:
        raise RegistrationClosed()


def own_or_desk(activity: Activity, person: str, by: Principal) -> bool:
    """Whether `by` is `person`, in the activity's community, or acts for others there."""
    return activity.community in by.communities if person == by.sub else activity.is_desk(by)
