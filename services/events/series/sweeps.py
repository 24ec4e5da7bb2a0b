"""What series do on due times: they name more dates as the horizon moves on."""

from datetime import timedelta

from services.chassis.store.aggregates import Aggregates
from services.chassis.sweeper import Sweep
from services.events.series.domain.series import Series, expand
from services.events.series.store import to_expand


def expansion(series: Aggregates[Series]) -> Sweep[Series]:
    """Names the dates that have come into sight."""
    return Sweep("series-expansion", series, to_expand, expand, every=timedelta(minutes=1))
