"""The reading room: everything that reads cases by the thousand, put together, and what feeds it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.clock import Clock
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.store.journal import Journal
from services.chassis.store.mongo import Database, WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.event import Event, events
from services.contracts.issues import CaseState, PlaceChanged
from services.issues.reading.behind import Measure
from services.issues.reading.figures import Figures
from services.issues.reading.finding import Finding
from services.issues.reading.formulas import Formulas, read_formulas
from services.issues.reading.maps import Maps
from services.issues.reading.marks import MARKS
from services.issues.reading.pressure import RESTING, Pressure
from services.issues.reading.projection import Projection, marked
from services.issues.reading.settings import ReadingSettings


@dataclass(frozen=True)
class Reading:
    """What reads the rows, and what keeps them."""

    finding: Finding
    figures: Figures
    maps: Maps
    projection: Projection
    pressure: Pressure
    journal: Journal
    formulas: Formulas
    clock: Clock
    database: Database

    @classmethod
    def of(cls, runtime: Runtime[ReadingSettings]) -> "Reading":
        """The room in the database of `runtime`.

        Raises:
            OSError, ValidationError: the file of formulas that the settings name can't be read.
        """
        settings = runtime.settings
        pressure = Pressure(Measure(runtime.database, runtime.clock), settings.reading_behind_seconds)
        runtime.throttle.pressure = pressure
        pressure.show(runtime.metrics, runtime.throttle)
        return cls(
            finding=Finding(runtime.database),
            figures=Figures(runtime.database),
            maps=Maps(runtime.database),
            projection=Projection(runtime.database, runtime.clock, patience=pressure.bound * RESTING),
            pressure=pressure,
            journal=runtime.journal,
            formulas=read_formulas(settings.kpi_formulas),
            clock=runtime.clock,
            database=runtime.database,
        )


def case_events() -> list[type[Event]]:
    """Every public fact about a case."""
    return [event for event in events().values() if event.state is CaseState and not event.internal]


def feed(handlers: Handlers, reading: Reading) -> None:
    """Keep the rows behind what happens to cases and places."""

    @handlers.write(*case_events(), collection=MARKS)
    def row_is_stale(received: Received[Any]) -> Sequence[WriteOp]:
        return marked(received)

    @handlers.on(PlaceChanged)
    async def rows_of_place(received: Received[PlaceChanged]) -> None:
        await reading.projection.moved(received.envelope.aggregate_id, received.envelope.community)


async def in_order(aggregates: Aggregates[Any], ids: Iterable[str]) -> list[Stored[Any]]:
    """The aggregates as they stand now, in the order of `ids`."""
    wanted = list(ids)
    if not wanted:
        return []
    page = await aggregates.select({"_id": {"$in": wanted}}, limit=len(wanted))
    found = {stored.aggregate.id: stored for stored in page.items}
    return [found[id] for id in wanted if id in found]
