"""What was there before it was kept who may know: made right once, and again whenever its states are asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from services.chassis.aggregate import derived_id
from services.chassis.relay.republish import RepublishRequests
from services.chassis.room import Room
from services.chassis.store.mongo import Database
from services.contracts.issues import CaseState, CaseWithheldState
from services.contracts.topics import ISSUES
from services.issues.supports.domain.supports import Subject, first_support
from tests.integration import standing
from tests.integration.issues.calling import Api, a_community
from tests.integration.issues.kept import Kept
from tests.integration.issues.listening import Record, Running
from tests.integration.issues.rounds.walking import BUILDINGS, ME, plan, register_places
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, WALKER
from tests.waiting import eventually


async def test_what_older_versions_left_is_made_right_once(api: Api, store: Kept, opened: Sequence[Room]) -> None:
    await register_places(store)
    building, round = BUILDINGS[0].id, await plan(store)
    findings = [{"id": code, "category": code, "title": "x", "fixed": False} for code in ("hardship", "noise")]
    body = {"id": "v1", "building": building, "floor": 2, "findings": findings}
    visit = (await api.made(WALKER, f"/rounds/{round.id}/visits", body))["id"]
    secret = (await api.made(RESIDENT, "/cases", {"community": HERE, "category": "hardship", "place": building}))["id"]
    part = (await api.made(STAFF, f"/cases/{secret}/children", {"category": "noise", "title": "x"}))["id"]
    await store.cases.collection.update_many({}, {"$unset": {"state.within_private": ""}})
    await store.visits.collection.update_many({}, {"$unset": {"state.findings.$[].public": ""}})
    versions = {id: (await store.cases.get(id)).version for id in (secret, part)}

    older = standing.sweep(opened, "publicity")
    assert await older.once(lambda: datetime.now(UTC)) == 1
    for id, version in versions.items():
        stored = await store.cases.get(id)
        assert not stored.aggregate.is_public
        assert stored.version > version, "it is said to those who keep copies"
    kept = (await store.visits.get(visit)).aggregate
    assert [finding.category for finding in kept.public().findings] == ["noise"]
    assert await older.once(lambda: datetime.now(UTC)) == 0


async def test_states_that_are_asked_for_again_are_withheld_again(running: Running, db: Database) -> None:
    """So `services restate issues` puts a topic right on which an older version has shown all."""
    _, [building, *_] = await a_community(running.api, buildings=1)
    body = {"community": HERE, "category": "hardship", "place": building, "text": "很难"}
    id = (await running.api.made(RESIDENT, "/cases", body))["id"]

    async def states(many: int) -> list[Record] | None:
        found = [each for each in await running.read(ISSUES.state) if each.envelope.aggregate_id == id]
        return found if len(found) >= many else None

    await eventually(lambda: states(2))
    await RepublishRequests(db).ask("case", [id])
    told: list[tuple[Any, bool]] = [
        (each.envelope.type, each.data is None) for each in await eventually(lambda: states(4))
    ]
    assert told == [(CaseState.type, True), (CaseWithheldState.type, False)] * 2


async def test_who_supports_what_and_where_it_was_found_can_not_be_tried_with_ids(api: Api, store: Kept) -> None:
    """Topics carry the ids of what is withheld, beside those of all people, cases and visits."""
    await register_places(store)
    building, round = BUILDINGS[0].id, await plan(store)
    findings = [{"id": "f1", "category": "hardship", "title": "x", "fixed": False}]
    body = {"id": "v1", "building": building, "floor": 2, "findings": findings}
    visits = [(await api.post(WALKER, f"/rounds/{round.id}/visits", body)).json for _ in range(2)]
    assert visits[0] == visits[1], "it is found again when it is sent again"
    visit = (await store.visits.get(visits[0]["id"])).aggregate
    assert visit.findings[0].case not in (None, derived_id("case", visit.id, "f1"))

    secret = (await api.made(RESIDENT, "/cases", {"community": HERE, "category": "hardship", "place": building}))["id"]
    for _ in range(2):
        await api.post(STAFF, f"/cases/{secret}/support", {"person": NEIGHBOUR.sub})
    [support] = await store.supports.collection.find({}).to_list(2)
    assert support["_id"] != derived_id("support", secret, NEIGHBOUR.sub)


async def test_what_was_named_by_a_plain_digest_is_still_found(api: Api, store: Kept) -> None:
    await register_places(store)
    building, round = BUILDINGS[0].id, await plan(store)
    body = {
        "id": "v1",
        "building": building,
        "floor": 2,
        "findings": [{"id": "f1", "category": "noise", "fixed": False}],
    }
    visit = (await api.made(WALKER, f"/rounds/{round.id}/visits", body))["id"]
    await store.visits.collection.update_one({"_id": visit}, {"$set": {"state.findings.0.case": "case-of-old"}})
    assert (await api.post(WALKER, f"/rounds/{round.id}/visits", body)).json["id"] == visit

    case = (await api.made(RESIDENT, "/cases", {"community": HERE, "category": "noise", "place": building}))["id"]
    id = derived_id("support", case, NEIGHBOUR.sub)
    await store.supports.create(
        id, lambda now: first_support(id, case, Subject.CASE, HERE, NEIGHBOUR.sub, NEIGHBOUR, now), ME
    )
    for method in (api.post, api.delete, api.post):
        await method(NEIGHBOUR, f"/cases/{case}/support")
    kept = await store.supports.collection.find({}).to_list(2)
    assert [(each["_id"], each["state"]["active"]) for each in kept] == [(id, True)]
