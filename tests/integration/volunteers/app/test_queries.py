"""Every query this service makes finds its answer by an index, so that it costs the same in a city as in a street."""

from typing import Any

import pytest

from services.chassis.runtime import Runtime
from services.volunteers.attendance.store import to_forget
from services.volunteers.calendars.api import mine
from services.volunteers.care.store import to_raise
from services.volunteers.needs.store import BY_START, asked, to_expire, to_lapse, to_staff
from services.volunteers.people.store import askable, dangling
from services.volunteers.records.store import coded
from services.volunteers.settings import VolunteersSettings
from services.volunteers.shared.queries import matching
from tests.unit.volunteers.world import HERE, NOW

QUERIES: list[tuple[str, dict[str, Any], str | None]] = [
    ("volunteers", askable(HERE), "at"),
    ("volunteers", matching(HERE), "at"),
    ("volunteers", matching(HERE, status="active"), "at"),
    ("volunteers", dangling(NOW, HERE), None),
    ("volunteers", {"state.person": "ann"}, None),
    ("teams", matching(HERE), "at"),
    ("teams", matching(HERE, kind="hobby"), "at"),
    ("teams", {"state.people": "ann"}, None),
    ("care_plans", matching(HERE), "at"),
    ("care_plans", matching(HERE, status="open"), "at"),
    ("care_plans", matching(HERE, elder="elder-1"), None),
    ("care_plans", to_raise(NOW), None),
    ("needs", matching(HERE), BY_START),
    ("needs", matching(HERE, status="open"), BY_START),
    ("needs", asked(HERE, "ann"), BY_START),
    ("needs", {"state.offers.person": "ann"}, None),
    ("needs", matching(HERE, activity="activity-1"), None),
    ("needs", matching(HERE, care_plan="care-plan-1"), None),
    ("needs", to_staff(NOW), None),
    ("needs", to_staff(NOW, HERE), BY_START),
    ("needs", to_expire(NOW), None),
    ("needs", to_lapse(NOW), None),
    ("needs", mine("ann", NOW), None),
    ("presences", matching(HERE), "at"),
    ("presences", matching(HERE, person="ann"), "at"),
    ("presences", matching(HERE, forgotten=True), "at"),
    ("presences", to_forget(NOW), None),
    ("certificates", matching(HERE, erased=False), "at"),
    ("certificates", matching(HERE, person="ann"), "at"),
    ("certificates", coded("AAAA"), None),
    ("records", {"state.person": "ann"}, None),
    ("care_plans", {"state.family": "ann"}, None),
    ("accounts", matching(HERE), "at"),
    ("accounts", {"state.volunteer": "ann"}, None),
]


@pytest.mark.parametrize(("collection", "query", "sort"), QUERIES)
async def test_a_query_is_answered_by_an_index_without_sorting(
    runtime: Runtime[VolunteersSettings], collection: str, query: dict[str, Any], sort: str | None
) -> None:
    kept = runtime.database[collection]
    await kept.insert_one({"_id": "one", "state": {"community": HERE}})
    found = kept.find(query)
    if sort is not None:
        direction = -1 if sort == "at" else 1
        found = found.sort([(sort, direction), ("_id", direction)])
    plan = (await found.explain())["queryPlanner"]["winningPlan"]
    stages = _stages(plan)
    assert "IXSCAN" in stages, plan
    assert "COLLSCAN" not in stages
    assert sort is None or "SORT" not in stages, plan


def _stages(plan: dict[str, Any]) -> set[str]:
    inner = [plan.get("inputStage"), *plan.get("inputStages", ()), plan.get("queryPlan")]
    return {plan.get("stage", "")}.union(*(_stages(stage) for stage in inner if stage))
