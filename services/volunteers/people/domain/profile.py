"""What a volunteer tells of themselves, and what staff have seen of it: the requests and their values."""

from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from services.chassis.values import Line, Request
from services.contracts.marks import Code, Id
from services.contracts.value import Value
from services.volunteers.shared.values import Birthday, Day, TimeOfDay, Weekday, minute_of_day


class Gender(StrEnum):
    """The gender of a person, where somebody who is visited asks for it."""

    FEMALE = "female"
    MALE = "male"


class AgeBand(StrEnum):
    """The age of somebody who is helped, as wide as figures need it."""

    YOUNGER = "under-60"
    SIXTIES = "60-69"
    SEVENTIES = "70-79"
    OLDEST = "80-and-over"


WEEKLY_MINUTES = 600
"""A volunteer is asked for so many minutes in a week at most, unless they say otherwise."""


ASKS_A_WEEK = 5
"""So many times within seven days matching asks somebody at most, unless they say otherwise."""


class Window(Value):
    """A stretch of a weekday in which somebody is free, in the community's time zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekday: Weekday
    start: TimeOfDay
    end: TimeOfDay

    @model_validator(mode="after")
    def _forward(self) -> "Window":
        if minute_of_day(self.start) >= minute_of_day(self.end):
            raise ValueError("end must be after start")
        return self


class Away(Value):
    """Days on which somebody is away, whatever their weeks are like; `first` and `last` are among them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: Day
    last: Day

    @model_validator(mode="after")
    def _forward(self) -> "Away":
        if self.last < self.first:
            raise ValueError("last must not be before first")
        return self


class Certificate(Value):
    """A qualification that staff have seen. It still holds on `valid_until` itself. `proof`: what they have seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    valid_until: Day
    proof: Line | None = None


class Profile(Request):
    """A volunteer's profile. `availability` None: they are free at any time. `building`: they set out from there.
    `away`: days off. `on_holidays`: free on public holidays as well. `reach` None: they go to any building.
    `not_now_until`: nobody asks them through that day.

    What staff enter of somebody else, they have seen. What somebody says of themselves is kept apart until staff have:
    `skills` as claimed, `adult` as unknown unless they say that they are not. `called` and `phone` are for staff, who
    call them.
    """

    called: Line | None = None
    phone: Line | None = None
    skills: frozenset[Code] = Field(default=frozenset(), max_length=50)
    availability: tuple[Window, ...] | None = Field(default=None, max_length=50)
    building: Id | None = None
    weekly_minutes: int = Field(default=WEEKLY_MINUTES, ge=0, le=7 * 24 * 60)
    daily_minutes: int = Field(default=24 * 60, ge=0, le=24 * 60)
    away: tuple[Away, ...] = Field(default=(), max_length=50)
    on_holidays: bool = True
    reach: frozenset[Id] | None = Field(default=None, max_length=200)
    languages: frozenset[Code] = Field(default=frozenset(), max_length=20)
    not_now_until: Day | None = None
    asks_a_week: int = Field(default=ASKS_A_WEEK, ge=0, le=50)
    adult: bool | None = None
    certificates: tuple[Certificate, ...] = Field(default=(), max_length=20)


class Register(Profile):
    """A person offers their time; staff may register somebody on record."""

    community: Id
    person: Id | None = None


class ChangeProfile(Request):
    """Change a profile. The fields given replace those that were there."""

    called: Line | None = None
    phone: Line | None = None
    skills: frozenset[Code] | None = Field(default=None, max_length=50)
    availability: tuple[Window, ...] | None = Field(default=None, max_length=50)
    building: Id | None = None
    weekly_minutes: int | None = Field(default=None, ge=0, le=7 * 24 * 60)
    daily_minutes: int | None = Field(default=None, ge=0, le=24 * 60)
    away: tuple[Away, ...] | None = Field(default=None, max_length=50)
    on_holidays: bool | None = None
    reach: frozenset[Id] | None = Field(default=None, max_length=200)
    languages: frozenset[Code] | None = Field(default=None, max_length=20)
    not_now_until: Day | None = None
    asks_a_week: int | None = Field(default=None, ge=0, le=50)
    adult: bool | None = None
    certificates: tuple[Certificate, ...] | None = Field(default=None, max_length=20)

    def given(self) -> dict[str, Any]:
        """The fields that replace something: a null clears those that may be null, and leaves the others."""
        clearable = {"availability", "building", "reach", "not_now_until", "called", "phone"}
        return {
            name: value
            for name in sorted(self.model_fields_set)
            if (value := getattr(self, name)) is not None or name in clearable
        }


class Verify(Request):
    """Verify the things that staff have seen; all others stay. A certificate replaces the one of its code.

    `born` is a date and never an instant, so that nobody's age depends on a zone.
    """

    skills: frozenset[Code] = Field(default=frozenset(), max_length=50)
    certificates: tuple[Certificate, ...] = Field(default=(), max_length=20)
    adult: bool | None = None
    born: Birthday | None = None
    gender: Gender | None = None
    insured_until: Day | None = None
    unit: Id | None = Field(default=None, description="The partner organisation that supplies them.")
