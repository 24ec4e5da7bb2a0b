"""No number of heads can be told from what figures show: whoever has every answer is left with five numbers at least.

The test plays somebody who has asked for each split of each run of activities, and so has the figures of every single
one, and who knows how they are made, all but the chances. For each number of heads they list what it may have been.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.events.attendance.domain.ages import AgeBand, Heads
from services.events.attendance.domain.rounding import BASE, Rounded, Whole, in_steps, rounded
from services.events.attendance.figures import FiguresView, Split, told

BORN: dict[str, int | None] = {"small": 2024, "school": 2016, "youth": 2010, "grown": 2000}
STARTS = datetime(2026, 3, 7, 1, tzinfo=UTC)
FEW = st.one_of(st.integers(0, 5), st.integers(0, 14))
CHANCES = st.integers(0, BASE - 1)
PARTS = st.lists(FEW, min_size=1, max_size=10)

Counts = tuple[int, ...]
"""Heads of one whole by part: of seats those who came and those who did not by band, of the list those who waited."""
_CHILDREN = (*BORN, None)


@given(PARTS, CHANCES)
def test_a_part_and_the_sum_are_off_by_four_at_most(parts: list[int], chance: int) -> None:
    steps = in_steps(parts, chance)
    assert all(step % BASE == 0 and step >= 0 for step in steps)
    assert all(abs(step - part) < BASE for step, part in zip(steps, parts, strict=True))
    assert abs(sum(steps) - sum(parts)) < BASE
    assert [step for step, part in zip(steps, parts, strict=True) if part == 0 and step] == []


@given(PARTS)
def test_over_all_chances_every_part_is_what_it_is(parts: list[int]) -> None:
    by_chance = [in_steps(parts, chance) for chance in range(BASE)]
    assert [sum(each) for each in zip(*by_chance, strict=True)] == [BASE * part for part in parts]


@settings(max_examples=100)
@given(PARTS, CHANCES)
def test_five_numbers_at_least_are_left_of_every_part(parts: list[int], chance: int) -> None:
    shown = in_steps(parts, chance)
    for n, part in enumerate(parts):
        left = _left(shown, n, range(BASE), None)
        assert part in left
        assert len(left) >= BASE, (parts, chance, n, left)


@settings(max_examples=100)
@given(PARTS, CHANCES, st.integers(0, 6))
def test_who_takes_it_that_nobody_came_beyond_the_capacity_never_knows_that_few_are_few(
    parts: list[int], chance: int, empty: int
) -> None:
    """Figures tell the capacity. As far as they know, there may have been nobody or five."""
    capacity = sum(parts) + empty
    assume(capacity >= BASE)
    shown = in_steps(parts, chance)
    for n, part in enumerate(parts):
        if 0 < part < BASE:
            left = _left(shown, n, range(BASE), capacity)
            assert part in left
            assert 0 in left or max(left) >= BASE, (parts, chance, capacity, n, left)


ACTIVITIES = st.lists(
    st.fixed_dictionaries(
        {
            "seats": st.tuples(*[st.integers(0, 6)] * 2 * len(AgeBand)),
            "waiting": st.tuples(*[st.integers(0, 6)] * len(AgeBand)),
            "beyond": st.tuples(FEW),
            "place": st.sampled_from("ab"),
            "kind": st.sampled_from("xyz"),
            "chances": st.fixed_dictionaries(dict.fromkeys(Whole, CHANCES)),
        }
    ),
    min_size=1,
    max_size=2,
)


@settings(max_examples=10, deadline=None)
@given(ACTIVITIES, st.data())
def test_each_of_these_numbers_gives_every_answer_word_for_word(
    held: list[dict[str, Any]], data: st.DataObject
) -> None:
    """The answers for all splits and all runs of days are the same in five worlds at least, for every number."""
    answers = _all_answers(held)
    n = data.draw(st.integers(0, len(held) - 1))
    for whole in Whole:
        parts: Counts = held[n][whole]
        shown = in_steps(parts, held[n]["chances"][whole])
        part = data.draw(st.integers(0, len(parts) - 1))
        worlds = {value: _world(shown, part, value) for value in _left(shown, part, range(BASE), None)}
        assert len(worlds) >= BASE
        for value, (chance, others) in worlds.items():
            assert others[part] == value
            another = {**held[n], whole: others, "chances": {**held[n]["chances"], whole: chance}}
            assert _all_answers([*held[:n], another, *held[n + 1 :]]) == answers


@settings(max_examples=20)
@given(ACTIVITIES)
def test_all_splits_come_to_the_same_sums(held: list[dict[str, Any]]) -> None:
    sums = {
        tuple(sum(getattr(row, name) for row in rows) for name in ("seated", "attended", "missed", "waiting"))
        for rows in (_answer(held, split, range(len(held))) for split in Split)
    }
    assert len(sums) == 1


def test_bands_are_rounded_in_one_whole() -> None:
    heads = Heads({AgeBand.SMALL: 2, AgeBand.SCHOOL: 2}, {AgeBand.SCHOOL: 2}, {AgeBand.YOUTH: 4}, beyond=1)
    shown = rounded(heads, lambda whole: {Whole.SEATS: 1, Whole.WAITING: 0, Whole.BEYOND: 4}[whole])
    assert {band: each for band, each in shown.items() if each != Rounded()} == {
        AgeBand.SCHOOL: Rounded(came=5),
        AgeBand.NOT_KNOWN: Rounded(beyond=5),
    }


def _left(shown: Sequence[int], part: int, chances: range, most: int | None) -> set[int]:
    """The numbers that a part may be where the parts are `shown` so, and all together are no more than `most`."""
    return {
        value
        for value in range(max(0, shown[part] - BASE + 1), shown[part] + BASE)
        if any(_parts(shown, part, value, chance, most) is not None for chance in chances)
    }


def _world(shown: Sequence[int], part: int, value: int) -> tuple[int, Counts]:
    """A chance and parts, of which one is `value`, that are shown as `shown`."""
    found = ((chance, _parts(shown, part, value, chance, None)) for chance in range(BASE))
    return next((chance, parts) for chance, parts in found if parts is not None)


def _parts(shown: Sequence[int], part: int, value: int, chance: int, most: int | None) -> Counts | None:
    """Parts, one of which is `value`, that are shown as `shown` by `chance` and come to no more than `most`. They are
    looked for where sums are as low as they can be, but for the one before that part; None where none are found."""
    for before in range(BASE):
        ends = [chance]  # how far each sum, moved by the chance, lies above its multiple of five
        for n, step in enumerate(shown):
            least = ends[-1] if step == 0 else 0
            ends.append(ends[-1] + value - step if n == part else max(least, before) if n == part - 1 else least)
        if all(0 <= end < BASE for end in ends):
            parts = tuple(step + after - end for step, (end, after) in zip(shown, pairwise(ends), strict=True))
            if min(parts) >= 0 and (most is None or sum(parts) <= most):
                return parts
    return None


def _all_answers(held: Sequence[Mapping[str, Any]]) -> list[list[FiguresView]]:
    """What is answered for each split, and each run of days."""
    days = range(len(held))
    return [_answer(held, split, days[first : last + 1]) for first in days for last in days[first:] for split in Split]


def _answer(held: Sequence[Mapping[str, Any]], split: Split, days: range) -> list[FiguresView]:
    found = [(str(day), _stored(held[day], day)) for day in days]
    born = BORN if split is Split.AGE_BAND else {}
    return told(found, split, lambda id, whole: int(held[int(id)]["chances"][whole]), born)


def _stored(held: Mapping[str, Any], day: int) -> dict[str, Any]:
    """The activity as it is stored: a party for each head, a child of its band or somebody of whom nothing is known."""
    came, missed = held["seats"][: len(AgeBand)], held["seats"][len(AgeBand) :]
    seated = [*_parties("came", came), *_parties("missed", missed)]
    there = [
        {"person": each["person"], "heads": 1, "as_volunteer": False} for each in seated if "came" in each["person"]
    ]
    (beyond,) = held["beyond"]
    return {
        "starts_at": STARTS + timedelta(days=day),
        "capacity": 30,
        "kind": held["kind"],
        "building": held["place"],
        "venue": None,
        "min_age": None,
        "seated": seated,
        "waiting": _parties("waits", held["waiting"]),
        "presences": [*there, {"person": "desk", "heads": beyond, "as_volunteer": False}],
    }


def _parties(name: str, by_band: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {"person": f"{name}-{child}-{n}", "heads": 1, "children": [] if child is None else [child]}
        for child, heads in zip(_CHILDREN, by_band, strict=True)
        for n in range(heads)
    ]
