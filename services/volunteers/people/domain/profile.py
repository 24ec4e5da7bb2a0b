"""What a volunteer tells of themselves, and what staff have seen of it: the requests and their values."""

from typing import Any

from pydantic import ConfigDict, Field, model_validator

from services.chassis.values import Request
from services.contracts.marks import Code, Id
from services.contracts.value import Value
from services.volunteers.shared.values import Day, TimeOfDay, Weekday, minute_of_day

WEEKLY_MINUTES = 600
"""A volunteer is asked for so many minutes in a week at most, unless they say otherwise."""


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


class Certificate(Value):
    """A qualification that staff have seen. It still holds on `valid_until` itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    valid_until: Day


class Profile(Request):
    """A volunteer's profile. `availability` None: they are free at any time. `building`: they set out from there.

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


class ChangeProfile(Request):
    """Change a profile. The fields given replace those that were there."""

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
    """Verify the things that staff have seen; all others stay. A certificate replaces the one of its code."""

    skills: frozenset[Code] = Field(default=frozenset(), max_length=50)
    certificates: tuple[Certificate, ...] = Field(default=(), max_length=20)
    adult: bool | None = None
