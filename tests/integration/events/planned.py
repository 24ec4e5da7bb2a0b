"""Asks MongoDB how it would answer a query."""

from collections.abc import Mapping
from typing import Any

from services.chassis.store.aggregates import Aggregates


async def walks_an_index(aggregates: Aggregates[Any], query: Mapping[str, Any], sort: tuple[str, int] | None) -> None:
    """Assert that a query walks an index, and in the order of `sort`."""
    found = aggregates.collection.find(dict(query))
    if sort is not None:
        found = found.sort([sort, ("_id", sort[1])])
    plan = str((await found.explain())["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan, plan
    assert "COLLSCAN" not in plan, plan
    assert "'SORT'" not in plan, plan
