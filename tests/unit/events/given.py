"""What the tests of activities start from."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from services.chassis.aggregate import Decision
from services.chassis.principal import Principal, Role, member
from services.contracts.activities import ActivityKind
from services.contracts.event import fold
from services.events.activities.domain import scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.scheduling import Plan
from services.events.series.domain.series import Series

A = TypeVar("A", Activity, Series)

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


def took(aggregate: A, decide: Callable[[A], Decision[A]]) -> Decision[A]:
    """Carry a command out and hold it to the folding law: the facts alone give the new public state."""
    decision = decide(aggregate)
    lawful(aggregate, decision)
    return decision


def lawful(before: A | None, decision: Decision[A]) -> None:
    after = decision.aggregate.public()
    state = {} if before is None else before.public().model_dump(mode="json")
    for event in decision.events:
        assert event.state is type(after)
        state = fold(state, type(after), event.public_data())
    assert state == after.model_dump(mode="json")
    if not decision.events:
        assert decision.aggregate == before
