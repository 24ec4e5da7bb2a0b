"""What is sent to the gateway of events."""

from typing import Any

from tests.unit.events.given import END, HOME, START


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
