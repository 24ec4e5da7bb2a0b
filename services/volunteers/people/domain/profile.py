"""The profile of a volunteer: the requests by which volunteers tell it and staff verify it, and the values in them."""

from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from services.chassis.values import Line, Request
from services.contracts.marks import Code, Id
from services.contracts.value import Value
from services.volunteers.people.domain.levels import SkillLevel
from services.volunteers.shared.values import Birthday, Day, TimeOfDay, Weekday, minute_of_day
from services.volunteers.shared.values.points import Point


class Gender(StrEnum):
    """The gender of a volunteer. An elder who is visited may ask for one."""

    FEMALE = "female"
    MALE = "male"


class AgeBand(StrEnum):
    """The age of a person who is helped, in bands as wide as the statistics need."""

    YOUNGER = "under-60"
    SIXTIES = "60-69"
    SEVENTIES = "70-79"
    OLDEST = "80-and-over"


WEEKLY_MINUTES = 600
"""A volunteer serves at most so many minutes in a week, unless they say otherwise."""


ASKS_A_WEEK = 5
"""Matching asks a volunteer at most so many times within seven days, unless they say otherwise."""


class Window(Value):
    """Hours of a weekday (1 is Monday) in which a volunteer is free, in Asia/Shanghai."""

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
    """Days off, from `first` to `last` inclusive, on which a volunteer is not free, whatever their weekdays say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: Day
    last: Day

    @model_validator(mode="after")
    def _forward(self) -> "Away":
        if self.last < self.first:
            raise ValueError("last must not be before first")
        return self


class Extra(Value):
    """Extra hours of one date in which a volunteer is free, even if they are away or it is a holiday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: Day
    start: TimeOfDay
    end: TimeOfDay

    @model_validator(mode="after")
    def _forward(self) -> "Extra":
        if minute_of_day(self.start) >= minute_of_day(self.end):
            raise ValueError("end must be after start")
        return self


class Certificate(Value):
    """A qualification that staff have seen. It is valid through the day `valid_until`. `proof`: the paper that staff
    have seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    valid_until: Day
    proof: Line | None = None


class Profile(Request):
    """The profile of a volunteer.

    When they are free: `availability` has the hours of each weekday; null means at any time. `away`: days off. `extra`:
    hours of single dates in which they are free even so. `on_holidays`: they are free on public holidays as well.
    `weekly_minutes` and `daily_minutes`: the most minutes of service in a week and on a day. `asks_a_week`: the most
    times that matching asks them within seven days. `not_now_until`: matching does not ask them through that day.

    Where they go: `building` is the building from which they set out, and `base` the exact point. `reach`: the only
    buildings to which they go; null means any building. `reach_metres`: the greatest distance to which they go. They
    then serve in no building whose place is unknown.

    What staff enter about another person counts as verified. What a person says of themselves does not count until
    staff verify it: `skills` and `levels` are kept as claims, and `adult` counts only if it is false. `called` (their
    name) and `phone` are for staff, who call them.
    """

    called: Line | None = None
    phone: Line | None = None
    skills: frozenset[Code] = Field(default=frozenset(), max_length=50)
    levels: tuple[SkillLevel, ...] = Field(
        default=(), max_length=50, description="A skill that has a level here counts as named in `skills`."
    )
    availability: tuple[Window, ...] | None = Field(default=None, max_length=50)
    building: Id | None = None
    weekly_minutes: int = Field(default=WEEKLY_MINUTES, ge=0, le=7 * 24 * 60)
    daily_minutes: int = Field(default=24 * 60, ge=0, le=24 * 60)
    base: Point | None = None
    away: tuple[Away, ...] = Field(default=(), max_length=50)
    extra: tuple[Extra, ...] = Field(default=(), max_length=50)
    on_holidays: bool = True
    reach: frozenset[Id] | None = Field(default=None, max_length=200)
    reach_metres: int | None = Field(default=None, ge=0, le=100_000)
    languages: frozenset[Code] = Field(default=frozenset(), max_length=20)
    not_now_until: Day | None = None
    asks_a_week: int = Field(default=ASKS_A_WEEK, ge=0, le=50)
    adult: bool | None = None
    certificates: tuple[Certificate, ...] = Field(default=(), max_length=20)


class Register(Profile):
    """Register as a volunteer of a community. `person`: whom staff register; null registers the caller."""

    community: Id
    person: Id | None = None


class ChangeProfile(Request):
    """Change a profile. The fields given replace the former ones; they have the meaning that they have
    in `Register`.
    """

    called: Line | None = None
    phone: Line | None = None
    skills: frozenset[Code] | None = Field(default=None, max_length=50)
    levels: tuple[SkillLevel, ...] | None = Field(default=None, max_length=50)
    availability: tuple[Window, ...] | None = Field(default=None, max_length=50)
    building: Id | None = None
    weekly_minutes: int | None = Field(default=None, ge=0, le=7 * 24 * 60)
    daily_minutes: int | None = Field(default=None, ge=0, le=24 * 60)
    base: Point | None = None
    away: tuple[Away, ...] | None = Field(default=None, max_length=50)
    extra: tuple[Extra, ...] | None = Field(default=None, max_length=50)
    on_holidays: bool | None = None
    reach: frozenset[Id] | None = Field(default=None, max_length=200)
    reach_metres: int | None = Field(default=None, ge=0, le=100_000)
    languages: frozenset[Code] | None = Field(default=None, max_length=20)
    not_now_until: Day | None = None
    asks_a_week: int | None = Field(default=None, ge=0, le=50)
    adult: bool | None = None
    certificates: tuple[Certificate, ...] | None = Field(default=None, max_length=20)

    def given(self) -> dict[str, Any]:
        """The fields to replace, by name. A null clears a field that may be null, and leaves any other
        field as it is.
        """
        clearable = {
            *("availability", "building", "base", "reach", "reach_metres"),
            *("not_now_until", "called", "phone"),
        }
        return {
            name: value
            for name in sorted(self.model_fields_set)
            if (value := getattr(self, name)) is not None or name in clearable
        }


class Verify(Request):
    """Verify what staff have seen of a volunteer. Fields that are not given stay as they are. A certificate replaces
    the former one with its code. `born`: the date of birth. `insured_until`: the last day of their accident insurance.
    """

    skills: frozenset[Code] = Field(default=frozenset(), max_length=50)
    levels: tuple[SkillLevel, ...] = Field(default=(), max_length=50, description="The levels that staff have seen.")
    certificates: tuple[Certificate, ...] = Field(default=(), max_length=20)
    adult: bool | None = None
    born: Birthday | None = None
    gender: Gender | None = None
    insured_until: Day | None = None
    unit: Id | None = Field(default=None, description="The partner organisation that supplies the volunteer.")
