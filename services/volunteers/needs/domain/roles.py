"""The roles of a need's seats: a lead and helpers. A role may ask for more than the need asks of everybody."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field

from services.contracts.marks import Code
from services.contracts.value import Value
from services.contracts.volunteers import SeatRole
from services.volunteers.people.domain.levels import LOWEST, Level
from services.volunteers.people.domain.profile import Gender

CERTIFICATES: dict[str, str] = {"medical": "medical-licence", "tutoring": "child-contact-check"}
"""The certificate that a skill requires, by the code of the skill: a medical licence for medical acts, and a record
check for the tutoring of children."""

SHARED = ("adults_only", "with_minors", "insured_only", "min_age", "skill", "skill_level")
"""The fields that both a need and a role have, and of which the stricter value applies."""


class RoleSeats(Value):
    """The seats of one role, and what the role asks in addition to the need. Of two demands the stricter one applies.

    The role's skill, certificate, gender or language, if one is given, replaces that of the need. `skill_level` is the
    level of the role's skill, or, if the role has none, of the need's skill.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: SeatRole
    seats: int = Field(default=1, ge=1, le=200)
    skill: Code | None = None
    skill_level: Level = LOWEST
    certificate: Code | None = None
    adults_only: bool = False
    min_age: int | None = Field(default=None, ge=14, le=99)
    gender: Gender | None = None
    language: Code | None = None
    with_minors: bool = False
    insured_only: bool = False

    def stricter_than(self, asked_of_all: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of the need that change for a seat of this role. `asked_of_all` has the need's own values of the
        fields `SHARED`.
        """
        certificate = self.certificate or (None if self.skill is None else CERTIFICATES.get(self.skill))
        given = {"skill": self.skill, "certificate": certificate, "gender": self.gender, "language": self.language}
        asked: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        for name in ("adults_only", "with_minors", "insured_only"):
            asked[name] = getattr(self, name) or bool(asked_of_all.get(name))
        ages = [age for age in (self.min_age, asked_of_all.get("min_age")) if age is not None]
        levels = [self.skill_level]
        if self.skill in (None, asked_of_all.get("skill")):
            levels.append(asked_of_all.get("skill_level") or LOWEST)
        return asked | {"skill_level": max(levels), "min_age": max(ages, default=None)}
