"""The sweep of attendance: it ends presences whose check-out was forgotten."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.sweeper import Sweep
from services.volunteers.attendance.domain.presence import Presence, forget
from services.volunteers.attendance.store import to_forget


def forgotten(presences: Aggregates[Presence]) -> Sweep[Presence]:
    """The sweep that ends presences with a forgotten check-out, capped and flagged."""
    return Sweep("forgotten-check-outs", presences, to_forget, forget)
