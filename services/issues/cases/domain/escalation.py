"""The levels to which a case that is late goes up, as a community names them.

The first level is answerable from the deadline of a phase on, each further one after its share of the phase's time.
"""

from collections.abc import Mapping, Sequence

from pydantic import ConfigDict, Field

from services.contracts.value import Value

EVERYWHERE = "*"
MOST_LEVELS = 6


class EscalationLevel(Value):
    """A level that is answerable once `share` of a phase's time is over; 1 is its deadline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(ge=1, le=20)
    zh: str = Field(min_length=1, max_length=40)
    en: str = Field(min_length=1, max_length=80)


Levels = Mapping[str, tuple[EscalationLevel, ...]]
"""The levels by community, the lowest first; those of `*` hold where a community has none of its own."""

USUAL: Levels = {
    EVERYWHERE: (
        EscalationLevel(share=1, zh="社区", en="residents' committee"),
        EscalationLevel(share=1.5, zh="街道", en="sub-district"),
        EscalationLevel(share=2, zh="区", en="district"),
    )
}


def levels_of(levels: Levels, community: str) -> Sequence[EscalationLevel]:
    """The levels of `community`, the lowest first."""
    return levels.get(community, levels.get(EVERYWHERE, USUAL[EVERYWHERE]))


def require_rising(levels: Levels) -> None:
    """Raises ValueError unless each community has one to six levels, the first at 1, each later than the last."""
    for community, its in levels.items():
        shares = [level.share for level in its]
        if not 0 < len(its) <= MOST_LEVELS or shares[0] != 1 or sorted(set(shares)) != shares:
            raise ValueError(f"the levels of {community} must begin at 1 and rise, at most {MOST_LEVELS}")


def named(levels: Sequence[EscalationLevel], level: int, language: str) -> str | None:
    """The title of the level that is answerable; None where none above the unit is."""
    if level <= 0:
        return None
    found = levels[min(level, len(levels)) - 1]
    return found.zh if language == "zh" else found.en
