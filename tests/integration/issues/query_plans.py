"""What the store would do to answer a query."""

from collections.abc import Mapping
from typing import Any


def stages(plan: Mapping[str, Any]) -> set[str]:
    """The stages of a query plan, all the way down."""
    inner = [plan["inputStage"]] if "inputStage" in plan else plan.get("inputStages", [])
    return {plan["stage"]}.union(*(stages(stage) for stage in inner))


def winning(explained: Mapping[str, Any]) -> set[str]:
    """The stages of the plan that was chosen."""
    return stages(explained["queryPlanner"]["winningPlan"])
