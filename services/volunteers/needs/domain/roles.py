"""The parts of a need: a lead and helpers, each with what it asks beside what the need asks of everybody."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field

from services.contracts.marks import Code
from services.contracts.value import Value
from services.contracts.volunteers import SeatRole
from services.volunteers.people.domain.profile import Gender

CERTIFICATES: dict[str, str] = {"medical": "medical-licence", "tutoring": "child-contact-check"}
"""Skills that may only be used with a valid certificate: medical acts by licence, children after a record check."""


SHARED = ("adults_only", "with_minors", "insured_only", "min_age")
"""What both a need and a role may ask, so that the stricter one holds."""


class RoleSeats(Value):
    """The seats of one role. What it asks comes on top of what the need asks: of two rules the stricter one holds.

    A skill, a certificate, a gender or a language that is given stands in the place of the need's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: SeatRole
    seats: int = Field(default=1, ge=1, le=200)
    skill: Code | None = None
    certificate: Code | None = None
    adults_only: bool = False
    min_age: int | None = Field(default=None, ge=14, le=99)
    gender: Gender | None = None
    language: Code | None = None
    with_minors: bool = False
    insured_only: bool = False

    def stricter_than(self, asked_of_all: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that are asked of this role, of a need that asks `asked_of_all` in the fields `SHARED`."""
        certificate = self.certificate or (None if self.skill is None else CERTIFICATES.get(self.skill))
        given = {"skill": self.skill, "certificate": certificate, "gender": self.gender, "language": self.language}
        asked: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        for name in ("adults_only", "with_minors", "insured_only"):
            asked[name] = getattr(self, name) or bool(asked_of_all.get(name))
        ages = [age for age in (self.min_age, asked_of_all.get("min_age")) if age is not None]
        return asked | {"min_age": max(ages, default=None)}
