"""Volunteers: what they can do, when they are free, and the time that is held for offers made to them.

Bookings are what keeps a person from being asked for two things at once: time is booked here first, by one write, and
only then the offer is made on the need. How bookings and offers may stand together is the table in `holds`.
"""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, tell
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.marks import Code, Id
from services.contracts.volunteers import (
    VolunteerBooked,
    VolunteerChanged,
    VolunteerErased,
    VolunteerPaused,
    VolunteerRegistered,
    VolunteerReleased,
    VolunteerResumed,
    VolunteerState,
    VolunteerStatus,
)
from services.volunteers.domain.errors import AlreadyHeld, CertificateByStaff
from services.volunteers.domain.words import Day, Request, TimeOfDay, Weekday, minute_of_day

WEEKLY_MINUTES = 600
"""What a volunteer is asked for at most in a week, unless they say otherwise."""

REMEMBERED = timedelta(days=35)
"""Past bookings are kept for this long: the week's cap and the fair share are reckoned from them."""


class Window(BaseModel):
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


class Certificate(BaseModel):
    """A qualification that staff have seen. Good on `valid_until` itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    valid_until: Day


class Booking(BaseModel):
    """Time held for one offer, and for no other; `until` is when the offer expires, None once it is accepted."""

    model_config = ConfigDict(frozen=True)

    need: str
    offer: str
    starts_at: datetime
    ends_at: datetime
    until: datetime | None


class Profile(Request):
    """What a volunteer tells. `availability` None: any time. `building`: where they set out from."""

    skills: frozenset[Code] = Field(default=frozenset(), max_length=50)
    availability: tuple[Window, ...] | None = Field(default=None, max_length=50)
    building: Id | None = None
    weekly_minutes: int = Field(default=WEEKLY_MINUTES, ge=0, le=7 * 24 * 60)
    adult: bool = True
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


class Volunteer(Aggregate):
    """A person who gives their time in one community."""

    person: str
    skills: frozenset[str] = frozenset()
    availability: tuple[Window, ...] | None = None
    building: str | None = None
    weekly_minutes: int = WEEKLY_MINUTES
    adult: bool = True
    certificates: tuple[Certificate, ...] = ()
    status: VolunteerStatus = VolunteerStatus.ACTIVE
    bookings: tuple[Booking, ...] = ()
    registered_at: datetime
    erased: bool = False

    def public(self) -> VolunteerState | None:
        if self.erased:
            return None
        return VolunteerState(
            person=self.person, skills=sorted(self.skills), status=self.status, registered_at=self.registered_at
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
    """Register a volunteer.

    Raises:
        NotYours: somebody else, and the caller is not staff.
        CertificateByStaff: certificates, and the caller is not staff.
    """
    person = command.person or by.sub
    _require_self_or_staff(command.community, person, by)
    _require_staff_for_certificates(command.community, command.certificates, by)
    volunteer = Volunteer(
        id=volunteer_id(command.community, person),
        person=person,
        registered_at=now,
        **{name: getattr(command, name) for name in ("community", *Profile.model_fields)},
    )
    return decided(volunteer, tell(VolunteerRegistered, volunteer, own=by.sub == person))


def change(volunteer: Volunteer, command: Change, by: Principal, now: datetime) -> Decision[Volunteer]:
    """Change what a volunteer tells. What they have accepted stays accepted.

    Raises:
        NotYours, CertificateByStaff: as for `register`; growing up is entered by staff, too.
    """
    _require_self_or_staff(volunteer.community, volunteer.person, by)
    given = {name: value for name, value in command.given().items() if getattr(volunteer, name) != value}
    _require_staff_for_certificates(volunteer.community, "certificates" in given, by)
    if "adult" in given and not by.has(volunteer.community, Role.STAFF):
        raise NotYours()
    if volunteer.erased or not given:
        return decided(volunteer)
    changed = volunteer.model_copy(update=given)
    return decided(changed, tell(VolunteerChanged, changed))


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


def _require_staff_for_certificates(community: str, given: object, by: Principal) -> None:
    if given and not by.has(community, Role.STAFF):
        raise CertificateByStaff()
