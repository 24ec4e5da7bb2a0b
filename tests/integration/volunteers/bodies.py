"""The bodies of requests that many tests send."""

from typing import Any

from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW

PLAN: dict[str, Any] = {
    "community": HERE,
    "elder": "elder-1",
    "kind": "visit",
    "recurrence": {"every": "week", "weekdays": [2], "at": "15:00", "since": "2024-01-29"},
}
"""A weekly visit to an elder."""


def a_direct_need(**changes: Any) -> dict[str, Any]:
    """One helper is asked for, two days from now."""
    begin = NOW + 2 * DAY
    return {
        "community": HERE,
        "category": "chores",
        "starts_at": begin.isoformat(),
        "ends_at": (begin + HOUR).isoformat(),
        **changes,
    }
