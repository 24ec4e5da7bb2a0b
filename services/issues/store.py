"""What this service keeps: its kinds of aggregates, and a query with its index for every way they are looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.erasure import Erasure, erasures_on
from services.chassis.mongo import ASCENDING, IndexModel
from services.chassis.service import Runtime
from services.chassis.store import Aggregates, Kind, newest_first
from services.contracts.issues import (
    CaseState,
    CaseStatus,
    CatalogueState,
    PlaceState,
    RoundPlanState,
    RoundPlanStatus,
    RoundState,
    UnitState,
    VisitState,
    WishState,
)
from services.contracts.topics import ISSUES
from services.issues import attachments, photos, vault
from services.issues.allowance import Allowance, Limits
from services.issues.attachments import Attachments
from services.issues.domain.cases import Case
from services.issues.domain.editions import Edition
from services.issues.domain.places import Place
from services.issues.domain.roundplans import RoundPlan
from services.issues.domain.rounds import Round
from services.issues.domain.transitions import WORKING
from services.issues.domain.units import Unit
from services.issues.domain.visits import Visit
from services.issues.domain.wishes import Wish
from services.issues.editions import EDITION, Catalogues
from services.issues.links import Links
from services.issues.photos import Photos
from services.issues.reading.projection import indexes as row_indexes
from services.issues.reading.room import Reading
from services.issues.reading.row import ROWS
from services.issues.remembered import CHANGED, Remembered
from services.issues.routing import kept
from services.issues.routing.kept import RoutingKept
from services.issues.settings import PrivacySettings
from services.issues.vault import Vault

A = TypeVar("A", bound=Aggregate)

UNITS = Kind(name="unit", collection="units", model=Unit, topic=ISSUES, state=UnitState)
PLACES = Kind(name="place", collection="places", model=Place, topic=ISSUES, state=PlaceState)
CATALOGUES = Kind(name="catalogue", collection="catalogues", model=Edition, topic=ISSUES, state=CatalogueState)
CASES = Kind(name="case", collection="cases", model=Case, topic=ISSUES, state=CaseState)
ROUNDS = Kind(name="round", collection="rounds", model=Round, topic=ISSUES, state=RoundState)
ROUND_PLANS = Kind(name="roundplan", collection="roundplans", model=RoundPlan, topic=ISSUES, state=RoundPlanState)
VISITS = Kind(name="visit", collection="visits", model=Visit, topic=ISSUES, state=VisitState)
WISHES = Kind(name="wish", collection="wishes", model=Wish, topic=ISSUES, state=WishState)
ERASURES: Kind[Erasure] = erasures_on(ISSUES)

KINDS: tuple[Kind[Any], ...] = (
    UNITS,
    PLACES,
    CATALOGUES,
    CASES,
    ROUNDS,
    ROUND_PLANS,
    VISITS,
    WISHES,
    ERASURES,
    *kept.KINDS,
)


def _newest_first(*fields: str) -> IndexModel:
    return IndexModel(newest_first(*(f"state.{field}" for field in fields)))


def _found_by(field: str) -> IndexModel:
    return IndexModel([(f"state.{field}", ASCENDING)])


_WITH_CONTACT = {"state.contact.key": {"$exists": True}}
_WITH_ATTACHMENT = {"state.attachments.0": {"$exists": True}}
_PRIVACY = (
    IndexModel([("state.contact.key", ASCENDING)], name="contact-key", partialFilterExpression=_WITH_CONTACT),
    IndexModel([("state.closed_at", ASCENDING)], name="contact-ends", partialFilterExpression=_WITH_CONTACT),
    IndexModel([("state.attachments", ASCENDING)], name="attached", partialFilterExpression=_WITH_ATTACHMENT),
)
"""Of the few cases that have what they are for; the others cost nothing."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    UNITS.collection: [_newest_first("community")],
    PLACES.collection: [
        _newest_first("community"),
        _newest_first("community", "kind"),
        _newest_first("parent"),
        _newest_first("path"),
        _newest_first("community", "number"),
        _newest_first("grid"),
        IndexModel([(CHANGED, ASCENDING), ("_id", ASCENDING)]),
    ],
    CATALOGUES.collection: [IndexModel([("state.community", ASCENDING), (EDITION, ASCENDING), ("_id", ASCENDING)])],
    CASES.collection: [
        _newest_first("community"),
        _newest_first("community", "status"),
        _newest_first("unit"),
        _newest_first("building"),
        _newest_first("round"),
        _newest_first("reporter"),
        _found_by("before"),
        _found_by("after"),
        *_PRIVACY,
        IndexModel([("state.due_at", ASCENDING)], name="due", partialFilterExpression={"state.overdue": False}),
    ],
    ROUNDS.collection: [_newest_first("community"), _newest_first("community", "status"), _newest_first("walker")],
    ROUND_PLANS.collection: [
        _newest_first("community"),
        _newest_first("community", "status"),
        IndexModel([("state.status", ASCENDING), ("state.name_at", ASCENDING)], name="naming"),
    ],
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
    **kept.INDEXES,
    attachments.COLLECTION: attachments.INDEXES,
    vault.COLLECTION: vault.INDEXES,
    ROWS: row_indexes(),
}


@dataclass(frozen=True)
class Store:
    """The aggregates of this service, the photos and attachments, and the keys of contacts."""

    units: "Unchanging[Unit]"
    places: Remembered[Place]
    cases: Aggregates[Case]
    rounds: Aggregates[Round]
    round_plans: Aggregates[RoundPlan]
    visits: Aggregates[Visit]
    wishes: Aggregates[Wish]
    erasures: Aggregates[Erasure]
    photos: Photos
    routing: RoutingKept
    attachments: Attachments
    vault: Vault
    catalogues: Catalogues
    links: Links
    reading: Reading

    @classmethod
    def of(cls, runtime: Runtime) -> "Store":
        """The store in the database of `runtime`."""
        settings: PrivacySettings = runtime.settings
        vault = Vault(runtime.database, runtime.clock, settings.masters)
        uploads = (
            runtime.database,
            runtime.clock,
            vault,
            _allowance(runtime, settings),
            timedelta(days=settings.loose_upload_days),
        )
        return cls(
            units=Unchanging(runtime.aggregates(UNITS)),
            places=Remembered(runtime.aggregates(PLACES), runtime.clock),
            cases=runtime.aggregates(CASES),
            rounds=runtime.aggregates(ROUNDS),
            round_plans=runtime.aggregates(ROUND_PLANS),
            visits=runtime.aggregates(VISITS),
            wishes=runtime.aggregates(WISHES),
            erasures=runtime.aggregates(ERASURES),
            routing=RoutingKept.of(runtime),
            photos=Photos(*uploads),
            attachments=Attachments(*uploads),
            vault=vault,
            catalogues=Catalogues(runtime.aggregates(CATALOGUES)),
            links=Links(settings.public_url, getattr(settings, "report_page", None)),
            reading=Reading.of(runtime),
        )


def _allowance(runtime: Runtime, settings: PrivacySettings) -> Allowance:
    limits = Limits(settings.uploads_per_day, settings.upload_megabytes_per_day, settings.worker_uploads_per_day)
    collections = (runtime.database[photos.COLLECTION], runtime.database[attachments.COLLECTION])
    return Allowance(collections, runtime.clock, limits)


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


def plans_to_advance(now: datetime) -> dict[str, Any]:
    """The query for plans of which a date becomes a round now."""
    return {"state.status": RoundPlanStatus.RUNNING, "state.name_at": {"$lte": now}}


def shown_in(photo: str) -> dict[str, Any]:
    """The query for cases that show `photo`."""
    return {"$or": [{"state.before": photo}, {"state.after": photo}]}


def attached_to(attachment: str) -> dict[str, Any]:
    """The query for cases that hold `attachment`."""
    return {"state.attachments": attachment, **_WITH_ATTACHMENT}


def contacts_ended(adults: datetime, minors: datetime) -> dict[str, Any]:
    """The query for cases with a contact that were closed before `adults`, or, reported by a child, before `minors`."""
    over = [{"state.closed_at": {"$lte": adults}}, {"state.closed_at": {"$lte": minors}, "state.minor": True}]
    return {**_WITH_CONTACT, "$or": over}


def sealed_with(keys: Sequence[str]) -> dict[str, Any]:
    """The query for cases with a contact under one of `keys`."""
    return {"state.contact.key": {"$in": list(keys), "$exists": True}}


def found_in(photo: str) -> dict[str, Any]:
    """The query for visits whose findings show `photo`."""
    return {"$or": [{"state.findings.before": photo}, {"state.findings.after": photo}]}
