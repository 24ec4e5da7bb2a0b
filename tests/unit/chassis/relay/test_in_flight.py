"""An aggregate joins no round before its last one is acknowledged; what has arrived is not sent again."""

import asyncio
from typing import Any

import pytest

from services.chassis.relay.in_flight import InFlight, Rounds
from services.chassis.relay.packing import PackedRound, Stretch


def found(id: str, *sequences: int) -> dict[str, Any]:
    return {"_id": id, "outbox": [{"seq": n} for n in sequences]}


def load(**last: int) -> PackedRound:
    return PackedRound(stretches={id: Stretch(1, n, frozenset()) for id, n in last.items()})


def test_newer_events_of_an_aggregate_under_way_are_behind_until_it_is_acknowledged() -> None:
    flights = InFlight()
    flights.departs(load(a=2, b=1))
    assert not flights.may_go(found("a", 1, 2, 3))
    assert not flights.may_go(found("b", 1))
    assert flights.may_go(found("c", 1))
    assert flights.acknowledged(load(a=2))
    assert not flights.acknowledged(load(b=1))
    assert flights.may_go(found("a", 1, 2, 3))


def test_events_that_have_arrived_are_remembered_for_some_time_after_clearing(monkeypatch: pytest.MonkeyPatch) -> None:
    flights, now = InFlight(), 100.0
    monkeypatch.setattr("services.chassis.relay.in_flight.time.monotonic", lambda: now)
    flights.arrived(load(a=2).stretches)
    assert (flights.sent("a"), flights.sent("b")) == (2, 0)
    flights.cleared(load(a=2))
    now = 104.0
    flights.forget_cleared()
    assert flights.sent("a") == 2
    now = 106.0
    flights.forget_cleared()
    assert flights.sent("a") == 0


def test_events_that_could_not_be_cleared_are_sent_again_and_newer_arrivals_stay_known() -> None:
    flights = InFlight()
    flights.arrived(load(a=2, b=3).stretches)
    flights.not_cleared(load(a=2, b=1))
    assert (flights.sent("a"), flights.sent("b")) == (0, 3)


async def test_rounds_run_side_by_side_up_to_a_limit() -> None:
    rounds, let_go, ended = Rounds(2), asyncio.Event(), list[int]()

    async def round(n: int) -> None:
        await let_go.wait()
        ended.append(n)

    for n in range(2):
        await rounds.make_room()
        rounds.begin(round(n))
    asyncio.get_running_loop().call_later(0.01, let_go.set)
    await rounds.make_room()
    assert ended
    await rounds.finish()
    assert ended == [0, 1]


async def test_an_error_that_no_round_expects_comes_up() -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    rounds = Rounds(2)
    rounds.begin(broken())
    with pytest.raises(ZeroDivisionError):
        await rounds.finish()
