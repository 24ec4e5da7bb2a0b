"""Finds out what somebody may do by asking the rules themselves."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from services.chassis.aggregate import Aggregate, Decision
from services.chassis.errors import CommunityError
from services.chassis.principal import Principal

A = TypeVar("A", bound=Aggregate)


def tried(attempt: Callable[[A, Principal, datetime], Decision[A]], thing: A, by: Principal, now: datetime) -> bool:
    """Whether `attempt` by `by` at `now` is let through and would change `thing`."""
    try:
        return bool(attempt(thing, by, now).events)
    except CommunityError:
        return False
