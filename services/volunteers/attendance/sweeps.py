"""The sweep of attendance: check-outs that are missing for too long were forgotten."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.sweeper import Sweep
from services.volunteers.attendance.domain.presence import Presence, forget
from services.volunteers.attendance.store import to_forget


def forgotten(presences: Aggregates[Presence]) -> Sweep[Presence]:
    """Caps and flags what nobody checked out."""
    return Sweep("forgotten-check-outs", presences, to_forget, forget)
