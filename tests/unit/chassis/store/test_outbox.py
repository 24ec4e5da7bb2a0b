"""What waits in an outbox when something is withheld: neither it nor what was said before leaves as it was."""

from typing import Any

from services.chassis.store.outbox import covered

VEIL = {"type": "veil", "data": {}}


def an_entry(seq: int, **more: Any) -> dict[str, Any]:
    return {"seq": seq, "type": "fact", "data": {"secret": seq}, **more}


def test_what_is_public_leaves_as_it_is() -> None:
    assert covered([an_entry(1), an_entry(2)]) == [an_entry(1), an_entry(2)]


def test_what_waits_from_before_is_told_as_what_came_after() -> None:
    waiting = [an_entry(1), an_entry(2), an_entry(3, told=VEIL), an_entry(4, told=None), an_entry(5)]
    assert [entry.get("told", "whole") for entry in covered(waiting)] == [VEIL, VEIL, VEIL, None, "whole"]


def test_where_nothing_is_told_afterwards_nothing_is() -> None:
    assert [entry["told"] for entry in covered([an_entry(1), an_entry(2, told=None)])] == [None, None]


def test_what_is_kept_stays_what_happened() -> None:
    assert [entry["data"] for entry in covered([an_entry(1), an_entry(2, told=VEIL)])] == [{"secret": 1}, {"secret": 2}]
