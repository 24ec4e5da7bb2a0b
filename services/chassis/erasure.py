"""What erasing a person is made of, in every service that holds something of people.

A service erases its part, then answers: one aggregate per request, made when nothing is left. Every step may be
repeated, and leaves what is not done yet to be found again: an interrupted erasure is simply begun anew.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id
from services.chassis.handlers import Received
from services.chassis.store import Aggregates, Cause, Kind
from services.contracts.event import Event
from services.contracts.topics import Topic

A = TypeVar("A", bound=Aggregate)

_NAME = "person-data"
_BATCH = 100


class Erasure(Aggregate):
    """A request that was carried out in this service."""

    request: str
    person: str
    erased_at: datetime


def erasures_on(topic: Topic) -> Kind[Erasure]:
    """The answers of the service that owns `topic`."""
    return Kind(name=_NAME, collection="erasures", model=Erasure, topic=topic, state=None)


def erasure_id(request: str) -> str:
    """The id of the answer to `request`."""
    return derived_id(_NAME, request)


async def erase_each(
    aggregates: Aggregates[A],
    theirs: Mapping[str, Any],
    decide: Callable[[A, datetime], Decision[A]],
    cause: Cause,
) -> None:
    """Change every aggregate that `theirs` finds, until it finds none: `decide` must leave nothing to be found."""
    while page := (await aggregates.select(theirs, limit=_BATCH)).items:
        for stored in page:
            await erase_in(aggregates, stored.aggregate.id, decide, cause)


async def erase_in(
    aggregates: Aggregates[A], id: str, decide: Callable[[A, datetime], Decision[A]], cause: Cause
) -> None:
    """Change one aggregate. Its receipts hold answers as they were given, people in them: they go first."""
    await aggregates.collection.update_one({"_id": id}, {"$unset": {"receipts": ""}})
    await aggregates.change(id, decide, cause)


async def answer(
    erasures: Aggregates[Erasure], received: Received[Any], *, person: str, request: str, saying: Event
) -> None:
    """Say that everything this service held of `person` is gone, once for each request."""
    id, community = erasure_id(request), received.envelope.community

    def carried_out(now: datetime) -> Decision[Erasure]:
        return decided(Erasure(id=id, community=community, request=request, person=person, erased_at=now), saying)

    await erasures.create(id, carried_out, received.cause, taken=received.taken)
