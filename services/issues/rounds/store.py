"""The kinds, indexes and queries of rounds, their visits, and plans of rounds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.contracts.issues import RoundPlanState, RoundPlanStatus, RoundState, VisitState
from services.contracts.topics import ISSUES
from services.issues.rounds.domain.plans import RoundPlan
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Visit
from services.issues.shared.queries import by, by_newest

ROUNDS = Kind(name="round", collection="rounds", model=Round, topic=ISSUES, state=RoundState, zh="巡查", en="round")
ROUND_PLANS = Kind(
    name="roundplan",
    collection="roundplans",
    model=RoundPlan,
    topic=ISSUES,
    state=RoundPlanState,
    zh="巡查计划",
    en="plan of rounds",
)
VISITS = Kind(name="visit", collection="visits", model=Visit, topic=ISSUES, state=VisitState, zh="走访记录", en="visit")
KINDS = (ROUNDS, ROUND_PLANS, VISITS)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    ROUNDS.collection: [by_newest("community"), by_newest("community", "status"), by_newest("walker")],
    ROUND_PLANS.collection: [
        by_newest("community"),
        by_newest("community", "status"),
        IndexModel([("state.status", ASCENDING), ("state.name_at", ASCENDING)], name="naming"),
    ],
    VISITS.collection: [
        by_newest("round"),
        by_newest("building"),
        by("findings.before"),
        by("findings.after"),
    ],
}


def plans_to_advance(now: datetime) -> dict[str, Any]:
    """The query for plans with a date that is to become a round by `now`."""
    return {"state.status": RoundPlanStatus.RUNNING, "state.name_at": {"$lte": now}}


def found_in_any(photos: Sequence[str]) -> dict[str, Any]:
    """The query for visits whose findings show one of `photos`."""
    return {"$or": [{f"state.findings.{name}": {"$in": list(photos)}} for name in ("before", "after")]}
