"""Erasure and models: what has learnt from somebody's words is destroyed, and learnt anew without them."""

from typing import Any

from services.chassis.clock import utc_now
from services.chassis.store.aggregates import Cause
from services.chassis.store.mongo import Database
from services.chassis.subscriber.handlers import Handlers
from services.contracts.issues import CaseAnonymised
from services.contracts.notices import PersonErasureRequested
from services.issues.routing.domain.model import successor_id
from services.issues.routing.forgetting import forget
from services.issues.routing.sweeps import Training
from services.issues.routing.weights import BUCKET, LEARNT
from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.opening import hear
from tests.integration.issues.routing.dispatching import RESIDENTS, Past, taught
from tests.unit.issues.world import HERE, STAFF

MINE = RESIDENTS[1]


async def erased(handlers: Handlers, db: Database, person: str) -> None:
    request = PersonErasureRequested(person=person, request="req-1", requested_at=utc_now(), by=person)
    await hear(handlers, db, request, "erasure-req-1", 3)


async def numbers(db: Database) -> list[str]:
    return [file["filename"] async for file in db[f"{BUCKET}.files"].find()]


async def test_the_model_in_use_is_destroyed_and_replaced_by_one_that_never_saw_the_words(
    api: Api, store: Kept, db: Database, handlers: Handlers, past: Past
) -> None:
    model = await taught(api, store)
    await api.made(STAFF, "/routing/model/switch", {"community": HERE, "model": model["id"]})
    theirs = {d["_id"] async for d in db["cases"].find({"state.reporter": MINE.sub}, {"_id": 1})}
    assert len(theirs) == 15

    await erased(handlers, db, MINE.sub)

    assert await numbers(db) == []
    assert await db[f"{BUCKET}.chunks"].count_documents({}) == 0
    assert await db[LEARNT].count_documents({}) == 0
    routing = (await api.get(STAFF, "/routing", community=HERE)).json
    assert (routing["model"], routing["awaiting"]) == (None, model["id"])
    assert (await api.get(STAFF, f"/routing/models/{model['id']}")).json["status"] == "withdrawn"
    typed = await api.post(STAFF, "/routing/suggest", {"community": HERE, "text": "路灯不亮"})
    assert typed.json["categories"] == []

    await Training(store.cases, store.routing).once(utc_now)

    routing = (await api.get(STAFF, "/routing", community=HERE)).json
    assert (routing["model"], routing["awaiting"]) == (successor_id(model["id"]), None)
    [learnt] = await db[LEARNT].find().to_list(None)
    assert len(learnt["cases"]) == 45
    assert theirs.isdisjoint(learnt["cases"])


async def test_words_that_go_while_a_model_is_trained_are_not_in_it(
    api: Api, store: Kept, db: Database, handlers: Handlers, past: Past
) -> None:
    asked = await api.made(STAFF, "/routing/models", {"community": HERE})
    keep, gone = store.routing.weights.keep, past.cases[0]

    async def erase_meanwhile(model: str, parts: Any, cases: Any) -> None:
        await db["cases"].update_one({"_id": gone}, {"$set": {"state.text": None, "state.words_gone": True}})
        await keep(model, parts, cases)

    object.__setattr__(store.routing.weights, "keep", erase_meanwhile)
    await Training(store.cases, store.routing).once(utc_now)
    assert await numbers(db) == []
    assert (await api.get(STAFF, f"/routing/models/{asked['id']}")).json["status"] == "asked"

    object.__setattr__(store.routing.weights, "keep", keep)
    await Training(store.cases, store.routing).once(utc_now)
    assert (await api.get(STAFF, f"/routing/models/{asked['id']}")).json["status"] == "ready"
    [learnt] = await db[LEARNT].find().to_list(None)
    assert gone not in learnt["cases"]


async def test_forgetting_that_was_interrupted_goes_on_where_it_was(
    api: Api, store: Kept, db: Database, handlers: Handlers, past: Past
) -> None:
    model = await taught(api, store)
    await api.made(STAFF, "/routing/model/switch", {"community": HERE, "model": model["id"]})
    weights = store.routing.weights
    kept = await db[LEARNT].find_one({"_id": model["id"]})

    await forget(store.routing, past.cases[:1], Cause("system"))
    assert kept is not None
    await db[LEARNT].insert_one(kept)  # as if the last step had not been reached
    await forget(store.routing, past.cases[:1], Cause("system"))

    assert await weights.learnt_from(past.cases) == []
    assert (await store.routing.models.get(successor_id(model["id"]))).version == 1
    assert (await store.routing.models.get(model["id"])).version == 3


async def test_words_that_go_for_any_other_reason_are_forgotten_as_well(
    api: Api, store: Kept, db: Database, handlers: Handlers, past: Past
) -> None:
    await taught(api, store)
    await hear(handlers, db, CaseAnonymised(reporter=None, photos=0), past.cases[0], 99)
    assert await numbers(db) == []
