"""What routing keeps: dispatches written once, the accuracy published once a day, and an index for every question."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.store.mongo import Database
from services.contracts.issues.routing import DispatchSource, ModelStatus
from services.issues.routing.dispatches import DispatchRecord
from services.issues.routing.domain.accuracy import DispatchOutcome, accuracy_id
from services.issues.routing.examples import FILED
from services.issues.routing.sweeps import AccuracyCounting, accuracy_of
from tests.integration.issues.kept import Kept
from tests.unit.issues.world import HERE, NOW, UNIT

TODAY = datetime(2024, 1, 29, 15, 59, tzinfo=UTC)
"""A minute before midnight in Shanghai."""


def a_dispatch(
    case: str, seq: int, unit: str = UNIT.id, source: DispatchSource = DispatchSource.PERSON
) -> DispatchRecord:
    return DispatchRecord(case, seq, HERE, unit, "lighting", source, NOW + timedelta(minutes=seq))


async def outcomes(store: Kept, case: str) -> list[tuple[int, str]]:
    return [(hop["seq"], hop["outcome"]) for hop in await store.routing.dispatches.of(case)]


async def test_a_case_that_wanders_is_counted_hop_by_hop_and_once(store: Kept) -> None:
    kept = store.routing.dispatches
    for _ in range(2):
        await kept.began(a_dispatch("case-1", 3, "unit-1"))
        await kept.began(a_dispatch("case-1", 4, "unit-1"))
        await kept.began(a_dispatch("case-1", 5, "unit-2"))
        await kept.ended("case-1", 6, DispatchOutcome.RETURNED)
        await kept.began(a_dispatch("case-1", 7, "unit-3"))
        await kept.ended("case-1", 9, DispatchOutcome.HANDLED)
        assert await outcomes(store, "case-1") == [
            (3, "repeated"),
            (4, "reassigned"),
            (5, "returned"),
            (7, "handled"),
        ]
    assert await kept.returned_by("case-1") == {"unit-2"}
    assert await kept.corrected(HERE) == {"case-1"}
    figures = await accuracy_of(store.routing.dispatches, HERE, NOW, NOW + timedelta(days=1))
    overall = figures.overall
    assert (overall.dispatches, overall.cases, overall.hops, overall.decided) == (3, 1, 3.0, 3)


async def test_an_event_that_comes_late_again_ends_no_later_dispatch(store: Kept) -> None:
    kept = store.routing.dispatches
    await kept.began(a_dispatch("case-1", 3))
    await kept.ended("case-1", 4, DispatchOutcome.RETURNED)
    await kept.began(a_dispatch("case-1", 5))
    await kept.ended("case-1", 4, DispatchOutcome.RETURNED)
    assert await outcomes(store, "case-1") == [(3, "returned"), (5, "open")]


async def test_the_accuracy_is_published_once_a_day_as_days_are_in_shanghai(store: Kept, db: Database) -> None:
    for case in range(6):
        await store.routing.dispatches.began(a_dispatch(f"case-{case}", 3))
        await store.routing.dispatches.ended(
            f"case-{case}", 4, DispatchOutcome.HANDLED if case else DispatchOutcome.RETURNED
        )
    counting = AccuracyCounting(store.routing)
    assert await counting.once(lambda: TODAY) == 1
    assert await counting.once(lambda: TODAY) == 0
    assert await counting.once(lambda: TODAY + timedelta(minutes=2)) == 1

    document = await db["dispatch_accuracies"].find_one({"_id": accuracy_id(HERE)})
    assert document is not None
    assert [entry["type"] for entry in document["outbox"]] == [
        "cn.community.issues.dispatch-accuracy.counted.v1",
        "cn.community.issues.dispatch-accuracy.counted.v1",
    ]
    told = document["outbox"][-1]["data"]
    assert (told["overall"]["accuracy"], told["overall"]["decided"]) == (round(5 / 6, 4), 6)
    assert [(line["unit"], line["accuracy"]) for line in told["units"]] == [(UNIT.id, round(5 / 6, 4))]


def stages(explained: Any) -> set[str]:
    found: set[str] = set()
    waiting = [explained]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("stage"), str):
                found.add(node["stage"])
            waiting.extend(value for name, value in node.items() if name != "rejectedPlans")
        elif isinstance(node, list):
            waiting.extend(node)
    return found


async def test_every_question_has_an_index(store: Kept, db: Database) -> None:
    await store.routing.dispatches.began(a_dispatch("case-1", 3))
    period = {"community": HERE, "at": {"$gte": NOW, "$lt": TODAY}, "outcome": {"$ne": "repeated"}}
    asked: dict[str, dict[str, Any]] = {
        "dispatches": {"community": HERE, "outcome": {"$in": ["returned", "reassigned"]}},
        "cases": {"state.community": HERE, "state.status": {"$in": list(FILED)}},
        "routing_models": {"state.status": ModelStatus.ASKED},
        "rehearsals": {"state.done_at": None},
        "suggestions": {"community": HERE, "filed": True},
        "routing_corrections": {"community": HERE},
        "routing_learnt": {"cases": {"$in": ["case-1"]}},
        "routing_numbers.files": {"filename": "model-1"},
    }
    for collection, query in asked.items():
        found = stages(await db[collection].find(query).explain())
        assert "COLLSCAN" not in found, collection
        assert "IXSCAN" in found, collection
    for query in ({"case": "case-1", "outcome": "returned"}, {"case": "case-1", "seq": {"$lt": 4}}):
        assert "COLLSCAN" not in stages(await db["dispatches"].find(query).explain())
    group = {"$group": {"_id": {"source": "$source", "unit": "$unit"}, "dispatches": {"$sum": 1}}}
    explained = await db.command(
        "explain", {"aggregate": "dispatches", "pipeline": [{"$match": period}, group], "cursor": {}}
    )
    found = stages(explained)
    assert "COLLSCAN" not in found
    assert "FETCH" not in found
