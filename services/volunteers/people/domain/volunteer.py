"""Volunteers as they are kept: a person who gives their time in one community, and the time that is held for them.

Bookings are what keeps a person from being asked for two things at once: time is booked here first, by one write, and
only then the offer is made on the need.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from services.chassis.aggregate import Aggregate, derived_id
from services.contracts.marks import Personal, Someone, Thing
from services.contracts.value import Value
from services.contracts.volunteers import VolunteerState, VolunteerStatus
from services.volunteers.people.domain.profile import ASKS_A_WEEK, WEEKLY_MINUTES, Away, Certificate, Gender, Window


class Booking(Value):
    """Time held for one offer, and for no other; `until` is when the offer expires, None once it is accepted."""

    model_config = ConfigDict(frozen=True)

    need: Thing[str]
    offer: Thing[str]
    starts_at: datetime
    ends_at: datetime
    until: datetime | None
    building: Thing[str | None] = None


class Volunteer(Aggregate):
    """A person who gives their time in one community.

    `asked_at`: when matching asked them lately, whatever became of it. `avoids`: people with whom
    they are never put together; whoever is among them has this person among theirs.

    They act (are asked, sign up, say yes, are told where to go) once staff have approved them. `skills`,
    `certificates`, `adult`, `born`, `gender` and `insured_until` are what staff have verified, and alone count;
    `claimed_skills` are what the person says of themselves. `unit`: the partner organisation that supplies them.
    `prefers`: with whom they like to serve. `merged_into`: the person whose second record this was.
    """

    person: Someone[str]
    called: Personal[str | None] = Field(default=None, repr=False)
    phone: Personal[str | None] = Field(default=None, repr=False)
    skills: Personal[frozenset[str]] = frozenset()
    claimed_skills: Personal[frozenset[str]] = frozenset()
    availability: Personal[tuple[Window, ...] | None] = None
    building: Personal[str | None] = None
    weekly_minutes: int = WEEKLY_MINUTES
    daily_minutes: int = 24 * 60
    away: Personal[tuple[Away, ...]] = ()
    reach: Personal[frozenset[str] | None] = None
    languages: Personal[frozenset[str]] = frozenset()
    not_now_until: Personal[date | None] = None
    on_holidays: bool = True
    asks_a_week: int = ASKS_A_WEEK
    asked_at: tuple[datetime, ...] = ()
    avoids: Someone[frozenset[str]] = frozenset()
    prefers: Someone[frozenset[str]] = frozenset()
    born: Personal[date | None] = Field(default=None, repr=False)
    gender: Personal[Gender | None] = None
    insured_until: Personal[date | None] = None
    adult: bool | None = None
    certificates: Personal[tuple[Certificate, ...]] = ()
    unit: Personal[str | None] = None
    approved_at: datetime | None = None
    left_at: datetime | None = None
    merged_into: Someone[str | None] = None
    status: VolunteerStatus = VolunteerStatus.ACTIVE
    bookings: tuple[Booking, ...] = ()
    registered_at: datetime
    erased: bool = False

    @model_validator(mode="before")
    @classmethod
    def _of_before(cls, stored: Any) -> Any:
        """A volunteer who was stored before there was approval waits for it, and their skills become claims.

        Certificates stand, since staff alone could ever enter them. Nobody becomes an adult by a default.
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

    def asks_since(self, moment: datetime) -> int:
        """How often matching has asked them after `moment`."""
        return sum(asked > moment for asked in self.asked_at)

    @property
    def engagements(self) -> tuple[Booking, ...]:
        """The bookings as they are counted: several that hold the same time for the same need count as one."""
        return tuple({(held.need, held.starts_at, held.ends_at): held for held in self.bookings}.values())


def volunteer_id(community: str, person: str) -> str:
    """The id of a person as a volunteer in a community: one each."""
    return derived_id("volunteer", community, person)
