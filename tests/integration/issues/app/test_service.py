"""The whole service on real MongoDB and Kafka: what it tells the world, and what it makes of what it hears."""

from typing import Any

from services.chassis.clock import utc_now
from services.chassis.store.mongo import Database
from services.contracts.envelope import Envelope
from services.contracts.event import events, fold
from services.contracts.issues import CaseReported, PersonDataErased, RoundCompleted, VisitRecorded
from services.contracts.notices import PersonErasureRequested
from services.contracts.topics import ISSUES, NOTICES
from tests.integration.issues.calling import a_community
from tests.integration.issues.listening import Record, Running
from tests.unit.issues.world import HANDLER, HERE, RESIDENT, STAFF, SUPERVISOR, WALKER
from tests.waiting import eventually

PHONE = "13812345678"
STARTS = "2026-01-05T09:00:00+08:00"


async def the_walk(running: Running) -> tuple[str, str]:
    """Two floors with three findings, one of them handed over; the round and the case that came of it."""
    api = running.api
    unit, buildings = await a_community(api)
    round = await api.made(WALKER, "/rounds", {"community": HERE, "buildings": buildings, "starts_at": STARTS})
    at = f"/rounds/{round['id']}"
    handed_over = {"id": "f3", "category": "lighting", "fixed": False, "title": f"灯坏 {PHONE}", "note": "左侧第二盏"}
    shown = [(await api.photo(WALKER)).json["id"] for _ in range(2)]
    fixed = [{"id": f"f{n}", "category": "wall", "fixed": True, "after": [each]} for n, each in enumerate(shown, 1)]
    walk = [
        {"id": "v1", "building": buildings[0], "floor": 3, "findings": [*fixed, handed_over]},
        {"id": "v2", "building": buildings[1], "floor": 1},
    ]
    for _ in range(2):
        await api.made(WALKER, f"{at}/visits/batch", {"visits": walk})
    await api.made(WALKER, f"{at}/complete", None)

    async def completed() -> Any:
        found = (await api.get(STAFF, at)).json
        return found if found["status"] == "completed" else None

    summary = await eventually(completed)
    assert (summary["buildings_covered"], summary["buildings_planned"], summary["floors_visited"]) == (2, 3, 2)
    assert (summary["findings"], summary["fixed_on_the_spot"], summary["handed_over"]) == (3, 2, 1)

    async def cases() -> Any:
        return (await api.get(STAFF, "/cases", community=HERE, round=round["id"])).json["items"]

    [case] = await eventually(cases)
    await api.made(STAFF, f"/cases/{case['id']}/dispatch", {"unit": unit})
    photo = (await api.photo(HANDLER)).json["id"]
    for by, command, body in (
        (HANDLER, "handle", {"photos": [photo]}),
        (SUPERVISOR, "verify", {}),
    ):
        await api.made(by, f"/cases/{case['id']}/{command}", body)
    return round["id"], case["id"]


async def told(running: Running, type: str) -> list[Record]:
    """The facts of a type, once there is one."""

    async def found() -> list[Record]:
        return [record for record in await running.read(ISSUES.name) if record.envelope.type == type]

    return list(await eventually(found))


async def test_a_finding_of_a_round_goes_all_the_way_and_every_step_is_told_once_in_order(running: Running) -> None:
    round, case = await the_walk(running)
    await told(running, "cn.community.issues.case.verified.v1")

    facts = await running.read(ISSUES.name)

    by_aggregate: dict[str, list[Record]] = {}
    for record in facts:
        by_aggregate.setdefault(record.envelope.aggregate_id, []).append(record)
    for records in by_aggregate.values():
        assert [record.envelope.sequence for record in records] == list(range(1, len(records) + 1))
    life = [record.envelope.type.split(".")[-2] for record in by_aggregate[case]]
    assert life == ["reported", "dispatched", "handled", "verified"]
    assert sum(record.envelope.type == RoundCompleted.type for record in facts) == 1
    assert sum(record.envelope.type == VisitRecorded.type for record in facts) == 2
    reported = by_aggregate[case][0]
    visit = next(r for r in facts if r.envelope.type == VisitRecorded.type and r.data and r.data["findings"])
    assert reported.envelope.causationid == visit.envelope.id
    assert reported.data is not None
    assert (reported.data["round"], reported.data["reporter"]) == (round, WALKER.sub)
    everything = str([record.data for record in facts])
    for private in (PHONE, "左侧第二盏", "handlers", "note"):
        assert private not in everything


async def test_a_stranger_who_folds_the_facts_has_the_states(running: Running) -> None:
    await the_walk(running)
    await told(running, "cn.community.issues.case.verified.v1")

    async def states() -> dict[str, Any] | None:
        folded: dict[str, dict[str, Any]] = {}
        for record in await running.read(ISSUES.name):
            state = events()[record.envelope.type].state
            assert record.data is not None
            if state is not None:
                id = record.envelope.aggregate_id
                folded[id] = fold(folded.get(id, {}), state, record.data)
        shown = {r.envelope.aggregate_id: r.data for r in await running.read(ISSUES.state)}
        return folded if shown == folded else None

    assert await eventually(states)


async def test_an_erasure_asked_for_is_answered_once_and_done(running: Running, db: Database) -> None:
    api = running.api
    _, [building, *_] = await a_community(api)
    body = {"community": HERE, "category": "noise", "place": building, "text": "很吵", "contact": {"phone": PHONE}}
    case = await api.made(RESIDENT, "/cases", body)
    asked = PersonErasureRequested(person=RESIDENT.sub, request="person-1", requested_at=utc_now(), by=RESIDENT.sub)
    envelope = Envelope(
        id="person-1.2",
        type=PersonErasureRequested.type,
        source="urn:community:notify",
        subject="person/person-1",
        time=utc_now(),
        sequence=2,
        partitionkey="person-1",
        community=HERE,
    )
    for _ in range(2):
        await running.publish(NOTICES.name, envelope, asked)

    [answer] = await told(running, PersonDataErased.type)

    assert answer.data == {"person": RESIDENT.sub, "request": "person-1"}
    assert answer.envelope.causationid == "person-1.2"
    left = (await api.get(STAFF, f"/cases/{case['id']}")).json
    assert (left["reporter"], left["contact"], left["inside"]["text"]) == (None, None, None)
    kept = await db["cases"].find({}).to_list(10)
    assert PHONE not in str(kept)
    [reported] = await told(running, CaseReported.type)
    assert PHONE not in str(reported.data)
