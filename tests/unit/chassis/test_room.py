"""Rooms are opened only where they fit their service."""

from typing import Any, cast
from unittest.mock import AsyncMock, Mock

import pytest

from services.chassis.aggregate import Aggregate
from services.chassis.room import ForgetsNobody, Room, WrongKinds, open_rooms
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Kind
from services.chassis.subscriber.erasure import Erase, Erasing, Traces
from services.chassis.subscriber.handlers import Handlers
from services.contracts.marks import Personal, Someone, Thing, Words
from services.contracts.topics import ISSUES


class Lamp(Aggregate):
    code: Thing[str]


class Letter(Aggregate):
    text: Words[str]


class Seat(Aggregate):
    person: Someone[str]


class Diet(Aggregate):
    what: Personal[str]


def kind(model: type[Aggregate]) -> Kind[Any]:
    name = model.__name__.lower()
    return Kind(name=name, collection=f"{name}s", model=model, topic=ISSUES, state=None)


def a_runtime(*kinds: Kind[Any]) -> Runtime[Any]:
    traces = cast(Traces, Mock(gone=Mock(bury=AsyncMock()), erase=AsyncMock()))
    return cast("Runtime[Any]", Mock(kinds=kinds, erasing=Erasing(traces)))


@pytest.mark.parametrize("model", [Letter, Seat, Diet])
def test_a_room_that_keeps_something_of_people_and_erases_nobody_is_not_opened(model: type[Aggregate]) -> None:
    with pytest.raises(ForgetsNobody, match=model.__name__.lower()):
        open_rooms([Room("post", kinds=[kind(model)])], a_runtime(kind(model)))


def test_a_room_of_things_needs_no_erasure() -> None:
    assert open_rooms([Room("lamps", kinds=[kind(Lamp)])], a_runtime(kind(Lamp))).topics == []


KEPT: list[list[Any]] = [[], [Lamp, Seat], [Lamp, Lamp]]


@pytest.mark.parametrize("kept", KEPT)
def test_the_rooms_keep_what_the_service_names(kept: list[Any]) -> None:
    erase = cast(Erase, AsyncMock())
    with pytest.raises(WrongKinds):
        open_rooms([Room("lamps", kinds=[kind(model) for model in kept], erase=erase)], a_runtime(kind(Lamp)))


async def test_an_erasure_reaches_every_room_in_their_order_under_one_stand_in() -> None:
    met: list[tuple[str, str, str | None, str]] = []

    def keeper(name: str) -> Room:
        async def erase(leaver: Any) -> None:
            met.append((name, leaver.person, leaver.community, leaver.stand_in))

        return Room(name, erase=erase)

    runtime = a_runtime()
    open_rooms([keeper("first"), keeper("second")], runtime)
    await runtime.erasing.carry_out("ann", "sunshine")
    assert [each[:3] for each in met] == [("first", "ann", "sunshine"), ("second", "ann", "sunshine")]
    assert len({each[3] for each in met}) == 1
    assert met[0][3] != "ann"


def test_reactions_stand_in_the_table_in_the_order_of_the_rooms() -> None:
    order: list[str] = []

    def noting(name: str) -> Room:
        def reactions(_table: Handlers) -> None:
            order.append(name)

        return Room(name, reactions=reactions)

    open_rooms([noting("first"), noting("second")], a_runtime())
    assert order == ["first", "second"]
