"""The levels of skills, from a beginner to an expert. A need may ask for the lowest level that suffices.

A skill without a level is at the lowest level.
"""

from collections.abc import Iterable
from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from services.contracts.marks import Code
from services.contracts.value import Value

LOWEST, HIGHEST = 1, 3

Level: TypeAlias = Annotated[int, Field(ge=LOWEST, le=HIGHEST)]
"""The level of a skill: 1 is a beginner, 2 is practised, 3 is an expert."""


class SkillLevel(Value):
    """The level of one skill."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skill: Code
    level: Level


Levels: TypeAlias = tuple[SkillLevel, ...]
"""The levels of several skills."""


def level_of(skill: str, levels: Levels) -> int:
    """The level of `skill` in `levels`; the lowest level if `levels` does not name the skill."""
    return next((each.level for each in levels if each.skill == skill), LOWEST)


def named_in(levels: Iterable[SkillLevel]) -> frozenset[str]:
    """The codes of the skills that `levels` names."""
    return frozenset(each.skill for each in levels)


def levels_of(skills: frozenset[str], levels: Iterable[SkillLevel]) -> Levels:
    """The levels of `skills` alone, one for each skill, in the order of the codes. Of several levels of one skill the
    last counts.
    """
    found = {each.skill: each for each in levels if each.skill in skills}
    return tuple(found[skill] for skill in sorted(found))


def lower_levels(mine: frozenset[str], my_levels: Levels, theirs: frozenset[str], their_levels: Levels) -> Levels:
    """The levels of the skills of two merged records. For a skill in both records, the lower level counts."""
    return tuple(
        SkillLevel(skill=skill, level=level)
        for skill in sorted(mine | theirs)
        if (
            level := min(
                level_of(skill, levels)
                for skills, levels in ((mine, my_levels), (theirs, their_levels))
                if skill in skills
            )
        )
        > LOWEST
    )
