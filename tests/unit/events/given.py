"""The people, the plan and the activity from which the tests of this service start."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.principal import Principal, Role, member
from services.contracts.activities import ActivityKind
from services.events.activities.domain import scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.scheduling import Plan

HOME = "sunshine"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
START = datetime(2026, 3, 7, 1, 0, tzinfo=UTC)
END = START + timedelta(hours=2)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def person(sub: str, *roles: Role, home: str = HOME) -> Principal:
    return member(sub, home, *roles)


STAFF = person("staff-1", Role.STAFF)
ORGANISER = person("organiser-1", Role.ORGANISER)
GRID = person("grid-1", Role.GRID_WORKER)


def resident(n: int | str) -> Principal:
    return person(f"resident-{n}", Role.RESIDENT)


def plan(**changes: Any) -> Plan:
    fields: dict[str, Any] = {
        "title": "每月义诊",
        "title_en": "Free clinic",
        "kind": ActivityKind.CLINIC,
        "starts_at": START,
        "ends_at": END,
        "venue": "committee-hall",
        "building": "building-9",
        "organiser": ORGANISER.sub,
        "capacity": 4,
        "volunteers_needed": 2,
        "skill": "medical",
    }
    return Plan(**{**fields, **changes})


def activity(**changes: Any) -> Activity:
    return scheduling.schedule("activity-1", HOME, plan(**changes), "314159", STAFF, NOW).aggregate
