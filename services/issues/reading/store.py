"""What the room keeps: rows of cases, the marks of those that are behind, and what keeps both up to date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.chassis.runtime import Runtime
from services.chassis.store.mongo import IndexModel
from services.issues.reading.behind import Measure
from services.issues.reading.marks import MARKS
from services.issues.reading.marks import indexes as mark_indexes
from services.issues.reading.pressure import RESTING, Pressure
from services.issues.reading.projection import Projection
from services.issues.reading.projection import indexes as row_indexes
from services.issues.reading.row import ROWS
from services.issues.reading.settings import ReadingSettings

INDEXES: Mapping[str, Sequence[IndexModel]] = {ROWS: row_indexes(), MARKS: mark_indexes()}


@dataclass(frozen=True, slots=True)
class Rows:
    """What keeps the rows, and what tells how far they are behind."""

    projection: Projection
    pressure: Pressure


def kept_rows(runtime: Runtime[ReadingSettings]) -> Rows:
    """The rows of the service. By how far they are behind, its throttle holds commands of people back from now on."""
    settings = runtime.settings
    pressure = Pressure(Measure(runtime.database, runtime.clock), settings.reading_behind_seconds)
    runtime.throttle.pressure = pressure
    pressure.show(runtime.metrics, runtime.throttle)
    return Rows(Projection(runtime.database, runtime.clock, patience=pressure.bound * RESTING), pressure)
