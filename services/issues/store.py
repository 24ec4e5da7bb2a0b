"""What this service keeps: its kinds of aggregates, and a query with its index for every way they are looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.erasure import Erasure, erasures_on
from services.chassis.mongo import ASCENDING, IndexModel
from services.chassis.service import Runtime
from services.chassis.store import Aggregates, Kind, newest_first
from services.contracts.issues import CaseState, CaseStatus, PlaceState, RoundState, UnitState, VisitState, WishState
from services.contracts.topics import ISSUES
from services.issues import photos
from services.issues.catalogues import RESIDENTIAL
from services.issues.domain.cases import Case
from services.issues.domain.catalogue import Catalogue
from services.issues.domain.places import Place
from services.issues.domain.rounds import Round
from services.issues.domain.transitions import WORKING
from services.issues.domain.units import Unit
from services.issues.domain.visits import Visit
from services.issues.domain.wishes import Wish
from services.issues.photos import Photos

A = TypeVar("A", bound=Aggregate)

UNITS = Kind(name="unit", collection="units", model=Unit, topic=ISSUES, state=UnitState)
PLACES = Kind(name="place", collection="places", model=Place, topic=ISSUES, state=PlaceState)
CASES = Kind(name="case", collection="cases", model=Case, topic=ISSUES, state=CaseState)
ROUNDS = Kind(name="round", collection="rounds", model=Round, topic=ISSUES, state=RoundState)
VISITS = Kind(name="visit", collection="visits", model=Visit, topic=ISSUES, state=VisitState)
WISHES = Kind(name="wish", collection="wishes", model=Wish, topic=ISSUES, state=WishState)
ERASURES: Kind[Erasure] = erasures_on(ISSUES)

KINDS: tuple[Kind[Any], ...] = (UNITS, PLACES, CASES, ROUNDS, VISITS, WISHES, ERASURES)


def _newest_first(*fields: str) -> IndexModel:
    return IndexModel(newest_first(*(f"state.{field}" for field in fields)))


def _found_by(field: str) -> IndexModel:
    return IndexModel([(f"state.{field}", ASCENDING)])


INDEXES: Mapping[str, Sequence[IndexModel]] = {
    UNITS.collection: [_newest_first("community")],
    PLACES.collection: [_newest_first("community"), _newest_first("parent")],
    CASES.collection: [
        _newest_first("community"),
        _newest_first("community", "status"),
        _newest_first("unit"),
        _newest_first("building"),
        _newest_first("round"),
        _newest_first("reporter"),
        _found_by("before"),
        _found_by("after"),
        IndexModel([("state.due_at", ASCENDING)], name="due", partialFilterExpression={"state.overdue": False}),
    ],
    ROUNDS.collection: [_newest_first("community"), _newest_first("community", "status"), _newest_first("walker")],
    VISITS.collection: [
        _newest_first("round"),
        _newest_first("building"),
        _found_by("findings.before"),
        _found_by("findings.after"),
    ],
    WISHES.collection: [
        _newest_first("community"),
        _newest_first("community", "status"),
        _found_by("proposer"),
        _found_by("people"),
    ],
    photos.COLLECTION: photos.INDEXES,
}


@dataclass(frozen=True)
class Store:
    """The aggregates and photos of this service."""

    units: "Unchanging[Unit]"
    places: "Unchanging[Place]"
    cases: Aggregates[Case]
    rounds: Aggregates[Round]
    visits: Aggregates[Visit]
    wishes: Aggregates[Wish]
    erasures: Aggregates[Erasure]
    photos: Photos
    catalogues: "Catalogues"

    @classmethod
    def of(cls, runtime: Runtime) -> "Store":
        """The store in the database of `runtime`."""
        return cls(
            units=Unchanging(runtime.aggregates(UNITS)),
            places=Unchanging(runtime.aggregates(PLACES)),
            cases=runtime.aggregates(CASES),
            rounds=runtime.aggregates(ROUNDS),
            visits=runtime.aggregates(VISITS),
            wishes=runtime.aggregates(WISHES),
            erasures=runtime.aggregates(ERASURES),
            photos=Photos(runtime.database, runtime.clock),
            catalogues=Catalogues(),
        )


class Catalogues:
    """The catalogue of each community."""

    async def of(self, community: str) -> Catalogue:
        """The catalogue under which `community` takes reports now."""
        return RESIDENTIAL


class Unchanging(Generic[A]):
    """Aggregates that never change once they exist: read from the store once, then from memory."""

    LIMIT = 20_000

    def __init__(self, aggregates: Aggregates[A]) -> None:
        self.stored = aggregates
        self._known: dict[str, A] = {}

    async def get(self, id: str) -> A:
        """The aggregate `id`.

        Raises:
            UnknownAggregate: there is none.
        """
        known = self._known.get(id)
        if known is None:
            known = (await self.stored.get(id)).aggregate
            self._remember(known)
        return known

    async def those_of(self, ids: Sequence[str]) -> dict[str, A]:
        """Those of `ids` that exist, by their id."""
        found = {id: self._known[id] for id in ids if id in self._known}
        missing = [id for id in dict.fromkeys(ids) if id not in found]
        for start in range(0, len(missing), 200):
            part = missing[start : start + 200]
            for stored in (await self.stored.select({"_id": {"$in": part}}, limit=200)).items:
                self._remember(stored.aggregate)
                found[stored.aggregate.id] = stored.aggregate
        return found

    def _remember(self, aggregate: A) -> None:
        if len(self._known) >= self.LIMIT:
            self._known.clear()
        self._known[aggregate.id] = aggregate


def matching(community: str, **fields: Any) -> dict[str, Any]:
    """The query for aggregates of `community` whose fields are as given; None: any; a list: one of it."""
    query: dict[str, Any] = {"state.community": community}
    for name, value in fields.items():
        if isinstance(value, list | tuple | set | frozenset):
            query[f"state.{name}"] = {"$in": sorted(value)}
        elif value is not None:
            query[f"state.{name}"] = value
    return query


def overdue_cases(now: datetime) -> dict[str, Any]:
    """The query for cases whose deadline has passed and which have not been called overdue yet."""
    working: list[CaseStatus] = list(WORKING)
    return {"state.overdue": False, "state.due_at": {"$lte": now}, "state.status": {"$in": working}}


def shown_in(photo: str) -> dict[str, Any]:
    """The query for cases that show `photo`."""
    return {"$or": [{"state.before": photo}, {"state.after": photo}]}


def found_in(photo: str) -> dict[str, Any]:
    """The query for visits whose findings show `photo`."""
    return {"$or": [{"state.findings.before": photo}, {"state.findings.after": photo}]}
