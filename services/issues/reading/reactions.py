"""The reactions of reading to events: rows are marked when their case or place changes.

The names of the handlers are marks of their effects: keep them.
"""

from collections.abc import Sequence
from typing import Any

from services.chassis.store.mongo import WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.event import Event, events
from services.contracts.issues import CaseState, PlaceChanged
from services.issues.reading.marks import MARKS
from services.issues.reading.projection import Projection, marked


def case_events() -> list[type[Event]]:
    """The types of all events about cases."""
    return [event for event in events().values() if event.state is CaseState and not event.internal]


def reactions(handlers: Handlers, projection: Projection) -> None:
    """Put the handlers of reading into the table."""

    @handlers.write(*case_events(), collection=MARKS)
    def row_is_stale(received: Received[Any]) -> Sequence[WriteOp]:
        return marked(received)

    @handlers.on(PlaceChanged)
    async def rows_of_place(received: Received[PlaceChanged]) -> None:
        await projection.moved(received.envelope.aggregate_id, received.envelope.community)
