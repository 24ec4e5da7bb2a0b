"""The kinds and collections of routing: each community's routing, models, rehearsals and figures, and a suggestion for
each case."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.runtime import Runtime
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.aggregates import Aggregates, Kind, newest_first
from services.chassis.store.mongo import ASCENDING, Collection, Document, IndexModel
from services.contracts.issues.routing import DispatchAccuracyState, RoutingModelState, RoutingState
from services.contracts.topics import ISSUES
from services.issues.routing import dispatches, weights
from services.issues.routing.dispatches import Dispatches
from services.issues.routing.domain.accuracy import DispatchAccuracy
from services.issues.routing.domain.model import RoutingModel
from services.issues.routing.domain.policy import Routing, not_set_up, routing_id
from services.issues.routing.domain.rehearsal import Rehearsal
from services.issues.routing.weights import Weights

ROUTINGS = Kind("routing", "routings", Routing, ISSUES, RoutingState, zh="分派规则", en="routing policy")
MODELS = Kind(
    "routing-model", "routing_models", RoutingModel, ISSUES, RoutingModelState, zh="分派模型", en="routing model"
)
REHEARSALS: Kind[Rehearsal] = Kind("rehearsal", "rehearsals", Rehearsal, ISSUES, None, zh="演练", en="rehearsal")
ACCURACIES = Kind(
    "dispatch-accuracy",
    "dispatch_accuracies",
    DispatchAccuracy,
    ISSUES,
    DispatchAccuracyState,
    zh="分派准确率",
    en="figure of dispatching",
)
KINDS: tuple[Kind[Any], ...] = (ROUTINGS, MODELS, REHEARSALS, ACCURACIES)

SUGGESTIONS = "suggestions"
_JUST_THE_THRESHOLD = {"$arrayToObject": [[{"k": "threshold", "v": "$suggestion.threshold"}]]}
CORRECTIONS = "routing_corrections"

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    MODELS.collection: [
        IndexModel(newest_first("state.community")),
        IndexModel([("state.status", ASCENDING), ("at", ASCENDING), ("_id", ASCENDING)], name="asked"),
    ],
    REHEARSALS.collection: [
        IndexModel(newest_first("state.community")),
        IndexModel([("state.done_at", ASCENDING), ("at", ASCENDING), ("_id", ASCENDING)], name="asked"),
    ],
    SUGGESTIONS: [IndexModel([("community", ASCENDING), ("filed", ASCENDING)], name="filed")],
    CORRECTIONS: [IndexModel([("community", ASCENDING)])],
    **dispatches.INDEXES,
    **weights.INDEXES,
}


@dataclass(frozen=True)
class RoutingKept:
    """The collections of the room. `suggestions` and `corrections` are documents under the id of the case."""

    routings: Aggregates[Routing]
    models: Aggregates[RoutingModel]
    rehearsals: Aggregates[Rehearsal]
    accuracies: Aggregates[DispatchAccuracy]
    weights: Weights
    dispatches: Dispatches
    suggestions: Collection
    corrections: Collection

    @classmethod
    def of(cls, runtime: Runtime[ServiceSettings]) -> "RoutingKept":
        """The collections in the database of `runtime`."""
        database = runtime.database
        return cls(
            routings=runtime.aggregates(ROUTINGS),
            models=runtime.aggregates(MODELS),
            rehearsals=runtime.aggregates(REHEARSALS),
            accuracies=runtime.aggregates(ACCURACIES),
            weights=Weights(database),
            dispatches=Dispatches(database),
            suggestions=database[SUGGESTIONS],
            corrections=database[CORRECTIONS],
        )

    async def routing_of(self, community: str) -> Routing:
        """The routing of `community`; one that is not set up where nothing is stored."""
        found = await self.routings.find(routing_id(community))
        return not_set_up(community) if found is None else found.aggregate

    async def corrected(self, community: str) -> set[str]:
        """The ids of the community's cases whose category or unit somebody corrected."""
        categories = {d["_id"] async for d in self.corrections.find({"community": community}, {"_id": 1})}
        return categories | await self.dispatches.corrected(community)

    async def blank_suggestions(self, cases: Iterable[str]) -> None:
        """Remove from the suggestions for `cases` everything that was drawn from their words; only the threshold
        stays."""
        ids = {"_id": {"$in": list(cases)}}
        await self.suggestions.update_many(ids, [{"$set": {"suggestion": _JUST_THE_THRESHOLD}}])

    async def filed_by_platform(self, community: str) -> set[str]:
        """The ids of the community's cases that no person has filed."""
        query: Document = {"community": community, "filed": True}
        return {d["_id"] async for d in self.suggestions.find(query, {"_id": 1})}
