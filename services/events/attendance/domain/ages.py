"""The ages of those who took part, as far as a party named children whose guardian entered a birth year.

Of adults nothing is known: who registers says that everybody is of the ages that an activity is for, and no more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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


def by_age(activities: Iterable[Mapping[str, Any]], birth_years: Mapping[str, int | None]) -> list[dict[str, Any]]:
    """What `activities`, as they are stored, come to by band; `birth_years` are those of children, by their ids."""
    counts: dict[AgeBand, Counter[str]] = {}

    def count(measure: str, party: Mapping[str, Any], year: int) -> None:
        bands = Counter(band_of(birth_years.get(child), year) for child in party.get("children", ()))
        bands[AgeBand.NOT_KNOWN] += max(0, party["heads"] - bands.total())
        for band, heads in bands.items():
            counts.setdefault(band, Counter())[measure] += heads

    for state in activities:
        starts_at: datetime = state["starts_at"]
        year, seated = local_date(starts_at).year, {party["person"]: party for party in state["seated"]}
        came = {each["person"] for each in state["presences"] if not each["as_volunteer"]}
        for person, party in seated.items():
            count("seated", party, year)
            count("attended" if person in came else "missed", party, year)
        for party in state["waiting"]:
            count("waiting", party, year)
        for presence in state["presences"]:
            if presence["person"] not in seated and not presence["as_volunteer"]:
                count("attended", {"heads": presence["heads"]}, year)
    return [
        {"_id": band.value, "activities": None, "capacity": None, **counts[band]} for band in AgeBand if band in counts
    ]


def named_children(activities: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of the children of all parties."""
    parties = [party for state in activities for party in (*state["seated"], *state["waiting"])]
    return sorted({child for party in parties for child in party.get("children", ())})
