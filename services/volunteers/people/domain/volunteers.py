"""Volunteers: what they can do, when they are free, and the time that is held for offers made to them.

Bookings are what keeps a person from being asked for two things at once: time is booked here first, by one write, and
only then the offer is made on the need. How bookings and offers may stand together is the table in `holds`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, tell
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Request
from services.contracts.marks import Code, Id, Personal, Someone, Thing
from services.contracts.value import Value
from services.contracts.volunteers import (
    VolunteerApproved,
    VolunteerBooked,
    VolunteerChanged,
    VolunteerDisapproved,
    VolunteerErased,
    VolunteerPaused,
    VolunteerRegistered,
    VolunteerReleased,
    VolunteerResumed,
    VolunteerState,
    VolunteerStatus,
    VolunteerVerified,
)
from services.volunteers.domain.errors import AlreadyHeld, CertificateByStaff, NotByOneself
from services.volunteers.shared.values import Day, TimeOfDay, Weekday, minute_of_day

WEEKLY_MINUTES = 600
"""What a volunteer is asked for at most in a week, unless they say otherwise."""

REMEMBERED = timedelta(days=35)
"""Past bookings are kept for this long: the week's cap and the fair share are reckoned from them."""


class Window(Value):
    """When somebody is free on a weekday, in the community's time zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekday: Weekday
    start: TimeOfDay
    end: TimeOfDay

    @model_validator(mode="after")
    def _forward(self) -> "Window":
        if minute_of_day(self.start) >= minute_of_day(self.end):
            raise ValueError("end must be after start")
        return self


class Certificate(Value):
    """A qualification that staff have seen. Good on `valid_until` itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    valid_until: Day


class Booking(Value):
    """Time held for one offer, and for no other; `until` is when the offer expires, None once it is accepted."""

    model_config = ConfigDict(frozen=True)

    need: Thing[str]
    offer: Thing[str]
    starts_at: datetime
    ends_at: datetime
    until: datetime | None


class Profile(Request):
    """What a volunteer tells. `availability` None: any time. `building`: where they set out from.

    What staff enter of somebody else, they have seen. What somebody says of themselves is kept apart until staff have:
    `skills` as claimed, `adult` as unknown unless they say that they are not.
    """

    skills: frozenset[Code] = Field(default=frozenset(), max_length=50)
    availability: tuple[Window, ...] | None = Field(default=None, max_length=50)
    building: Id | None = None
    weekly_minutes: int = Field(default=WEEKLY_MINUTES, ge=0, le=7 * 24 * 60)
    adult: bool | None = None
    certificates: tuple[Certificate, ...] = Field(default=(), max_length=20)


class Register(Profile):
    """A person offers their time; staff may register somebody on record."""

    community: Id
    person: Id | None = None


class Change(Request):
    """What is given replaces what was there."""

    skills: frozenset[Code] | None = Field(default=None, max_length=50)
    availability: tuple[Window, ...] | None = Field(default=None, max_length=50)
    building: Id | None = None
    weekly_minutes: int | None = Field(default=None, ge=0, le=7 * 24 * 60)
    adult: bool | None = None
    certificates: tuple[Certificate, ...] | None = Field(default=None, max_length=20)

    def given(self) -> dict[str, Any]:
        """The fields that replace something: a null clears `availability` and `building`, and leaves the others."""
        clearable = {"availability", "building"}
        return {
            name: value
            for name in sorted(self.model_fields_set)
            if (value := getattr(self, name)) is not None or name in clearable
        }


class Verify(Request):
    """What staff have seen to be so; the rest stays as it is. A certificate replaces the one of its code."""

    skills: frozenset[Code] = Field(default=frozenset(), max_length=50)
    certificates: tuple[Certificate, ...] = Field(default=(), max_length=20)
    adult: bool | None = None


class Volunteer(Aggregate):
    """A person who gives their time in one community.

    They act (are asked, sign up, say yes, are told where to go) once staff have approved them. `skills`, `certificates`
    and `adult` are what staff have verified, and alone count; `claimed_skills` are what the person says of themselves.
    """

    person: Someone[str]
    skills: Personal[frozenset[str]] = frozenset()
    claimed_skills: Personal[frozenset[str]] = frozenset()
    availability: Personal[tuple[Window, ...] | None] = None
    building: Personal[str | None] = None
    weekly_minutes: int = WEEKLY_MINUTES
    adult: bool | None = None
    certificates: Personal[tuple[Certificate, ...]] = ()
    approved_at: datetime | None = None
    status: VolunteerStatus = VolunteerStatus.ACTIVE
    bookings: tuple[Booking, ...] = ()
    registered_at: datetime
    erased: bool = False

    @model_validator(mode="before")
    @classmethod
    def _of_before(cls, stored: Any) -> Any:
        """Who was stored before there was approval waits for it, and what they had said of themselves is a claim.

        Certificates stand: staff alone could ever enter them. Nobody grows up by a default.
        """
        if not isinstance(stored, Mapping) or "claimed_skills" in stored:
            return stored
        adult = False if stored.get("adult") is False else None
        return {**stored, "skills": frozenset(), "claimed_skills": stored.get("skills", ()), "adult": adult}

    @property
    def approved(self) -> bool:
        """Whether they may act as a volunteer."""
        return self.approved_at is not None and not self.erased

    def public(self) -> VolunteerState | None:
        if self.erased:
            return None
        return VolunteerState(
            person=self.person,
            skills=sorted(self.skills),
            status=self.status,
            registered_at=self.registered_at,
            approved=self.approved,
        )

    def held_for(self, need: str) -> Booking | None:
        """A booking for a need, if there is one."""
        return next((booking for booking in self.bookings if booking.need == need), None)

    @property
    def engagements(self) -> tuple[Booking, ...]:
        """The bookings as they are counted: one, where offers in the making hold the same time of the same need."""
        return tuple({(held.need, held.starts_at, held.ends_at): held for held in self.bookings}.values())


def volunteer_id(community: str, person: str) -> str:
    """The id of a person as a volunteer in a community: one each."""
    return derived_id("volunteer", community, person)


def register(command: Register, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Register a volunteer, who is still to be approved.

    Raises:
        NotYours: somebody else, and the caller is not staff.
        CertificateByStaff: certificates, and nobody of the staff but the person themselves has seen them.
    """
    person = command.person or by.sub
    _require_self_or_staff(command.community, person, by)
    vouched = _vouches(command.community, person, by)
    if command.certificates and not vouched:
        raise CertificateByStaff()
    told = {name: getattr(command, name) for name in ("community", *Profile.model_fields)}
    if vouched:
        told["claimed_skills"] = frozenset()
    else:
        told |= {"skills": frozenset(), "claimed_skills": command.skills}
        told["adult"] = False if command.adult is False else None
    volunteer = Volunteer(id=volunteer_id(command.community, person), person=person, registered_at=now, **told)
    return decided(volunteer, tell(VolunteerRegistered, volunteer, own=by.sub == person))


def change(volunteer: Volunteer, command: Change, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Change what a volunteer tells. What they have accepted stays accepted.

    Raises:
        NotYours, CertificateByStaff: as for `register`; growing up is entered by staff, too.
    """
    _require_self_or_staff(volunteer.community, volunteer.person, by)
    vouched = _vouches(volunteer.community, volunteer.person, by)
    given = _with_skills(volunteer, command.given(), vouched=vouched)
    given = {name: value for name, value in given.items() if getattr(volunteer, name) != value}
    if "certificates" in given and not vouched:
        raise CertificateByStaff()
    if "adult" in given and not vouched:
        raise NotYours()
    if volunteer.erased or not given:
        return decided(volunteer)
    changed = volunteer.model_copy(update=given)
    return decided(changed, tell(VolunteerChanged, changed))


def verify(volunteer: Volunteer, command: Verify, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Staff have seen that it is so.

    Raises:
        NotYours: the caller is not staff.
        NotByOneself: it is about the caller.
    """
    _require_another_of_staff(volunteer, by)
    codes = {certificate.code for certificate in command.certificates}
    kept = tuple(certificate for certificate in volunteer.certificates if certificate.code not in codes)
    update: dict[str, Any] = {
        "skills": volunteer.skills | command.skills,
        "claimed_skills": volunteer.claimed_skills - command.skills,
        "certificates": (*kept, *command.certificates),
        "adult": volunteer.adult if command.adult is None else command.adult,
    }
    if volunteer.erased or all(getattr(volunteer, name) == value for name, value in update.items()):
        return decided(volunteer)
    changed = volunteer.model_copy(update=update)
    return decided(changed, tell(VolunteerVerified, changed))


def approve(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """From now on they act as a volunteer.

    Raises:
        NotYours, NotByOneself: as for `verify`.
    """
    _require_another_of_staff(volunteer, by)
    if volunteer.erased or volunteer.approved:
        return decided(volunteer)
    changed = volunteer.model_copy(update={"approved_at": now})
    return decided(changed, tell(VolunteerApproved, changed))


def disapprove(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """They act no more; their seats follow.

    Raises:
        NotYours, NotByOneself: as for `verify`.
    """
    _require_another_of_staff(volunteer, by)
    if not volunteer.approved:
        return decided(volunteer)
    changed = volunteer.model_copy(update={"approved_at": None})
    return decided(changed, tell(VolunteerDisapproved, changed))


def pause(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Don't ask this person until they resume."""
    return _turn(volunteer, VolunteerStatus.PAUSED, by)


def resume(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Ask again."""
    return _turn(volunteer, VolunteerStatus.ACTIVE, by)


def book(volunteer: Volunteer, booking: Booking, now: datetime) -> Decision[Volunteer]:
    """Hold the time; whether it may be held is `eligibility`'s to say, on this same state of the volunteer.

    A need may hold the same time for several offers while they are being made: each has a hold of its own, and those
    whose offer does not come about are released.

    Raises:
        AlreadyHeld: this offer holds it already.
    """
    if any(held.offer == booking.offer for held in volunteer.bookings):
        raise AlreadyHeld()
    kept = tuple(b for b in volunteer.bookings if b.ends_at > now - REMEMBERED)
    changed = volunteer.model_copy(update={"bookings": (*kept, booking)})
    return decided(changed, VolunteerBooked(**booking.model_dump()))


def settle(volunteer: Volunteer, offer: str) -> Decision[Volunteer]:
    """The offer was accepted: the booking no longer runs out."""
    booking = next((b for b in volunteer.bookings if b.offer == offer), None)
    if booking is None or booking.until is None:
        return decided(volunteer)
    settled = booking.model_copy(update={"until": None})
    bookings = tuple(settled if b.offer == offer else b for b in volunteer.bookings)
    changed = volunteer.model_copy(update={"bookings": bookings})
    return decided(changed, VolunteerBooked(**settled.model_dump()))


def release(volunteer: Volunteer, offer: str) -> Decision[Volunteer]:
    """The offer fell away: the time is free again. Unknown offers leave everything as it is."""
    bookings = tuple(b for b in volunteer.bookings if b.offer != offer)
    if len(bookings) == len(volunteer.bookings):
        return decided(volunteer)
    return decided(volunteer.model_copy(update={"bookings": bookings}), VolunteerReleased(offer=offer))


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
    _require_self_or_staff(volunteer.community, volunteer.person, by)
    if volunteer.erased or volunteer.status is status:
        return decided(volunteer)
    changed = volunteer.model_copy(update={"status": status})
    told = VolunteerPaused if status is VolunteerStatus.PAUSED else VolunteerResumed
    return decided(changed, tell(told, changed))


def _require_self_or_staff(community: str, person: str, by: Principal) -> None:
    by.require(community)
    if by.sub != person and not by.has(community, Role.STAFF):
        raise NotYours()


def _vouches(community: str, person: str, by: Principal) -> bool:
    """Whether `by` says it as staff who have seen it: nobody vouches for themselves."""
    return by.sub != person and by.has(community, Role.STAFF)


def _require_another_of_staff(volunteer: Volunteer, by: Principal) -> None:
    by.require(volunteer.community, Role.STAFF)
    if by.sub == volunteer.person:
        raise NotByOneself()


def _with_skills(volunteer: Volunteer, given: dict[str, Any], *, vouched: bool) -> dict[str, Any]:
    """`given`, its skills sorted into what counts and what is claimed."""
    told = given.get("skills")
    if told is None:
        return given
    verified = told if vouched else volunteer.skills & told
    claimed = volunteer.claimed_skills - told if vouched else told - verified
    return {**given, "skills": verified, "claimed_skills": claimed}
