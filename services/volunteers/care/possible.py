"""Tells which commands a caller may give to a care plan now: the ones that the rules would not refuse."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from services.chassis.aggregate import Decision
from services.chassis.principal import Principal
from services.volunteers.care.domain import changing, plans
from services.volunteers.care.domain.changing import FOR_EVER, ChangePlan, Pause
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.shared.trying import tried

Attempt = Callable[[CarePlan, Principal, datetime], Decision[CarePlan]]

TRIES: Mapping[str, Attempt] = MappingProxyType(
    {
        "change": lambda plan, by, now: changing.change_plan(plan, ChangePlan(urgency=1 + plan.urgency % 3), by, now),
        "pause": lambda plan, by, now: changing.pause_plan(plan, _another_pause(plan), by, now),
        "resume": changing.resume_plan,
        "close": plans.close_plan,
    }
)
"""Each command as it is tried on the plan. A command that would change nothing does not count as possible."""


def _another_pause(plan: CarePlan) -> Pause:
    return Pause(until=FOR_EVER - timedelta(days=1) if plan.paused_until == FOR_EVER else None)


def possible(plan: CarePlan, by: Principal, now: datetime) -> list[str]:
    """The commands that `by` may give to `plan` at `now`."""
    return [name for name, attempt in TRIES.items() if tried(attempt, plan, by, now)]
