"""How many people are asked at once, by what one has learnt of who says yes."""

from itertools import product
from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.volunteers.matching.rings import MOST, SURE, Acceptance, Tally, learned, ring_size

CHANCES = st.lists(st.floats(0.05, 0.95), max_size=7)


def falls_short(chances: Any, seats: int) -> float:
    """The probability that fewer say yes than there are seats, by counting every way in which they may answer."""
    ways = product((False, True), repeat=len(chances))
    short = (way for way in ways if sum(way) < seats)
    return float(sum(prod(p if yes else 1 - p for p, yes in zip(chances, way, strict=True)) for way in short))


@settings(max_examples=40)
@given(CHANCES, st.integers(1, 3))
def test_a_ring_is_as_small_as_makes_a_yes_for_every_seat_sure(chances: list[float], seats: int) -> None:
    size = ring_size(chances, seats)
    enough = [n for n in range(len(chances) + 1) if 1 - falls_short(chances[:n], seats) >= SURE]
    assert size == (enough[0] if enough else len(chances))


@pytest.mark.parametrize(("chance", "size"), [(0.9, 1), (0.5, 4), (0.3, 7), (0.01, MOST)])
def test_who_says_yes_rarely_is_asked_together_with_many(chance: float, size: int) -> None:
    assert ring_size([chance] * 100, 1) == size


def test_what_is_learnt_of_somebody_moves_from_what_is_known_of_all_to_what_they_do() -> None:
    def need(*answers: tuple[str, str]) -> dict[str, Any]:
        return {"offers": [{"person": who, "status": status} for who, status in answers]}

    told = [need(("ann", "accepted"), ("bob", "expired")) for _ in range(20)]
    invited = [{"invited": [{"person": "cai", "status": s} for s in ("declined", "thanked", "open", "accepted")]}]
    known = learned([*told, *invited, need(("dan", "offered"), ("dan", "released"))])
    assert known.of == {"ann": Tally(20, 20), "bob": Tally(0, 20), "cai": Tally(0, 1)}
    ann, bob, eve = known.chances(["ann", "bob", "eve"])
    assert bob < 0.15 < 0.4 < eve < 0.6 < 0.85 < ann
    assert Acceptance({}).chances(["eve"]) == [pytest.approx(0.3)]
