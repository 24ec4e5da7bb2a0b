"""What a process remembers of the tombstones, and about whom it wrote lately."""

import pytest

from services.chassis.store.known_gone import BELIEVED, KEPT, KnownGone, mark_of
from tests.unit.chassis.hand import Hand

ANN, BEN = "ann-1", "ben-1"
HERE, THERE = "here", "there"


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def known(hand: Hand) -> KnownGone:
    return KnownGone(hand)


def stone(person: str, *communities: str) -> dict[str, object]:
    where = {"communities": list(communities)} if communities else {"everywhere": True}
    return {"_id": mark_of(person).hex(), **where}


def test_the_memory_is_believed_from_the_first_reading_on_for_a_while_after_the_start_of_the_last(
    known: KnownGone, hand: Hand
) -> None:
    assert not known.fresh
    began = hand.now
    hand.now += BELIEVED / 2
    known.read(began)
    assert known.fresh
    hand.now = began + BELIEVED
    assert not known.fresh
    known.read(hand.now)
    assert known.fresh


def test_a_tombstone_holds_in_its_communities(known: KnownGone) -> None:
    assert known.among({ANN, BEN}, HERE) == frozenset()
    known.learn([stone(ANN, HERE)])
    assert known.among({ANN, BEN}, HERE) == {ANN}
    assert known.among({ANN, BEN}, THERE) == frozenset()
    assert known.among({ANN, BEN}, None) == {ANN}
    known.learn([stone(ANN, HERE, THERE), stone(BEN)])
    assert known.among({ANN, BEN}, THERE) == {ANN, BEN}
    known.buried(ANN, None)
    known.learn([stone(ANN, HERE)])
    assert known.among({ANN}, "anywhere") == {ANN}


def test_a_late_write_in_spite_of_a_tombstone_is_told_once(known: KnownGone) -> None:
    assert known.wrote(ANN, HERE)
    assert known.wrote(ANN, THERE)
    assert known.wrote(BEN, HERE)
    assert known.learn([stone(ANN, "elsewhere")]) == []
    assert known.learn([stone(ANN, "elsewhere", HERE)]) == [(ANN, HERE)]
    assert known.learn([stone(ANN, "elsewhere", HERE)]) == []
    assert known.learn([stone(ANN)]) == [(ANN, None)]
    assert known.learn([stone(ANN), stone(BEN, THERE)]) == []
    assert known.learn([stone(BEN)]) == [(BEN, None)]


def test_writes_before_the_own_erasure_are_not_late(known: KnownGone) -> None:
    known.wrote(ANN, HERE)
    known.wrote(ANN, THERE)
    known.buried(ANN, HERE)
    assert known.learn([stone(ANN, HERE)]) == []
    assert known.learn([stone(ANN, HERE, THERE)]) == [(ANN, THERE)]


def test_a_write_is_remembered_until_a_reading_began_well_after_it(known: KnownGone, hand: Hand) -> None:
    known.wrote(ANN, HERE)
    hand.now += 1
    known.wrote(BEN, HERE)
    known.wrote(ANN, HERE)
    hand.now += KEPT - 0.5
    known.read(hand.now)
    assert known.learn([stone(ANN)]) == [(ANN, None)]
    hand.now += 0.5
    known.read(hand.now)
    assert known.learn([stone(BEN)]) == []


def test_without_a_reading_no_write_is_forgotten(known: KnownGone, hand: Hand) -> None:
    known.read(hand.now)
    known.wrote(ANN, HERE)
    hand.now += 1000 * KEPT
    assert not known.fresh
    assert known.learn([stone(ANN)]) == [(ANN, None)]


def test_writes_are_remembered_up_to_a_bound(hand: Hand) -> None:
    known = KnownGone(hand, written=2)
    assert known.wrote(ANN, HERE)
    assert known.wrote(ANN, THERE)
    assert known.wrote(ANN, HERE), "known already"
    assert not known.wrote(ANN, "elsewhere")
    assert not known.wrote(BEN, HERE)
    assert known.learn([stone(ANN, HERE)]) == [(ANN, HERE)]
    assert known.wrote(BEN, HERE)
    hand.now += KEPT
    known.read(hand.now)
    assert known.wrote(BEN, "1")
    assert known.wrote(BEN, "2")
    assert not known.wrote(BEN, "3")


def test_a_memory_with_too_many_tombstones_is_never_believed(hand: Hand) -> None:
    known = KnownGone(hand, tombstones=2)
    known.wrote("dan-1", HERE)
    assert known.learn([stone(ANN), stone(BEN, HERE)]) == []
    known.read(hand.now)
    assert known.fresh
    known.learn([stone("cleo-1"), stone("eve-1")])
    known.read(hand.now)
    assert known.too_many
    assert not known.fresh
    assert known.among({ANN, BEN, "cleo-1"}, HERE) == frozenset()
    assert known.learn([stone("dan-1", HERE)]) == [("dan-1", None)], "and what was written before is looked after"
