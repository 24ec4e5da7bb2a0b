"""The collections of reading: rows of cases and marks of rows that are behind, with the objects that keep them up to
date."""

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
    """The objects that keep rows and counts up to date, and tell how far they are behind."""

    projection: Projection
    pressure: Pressure


def kept_rows(runtime: Runtime[ReadingSettings]) -> Rows:
    """Make the objects for the rows of the service. From now on the runtime's throttle slows commands of people down by
    how far the rows are behind."""
    settings = runtime.settings
    pressure = Pressure(Measure(runtime.database, runtime.clock), settings.reading_behind_seconds)
    runtime.throttle.pressure = pressure
    pressure.show(runtime.metrics, runtime.throttle)
    return Rows(Projection(runtime.database, runtime.clock, patience=pressure.bound * RESTING), pressure)
