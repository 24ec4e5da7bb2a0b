"""Heads by age: children by their birth year, everybody else as not known; counted again one head at a time."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.attendance.domain.ages import AgeBand, Heads, band_of, named_children

BORN: dict[str, int | None] = {"c1": 2025, "c2": 2018, "c3": 2011, "c4": 2008, "c5": None, "c6": 2020}
STARTS = datetime(2026, 12, 31, 16, tzinfo=UTC)
"""New Year of 2027 in the community."""

PARTIES = st.lists(
    st.builds(
        lambda children, others: {"children": sorted(children), "heads": max(1, len(children) + others)},
        st.sets(st.sampled_from(sorted(BORN)), max_size=3),
        st.integers(0, 3),
    ),
    max_size=12,
)


def test_a_band_is_that_of_the_age_reached_in_the_year() -> None:
    ages = {2027: "0-5", 2022: "0-5", 2021: "6-13", 2014: "6-13", 2013: "14-17", 2010: "14-17", 2009: "18+"}
    assert {year: band_of(year, 2027).value for year in ages} == ages
    assert band_of(None, 2027) is AgeBand.NOT_KNOWN


@settings(max_examples=60)
@given(PARTIES, PARTIES, st.data())
def test_every_head_is_counted_once_in_its_band(seated: list[Any], waiting: list[Any], data: st.DataObject) -> None:
    for n, party in enumerate((*seated, *waiting)):
        party["person"] = f"p{n}"
    came = {each["person"]: each["heads"] for each in seated if data.draw(st.booleans())}
    walk_in = {"person": "guest", "heads": 4, "as_volunteer": False}
    presences = [{"person": each, "heads": heads, "as_volunteer": False} for each, heads in sorted(came.items())]
    helper = {"person": "p0", "heads": 0, "as_volunteer": True}
    state = {"starts_at": STARTS, "seated": seated, "waiting": waiting, "presences": [*presences, helper, walk_in]}
    counted = Heads.of(state, BORN)
    expected: dict[str, Counter[AgeBand]] = {"came": Counter(), "missed": Counter(), "waiting": Counter()}
    for parties, which in ((seated, None), (waiting, "waiting")):
        for party in parties:
            for child in (*party["children"], *[None] * (party["heads"] - len(party["children"]))):
                band = band_of(None if child is None else BORN[child], 2027)
                expected[which or ("came" if party["person"] in came else "missed")][band] += 1
    assert {name: +Counter(getattr(counted, name)) for name in expected} == expected
    assert counted.beyond == 4
    assert set(named_children([state])) <= set(BORN)


def test_heads_that_came_with_a_party_beyond_its_seats_are_counted_as_beyond() -> None:
    party = {"person": "p1", "heads": 2, "children": []}
    there = {"person": "p1", "heads": 5, "as_volunteer": False}
    counted = Heads.of({"starts_at": STARTS, "seated": [party], "waiting": [], "presences": [there]}, {})
    assert (counted.came, counted.missed, counted.beyond) == ({AgeBand.NOT_KNOWN: 2}, {}, 3)
