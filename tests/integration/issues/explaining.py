"""What MongoDB says of how it answers a query."""

from typing import Any


def stages(plan: dict[str, Any]) -> set[str]:
    """The stages of a query plan, all the way down."""
    inner = [plan["inputStage"]] if "inputStage" in plan else plan.get("inputStages", [])
    return {plan["stage"]}.union(*(stages(stage) for stage in inner))
