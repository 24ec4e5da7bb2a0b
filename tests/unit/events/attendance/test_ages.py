"""Heads by age: children by their birth year, everybody else as not known; counted again one head at a time."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.attendance.domain.ages import AgeBand, band_of, by_age, named_children
from services.events.attendance.figures import SMALLEST, told

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
    came = {each["person"] for each in seated if data.draw(st.booleans())}
    walk_in = {"person": "guest", "heads": 4, "as_volunteer": False}
    presences = [{"person": each, "heads": 1, "as_volunteer": False} for each in sorted(came)]
    helper = {"person": "p0", "heads": 0, "as_volunteer": True}
    state = {"starts_at": STARTS, "seated": seated, "waiting": waiting, "presences": [*presences, helper, walk_in]}
    counted = {row["_id"]: row for row in by_age([state], BORN)}
    expected: Counter[tuple[str, str]] = Counter({("not-known", "attended"): 4})
    for measure, parties in (("seated", seated), ("waiting", waiting)):
        for party in parties:
            heads = [*party["children"], *[None] * (party["heads"] - len(party["children"]))]
            for child in heads:
                band = band_of(None if child is None else BORN[child], 2027).value
                expected[band, measure] += 1
                if measure == "seated":
                    expected[band, "attended" if party["person"] in came else "missed"] += 1
    found = {
        (band, measure): row[measure]
        for band, row in counted.items()
        for measure in ("seated", "attended", "missed", "waiting")
        if row.get(measure)
    }
    assert found == {key: count for key, count in expected.items() if count}
    assert set(named_children([state])) <= set(BORN)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=6))
def test_no_small_number_follows_from_what_is_told_and_the_sum(rows: list[tuple[int, int]]) -> None:
    counts = [
        {"_id": n, "activities": 1, "capacity": 1, "seated": came + missed, "attended": came, "missed": missed}
        for n, (came, missed) in enumerate(rows)
    ]
    figures = told(counts)
    for measure in ("seated", "attended", "missed", "waiting"):
        shown = [getattr(row, measure) for row in figures]
        assert not [count for count in shown if count is not None and 0 < count < SMALLEST]
        assert shown.count(None) != 1 or not any(shown), "the sum would tell the only one that is hidden"
    for row in figures:
        assert (row.attended is None) == (row.missed is None)
