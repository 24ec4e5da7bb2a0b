"""A round in the store, what its walker sends, and what the service hears of its own visits."""

from typing import Any

from services.chassis.aggregate import new_id
from services.chassis.clock import utc_now
from services.chassis.store.aggregates import Cause
from services.issues.cases.evidence import Evidence
from services.issues.rounds.domain.rounds import PlanRound, Round, plan_round
from services.issues.rounds.domain.visits import Visit
from services.issues.rounds.recount import Recount
from services.issues.rounds.walks import Walk, Walks
from tests.integration.issues.kept import Kept
from tests.unit.issues.world import HERE, STAFF, WALKER, a_building, a_compound

ME = Cause(WALKER.sub)
BUILDINGS = [a_building(number) for number in range(1, 4)]


async def register_places(store: Kept) -> None:
    """The compound and its buildings."""
    for place in (a_compound(), *BUILDINGS):
        document = place.model_dump(exclude={"id"})
        await store.places.stored.collection.insert_one({"_id": place.id, "v": 1, "at": utc_now(), "state": document})


async def plan(store: Kept) -> Round:
    """A round through all buildings."""
    id = new_id("round")
    command = PlanRound(
        community=HERE, buildings=tuple(b.id for b in BUILDINGS), walker=WALKER.sub, starts_at=utc_now()
    )
    stored = await store.rounds.create(id, lambda now: plan_round(id, command, BUILDINGS, STAFF, now), Cause(STAFF.sub))
    return stored.aggregate


def walks(store: Kept) -> Walks:
    """What opens walks, on `store`."""
    evidence = Evidence(store.photos, store.cases, store.visits)
    return Walks(store.rounds, store.visits, store.places, store.catalogues, store.photos, evidence)


async def walk(store: Kept, round: Round) -> Walk:
    """The walk of the round's walker."""
    return await walks(store).open(round.id, WALKER, ME)


def a_record(
    id: str, floor: int = 1, building: int = 0, findings: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """One floor as the walker's device sends it."""
    return {"id": id, "building": BUILDINGS[building].id, "floor": floor, "findings": findings or []}


def found(id: str, *, fixed: bool, **fields: Any) -> dict[str, Any]:
    """One finding as the walker's device sends it."""
    return {"id": id, "category": "noise", "fixed": fixed, **fields}


async def count(store: Kept) -> int:
    """Let the sweep count what asks for it."""
    database: Any = store.rounds.collection.database
    return await Recount(walks(store), database).once(utc_now)


async def visits_of(store: Kept, round: Round) -> list[Visit]:
    """All visits of the round."""
    page = await store.visits.select({"state.round": round.id}, limit=200)
    return [stored.aggregate for stored in page.items]
