"""Every way the service looks for something is answered from an index, and deadlines are swept once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.clock import utc_now
from services.chassis.store.mongo import Database
from services.chassis.sweeper import Sweep
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.clock import ClockState, tick
from services.issues.cases.store import cases_come_due, shown_in
from services.issues.places.service import standing_in
from services.issues.rounds.store import found_in_any, plans_to_advance
from services.issues.shared.queries import matching
from tests.integration.issues.explaining import stages
from tests.integration.issues.kept import Kept
from tests.integration.issues.rounds.walking import BUILDINGS, register_places
from tests.unit.issues.world import HERE, NOW, a_case

LISTS: list[tuple[str, dict[str, Any]]] = [
    ("cases", matching(HERE)),
    ("cases", matching(HERE, status=[CaseStatus.HANDLED, CaseStatus.REPORTED])),
    ("cases", matching(HERE, unit="u", overdue=True)),
    ("cases", matching(HERE, building="b", category="lighting")),
    ("cases", matching(HERE, first_unit="u")),
    ("cases", matching(HERE, round="r")),
    ("cases", matching(HERE, reporter="p")),
    ("cases", {"state.reporter": "p"}),
    ("cases", shown_in("photo")),
    ("visits", matching(HERE, round="r", building="b")),
    ("visits", {"state.round": "r"}),
    ("visits", found_in_any(["photo"])),
    ("rounds", matching(HERE, status="planned")),
    ("rounds", matching(HERE, walker="w")),
    ("roundplans", matching(HERE, status="running")),
    ("roundplans", plans_to_advance(NOW)),
    ("visits", {"state.building": {"$in": ["b", "c"]}}),
    ("wishes", matching(HERE, status="open")),
    ("wishes", {"$or": [{"state.proposer": "p"}, {"state.people": "p"}]}),
    ("units", matching(HERE)),
    ("places", matching(HERE, kind="building", parent="p")),
    ("places", matching(HERE) | standing_in("p")),
    ("places", matching(HERE, number=9)),
    ("places", matching(HERE, grid="110105012003001")),
    ("places", standing_in("p")),
    ("places", {"state.parent": "p"}),
    ("photos", {"owner": "p"}),
]


@pytest.mark.parametrize(("collection", "query"), LISTS, ids=lambda value: str(value)[:70])
async def test_no_query_reads_a_whole_collection(
    store: Kept, db: Database, collection: str, query: dict[str, Any]
) -> None:
    explained = await db[collection].find(query).sort([("at", -1), ("_id", -1)]).limit(51).explain()
    used = stages(explained["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in used
    assert used & {"IXSCAN", "OR", "SORT_MERGE"}


async def test_due_cases_are_found_by_their_own_index(store: Kept, db: Database) -> None:
    explained = await db["cases"].find(cases_come_due(utc_now())).limit(200).explain()
    plan = explained["queryPlanner"]["winningPlan"]
    assert stages(plan) & {"COLLSCAN", "SORT"} == set()
    assert "'tick'" in str(plan)


async def put(store: Kept, id: str, status: CaseStatus, due_in: timedelta | None) -> None:
    due_at = None if due_in is None else utc_now() + due_in
    case = a_case(status)
    case = replace(ClockState.of(case).stopped(), due_at=due_at).on(case).model_copy(update={"id": id})
    document = case.model_dump(exclude={"id"})
    await store.cases.collection.insert_one({"_id": id, "v": 1, "at": utc_now(), "state": document})


async def test_each_overdue_case_is_told_once(store: Kept) -> None:
    hour = timedelta(hours=1)
    await put(store, "late", CaseStatus.DISPATCHED, -hour)
    await put(store, "late-again", CaseStatus.SENT_BACK, -hour)
    await put(store, "in-time", CaseStatus.IN_PROGRESS, hour)
    await put(store, "done", CaseStatus.HANDLED, -hour)
    await put(store, "without", CaseStatus.ACCEPTED, None)
    sweep = Sweep("case-clock", store.cases, cases_come_due, tick)

    assert [await sweep.once(utc_now), await sweep.once(utc_now)] == [2, 0]

    told = await store.cases.collection.find({"outbox.type": {"$regex": "overdue"}}).to_list(10)
    assert {document["_id"] for document in told} == {"late", "late-again"}


async def test_places_are_read_once_and_unknown_ones_are_not_remembered(store: Kept, db: Database) -> None:
    wanted = [building.id for building in BUILDINGS]
    assert await store.places.those_of(wanted) == {}
    await register_places(store)
    assert set(await store.places.those_of([*wanted, "nowhere"])) == set(wanted)
    await db["places"].drop()
    assert (await store.places.get(wanted[0])).number == 1


async def test_a_page_follows_a_page(store: Kept) -> None:
    for number in range(7):
        await put(store, f"case-{number}", CaseStatus.ACCEPTED, None)
    first = await store.cases.select(matching(HERE), limit=4)
    second = await store.cases.select(matching(HERE), limit=4, cursor=first.next)
    ids = [stored.aggregate.id for stored in (*first.items, *second.items)]
    assert sorted(ids) == [f"case-{number}" for number in range(7)]
    assert second.next is None
