"""Calls that tests of events make again and again."""

from typing import Any

from tests.integration.calling import Caller
from tests.unit.events.given import END, HOME, STAFF, START


def an_activity(**changes: Any) -> dict[str, Any]:
    """A body that schedules the clinic of the unit tests."""
    return {
        "community": HOME,
        "title": "每月义诊",
        "kind": "clinic",
        "starts_at": START.isoformat(),
        "ends_at": END.isoformat(),
        "venue": "committee-hall",
        "capacity": 4,
        "volunteers_needed": 2,
        **changes,
    }


async def scheduled(api: Caller, **changes: Any) -> str:
    """Schedule the clinic over HTTP; returns its path."""
    made = await api.ok(STAFF, "/activities", an_activity(**changes))
    return f"/activities/{made['id']}"
