"""A room of a service: one noun of its field, with all that belongs to it. A service is its rooms, in their order.

A room imports only rooms that stand before it in its service's list (`tests/rules` holds it to that), and is handed
what it needs of them by type.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from services.chassis.http.probes import ReadinessCheck
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import IndexModel
from services.chassis.subscriber.erasure import Erase
from services.chassis.subscriber.handlers import Handlers
from services.chassis.sweeper import Sweeping
from services.contracts.holding import held
from services.contracts.marks import Sort

_OF_PEOPLE = frozenset({Sort.PERSON, Sort.PERSONAL, Sort.WORDS})
"""The marks of fields that must be emptied when a person is erased; what was done in office stays."""


class ForgetsNobody(Exception):
    """A room keeps aggregates with fields that hold something of people, and has no `erase`."""


class WrongKinds(Exception):
    """The aggregates that a service names are not those of its rooms."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room with the parts that it brings to its service.

    - `kinds`: its aggregates; `indexes`: the indexes of its collections, beside those that every kind has.
    - `routers`: its HTTP routes.
    - `reactions`: puts the room's handlers of events into the table. Handlers of one event run in the order of the
    rooms.
    - `sweeps`: its work on due times, done by one process of the service; `tasks`: work that every process does all the
    time.
    - `facts`: checks of readiness to be read; `needs`: of readiness to take commands.
    - `erase`: removes a person from everything that the room stores. A room whose aggregates have personal fields must
    have one.
    """

    name: str
    kinds: Sequence[Kind[Any]] = ()
    indexes: Mapping[str, Sequence[IndexModel]] = field(default_factory=dict)
    routers: Sequence[APIRouter] = ()
    reactions: Callable[[Handlers], None] | None = None
    sweeps: Sequence[Sweeping] = ()
    tasks: Sequence[Callable[[], Awaitable[None]]] = ()
    facts: Sequence[ReadinessCheck] = ()
    needs: Sequence[ReadinessCheck] = ()
    erase: Erase | None = None


def open_rooms(rooms: Sequence[Room], runtime: Runtime[Any]) -> Handlers:
    """The handlers of all `rooms`; from now on an erasure reaches each of them.

    Raises:
        ForgetsNobody: a room with personal fields has no `erase`.
        WrongKinds: the aggregates of the rooms are not those of `runtime`, or two rooms name the same.
    """
    kinds = [kind.name for room in rooms for kind in room.kinds]
    if sorted(kinds) != sorted(kind.name for kind in runtime.kinds):
        raise WrongKinds(f"the rooms keep {sorted(kinds)}, the service {sorted(kind.name for kind in runtime.kinds)}")
    handlers = Handlers()
    for room in rooms:
        personal = [kind.name for kind in room.kinds if _is_of_people(kind.model)]
        if personal and room.erase is None:
            raise ForgetsNobody(f"{room.name} keeps {', '.join(personal)} and erases nobody")
        if room.erase is not None:
            runtime.erasing.add(room.erase)
        if room.reactions is not None:
            room.reactions(handlers)
    return handlers


def _is_of_people(model: type[BaseModel]) -> bool:
    return any(each.sort in _OF_PEOPLE for each in held(model))
