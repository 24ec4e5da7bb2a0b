"""A walk may be sent in any parts, any number of times; its visits become figures and cases exactly once."""

import asyncio
from typing import Any

import pytest

from services.chassis.aggregate import event_from
from services.chassis.errors import NotYours
from services.chassis.runtime import Runtime
from services.chassis.store.mongo import Database
from services.chassis.subscriber.handlers import Handlers
from services.contracts.issues import CaseStatus, RoundStatus, RoundWalked, VisitRecorded
from services.issues.rounds.domain.figures import complete_round
from services.issues.rounds.domain.visits import RecordVisit, Visit
from services.issues.rounds.walks import SIDE_BY_SIDE, Outcome
from services.issues.settings import IssuesSettings
from tests.integration.issues.kept import Kept
from tests.integration.issues.opening import hear
from tests.integration.issues.rounds.walking import (
    ME,
    a_record,
    count,
    found,
    plan,
    register_places,
    visits_of,
    walk,
    walks,
)
from tests.unit.issues.world import NEIGHBOUR, WALKER

RECORDS: list[dict[str, Any]] = [
    a_record("v1", 1, 0, [found("f1", fixed=True), found("f2", fixed=False, title="三楼灯坏", note="左侧第二盏")]),
    a_record("v2", 2, 0),
    a_record("v3", 1, 1, [found("f1", fixed=False, spot="电梯口")]),
    a_record("v4", 1, 1),
]


async def hear_all(handlers: Handlers, db: Database, visits: list[Visit], times: int) -> None:
    await asyncio.gather(
        *(hear(handlers, db, event_from(VisitRecorded, visit), visit.id) for visit in visits for _ in range(times))
    )


async def test_any_part_sent_any_number_of_times_at_once_stands_once(store: Kept) -> None:
    await register_places(store)
    round = await plan(store)
    walking = await walk(store, round)
    sendings = [RECORDS[:2], RECORDS[::-1], RECORDS[2:] + RECORDS[:3], RECORDS]

    results = await asyncio.gather(*(walking.record_all(part) for part in sendings))

    outcomes = [result.outcome for part in results for result in part]
    assert outcomes.count(Outcome.RECORDED) == 4
    assert outcomes.count(Outcome.ALREADY) == sum(map(len, sendings)) - 4
    assert len(await visits_of(store, round)) == 4


async def test_a_walk_does_not_wait_behind_itself_for_too_long_when_reading_is_behind(
    store: Kept, runtime: Runtime[IssuesSettings]
) -> None:
    await register_places(store)
    walking = await walk(store, await plan(store))
    waited = list[int]()

    def behind() -> float:
        waited.append(runtime.throttle.waiting)
        return 1.0

    runtime.throttle.pressure = behind
    visits = 4 * SIDE_BY_SIDE

    results = await walking.record_all([a_record(f"v{n}") for n in range(visits)])

    assert [result.outcome for result in results] == [Outcome.RECORDED] * visits
    assert 1 < max(waited) <= SIDE_BY_SIDE


async def test_a_bad_record_is_refused_alone(store: Kept) -> None:
    await register_places(store)
    walking = await walk(store, await plan(store))
    wrong = [
        {"id": "w1", "building": "nowhere", "floor": 1},
        {**a_record("w2"), "floor": 99},
        {**a_record("w3"), "13812345678": "x"},
        {"building": 1},
        a_record("w5", findings=[found("f", fixed=True, after=["photo-of-somebody-else"])]),
        a_record("w6", findings=[found("f", fixed=True, category="ufo")]),
        a_record("w7", findings=[found("f1", fixed=True), found("f2", fixed=True, category="lighting")]),
        {**a_record("w8"), "findings": [found("f1", fixed=True), {"id": "f2"}, {"id": "f3", "note": 7}]},
        "13812345678",
    ]

    results = await walking.record_all([*wrong, RECORDS[1]])

    codes = [None if result.error is None else result.error.code for result in results]
    assert codes == [
        "visit.building-not-in-round",
        "visit.no-such-floor",
        "visit.malformed",
        "visit.malformed",
        "photo.not-yours",
        "category.unknown",
        "visit.fix-needs-photo",
        "visit.malformed",
        "visit.malformed",
        None,
    ]
    blamed = [[(fault.index, fault.id) for fault in result.faults] for result in results]
    assert blamed == [[], [], [], [], [(0, "f")], [(0, "f")], [(1, "f2")], [(1, "f2"), (2, "f3")], [], []]
    assert "13812345678" not in str([result.error for result in results])


async def test_another_content_under_the_same_id_is_refused_and_the_first_stays(store: Kept) -> None:
    await register_places(store)
    round = await plan(store)
    walking = await walk(store, round)
    await walking.record_all(RECORDS)

    [result] = await walking.record_all([a_record("v2", 3)])

    assert result.error is not None
    assert result.error.code == "visit.recorded-otherwise"
    standing = {(visit.client_id, visit.floor) for visit in await visits_of(store, round)}
    assert standing == {("v1", 1), ("v2", 2), ("v3", 1), ("v4", 1)}


async def test_the_round_counts_each_visit_once_however_often_it_is_delivered_at_once(
    store: Kept, handlers: Handlers, db: Database
) -> None:
    await register_places(store)
    round = await plan(store)
    await (await walk(store, round)).record_all(RECORDS)
    visits = await visits_of(store, round)

    await asyncio.gather(hear_all(handlers, db, visits, 3), count(store), count(store))
    await asyncio.gather(count(store), count(store))

    assert await count(store) == 0
    counted = (await store.rounds.get(round.id)).aggregate
    assert (counted.visits, counted.findings, counted.fixed_on_the_spot, counted.handed_over) == (4, 3, 1, 2)
    assert (counted.floors_visited, len(counted.covered), counted.status) == (3, 2, RoundStatus.WALKING)
    cases = (await store.cases.select({"state.round": round.id})).items
    assert {stored.version for stored in cases} == {1}
    assert {(c.aggregate.title, c.aggregate.spot) for c in cases} == {("三楼灯坏", None), (None, "电梯口")}
    assert {c.aggregate.status for c in cases} == {CaseStatus.ACCEPTED}
    promised = {finding.case for visit in visits for finding in visit.findings if finding.case}
    assert {c.aggregate.id for c in cases} == promised


async def test_the_summary_waits_for_the_last_visit_and_a_walk_sent_again_afterwards_is_answered(
    store: Kept, handlers: Handlers, db: Database
) -> None:
    await register_places(store)
    round = await plan(store)
    await (await walk(store, round)).record_all(RECORDS)
    visits = await visits_of(store, round)
    over = await store.rounds.change(round.id, lambda r, now: complete_round(r, 4, WALKER, now), ME)
    assert over.aggregate.status is RoundStatus.WALKED
    assert await count(store) == 0

    again = await (await walk(store, round)).record_all([*RECORDS, a_record("v9", 9)])
    assert [result.outcome for result in again] == [Outcome.ALREADY] * 4 + [Outcome.REFUSED]

    await hear(handlers, db, event_from(RoundWalked, over.aggregate, recorded=4), round.id, over.version)
    await hear_all(handlers, db, visits[:1], 2)
    assert await count(store) == 1
    done = (await store.rounds.get(round.id)).aggregate
    assert (done.status, done.visits) == (RoundStatus.COMPLETED, 4)
    assert done.summary is not None
    assert (done.summary.compound_covered, done.summary.compound_buildings) == (2, 3)


async def test_only_the_walker_or_staff_open_a_walk(store: Kept) -> None:
    await register_places(store)
    round = await plan(store)
    with pytest.raises(NotYours):
        await walks(store).open(round.id, NEIGHBOUR, ME)


async def test_one_visit_twice_gives_the_same(store: Kept) -> None:
    await register_places(store)
    walking = await walk(store, await plan(store))
    command = RecordVisit.model_validate(RECORDS[0])
    first, second = await walking.record(command), await walking.record(command)
    assert (first[0], second[0]) == (Outcome.RECORDED, Outcome.ALREADY)
    assert first[1] == second[1]
