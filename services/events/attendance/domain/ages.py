"""The ages of those who took part, as far as a party named children whose guardian entered a birth year.

Of adults nothing is known: who registers says that everybody is of the ages that an activity is for, and no more.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.chassis.values import local_date


class AgeBand(StrEnum):
    """Ages that are counted together, in years."""

    SMALL = "0-5"
    SCHOOL = "6-13"
    YOUTH = "14-17"
    GROWN_UP = "18+"
    NOT_KNOWN = "not-known"


_FROM = ((18, AgeBand.GROWN_UP), (14, AgeBand.YOUTH), (6, AgeBand.SCHOOL))


def band_of(birth_year: int | None, year: int) -> AgeBand:
    """The band of somebody born in `birth_year`, by the age that they reach in `year`."""
    if birth_year is None:
        return AgeBand.NOT_KNOWN
    return next((band for since, band in _FROM if year - birth_year >= since), AgeBand.SMALL)


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of an activity that is over, by band: of parties with a seat who came and who did not, and of those who
    waited. `beyond` came without a seat, and nobody knows their ages."""

    came: Mapping[AgeBand, int]
    missed: Mapping[AgeBand, int]
    waiting: Mapping[AgeBand, int]
    beyond: int

    @classmethod
    def of(cls, state: Mapping[str, Any], birth_years: Mapping[str, int | None]) -> "Heads":
        """The heads of an activity as it is stored; `birth_years` are those of children, by their ids.

        Who helps at an activity takes no part in it, and whoever had a seat but helped did not come for it.
        """
        starts_at: datetime = state["starts_at"]
        year = local_date(starts_at).year
        there = {each["person"]: each["heads"] for each in state["presences"] if not each["as_volunteer"]}
        came, missed, seated = Counter[AgeBand](), Counter[AgeBand](), 0
        for party in state["seated"]:
            (came if party["person"] in there else missed).update(_bands(party, birth_years, year))
            seated += party["heads"] if party["person"] in there else 0
        waiting = Counter[AgeBand]()
        for party in state["waiting"]:
            waiting.update(_bands(party, birth_years, year))
        return cls(came, missed, waiting, beyond=max(0, sum(there.values()) - seated))


def _bands(party: Mapping[str, Any], birth_years: Mapping[str, int | None], year: int) -> Counter[AgeBand]:
    """The heads of `party` by band: the children that it names, and everybody else as not known."""
    bands = Counter(band_of(birth_years.get(child), year) for child in party.get("children", ()))
    bands[AgeBand.NOT_KNOWN] += max(0, party["heads"] - bands.total())
    return bands


def named_children(activities: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of the children of all parties."""
    parties = [party for state in activities for party in (*state["seated"], *state["waiting"])]
    return sorted({child for party in parties for child in party.get("children", ())})
