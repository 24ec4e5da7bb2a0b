"""What this service keeps: its kinds of aggregates, and a query with its index for every way they are looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.principal import Principal, Role
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates, Kind, newest_first
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.chassis.subscriber.erasure import Erasure, Traces, erasures_on
from services.contracts.issues import (
    CaseState,
    CatalogueState,
    PlaceState,
    RoundPlanState,
    RoundPlanStatus,
    RoundState,
    UnitState,
    VisitState,
    WishState,
    WishStatus,
)
from services.contracts.topics import ISSUES
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.domain.publicity import PUBLIC_CASES
from services.issues.catalogue.domain.catalogue import Span, SpanUnit
from services.issues.catalogue.domain.editions import Edition
from services.issues.catalogue.store import EDITION, Catalogues
from services.issues.open311 import journal_index
from services.issues.open311 import keys as open311_keys
from services.issues.open311.endpoint import Open311
from services.issues.places.domain.places import Place
from services.issues.places.links import Links
from services.issues.privacy import vault
from services.issues.privacy.settings import PrivacySettings
from services.issues.privacy.vault import Vault
from services.issues.reading.marks import MARKS
from services.issues.reading.marks import indexes as row_marks
from services.issues.reading.projection import indexes as row_indexes
from services.issues.reading.reading import Reading
from services.issues.reading.row import ROWS
from services.issues.rounds.domain.plans import RoundPlan
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Visit
from services.issues.routing import store
from services.issues.routing.store import RoutingKept
from services.issues.settings import IssuesSettings
from services.issues.shared.cache import CHANGED, Remembered
from services.issues.supports.counting import Counts, Tallies
from services.issues.supports.domain.supports import Support
from services.issues.units.domain import Unit
from services.issues.uploads import attachments, photos
from services.issues.uploads.allowance import Allowance, Limits
from services.issues.uploads.attachments import Attachments
from services.issues.uploads.photos import Photos
from services.issues.wishes.domain.wishes import Wish

A = TypeVar("A", bound=Aggregate)

UNITS = Kind(name="unit", collection="units", model=Unit, topic=ISSUES, state=UnitState)
PLACES = Kind(name="place", collection="places", model=Place, topic=ISSUES, state=PlaceState)
CATALOGUES = Kind(name="catalogue", collection="catalogues", model=Edition, topic=ISSUES, state=CatalogueState)
CASES = Kind(name="case", collection="cases", model=Case, topic=ISSUES, state=CaseState)
ROUNDS = Kind(name="round", collection="rounds", model=Round, topic=ISSUES, state=RoundState)
ROUND_PLANS = Kind(name="roundplan", collection="roundplans", model=RoundPlan, topic=ISSUES, state=RoundPlanState)
VISITS = Kind(name="visit", collection="visits", model=Visit, topic=ISSUES, state=VisitState)
WISHES = Kind(name="wish", collection="wishes", model=Wish, topic=ISSUES, state=WishState)
SUPPORTS = Kind(name="support", collection="supports", model=Support, topic=ISSUES, state=None)
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
    SUPPORTS,
    ERASURES,
    *store.KINDS,
)


def _newest_first(*fields: str) -> IndexModel:
    return IndexModel(newest_first(*(f"state.{field}" for field in fields)))


def _found_by(field: str) -> IndexModel:
    return IndexModel([(f"state.{field}", ASCENDING)])


_THERE = {"$exists": True}
_WITH_CONTACT = {"state.contact.key": _THERE}
_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)
_WITH_WORDS = {"state.words_gone": False, "state.closed_at": {"$gt": _LONG_AGO}}
_ATTACHED = ("attachments", "attachments_after")
_PRIVACY = (
    IndexModel([("state.contact.key", ASCENDING)], name="contact-key", partialFilterExpression=_WITH_CONTACT),
    IndexModel([("state.closed_at", ASCENDING)], name="contact-ends", partialFilterExpression=_WITH_CONTACT),
    IndexModel(
        [("state.closed_at", ASCENDING), ("state.round", ASCENDING)],
        name="words-end",
        partialFilterExpression=_WITH_WORDS,
    ),
    *(
        IndexModel([(f"state.{name}", ASCENDING)], name=name, partialFilterExpression={f"state.{name}.0": _THERE})
        for name in _ATTACHED
    ),
)
"""Of the few cases that have what they are for; the others cost nothing."""

_POINTING = tuple(
    IndexModel(
        [(f"state.{field}", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
        name=field,
        partialFilterExpression={f"state.{field}": {"$gt": ""}},
    )
    for field in ("merged_into", "joined", "parent")
)
"""Of the few cases that point to another one."""

_TICKS = {"state.tick_at": {"$gt": _LONG_AGO}}
_ANSWERABLE = {"state.first_unit": {"$gt": ""}}
"""Only what matches literally is found by a partial index: its filter stands in the query too, or follows from it."""

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
        *_POINTING,
        IndexModel([("state.tick_at", ASCENDING)], name="tick", partialFilterExpression=_TICKS),
        IndexModel(newest_first("state.first_unit"), name="first-unit", partialFilterExpression=_ANSWERABLE),
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
        IndexModel([("state.community", ASCENDING), ("state.counted", DESCENDING), ("_id", DESCENDING)], name="wanted"),
        IndexModel([("state.proposer", ASCENDING), ("state.status", ASCENDING)], name="proposer"),
        # Proposals made side by side can't both have counted the other: one seat is taken once.
        IndexModel(
            [("state.community", ASCENDING), ("state.proposer", ASCENDING), ("state.seat", ASCENDING)],
            name="one-seat",
            unique=True,
            partialFilterExpression={"state.status": WishStatus.OPEN.value, "state.seat": {"$type": "number"}},
        ),
        _found_by("people"),
        IndexModel([("state.due_at", ASCENDING)], name="due", partialFilterExpression={"state.overdue": False}),
    ],
    SUPPORTS.collection: [
        IndexModel([("state.subject", ASCENDING), ("state.active", ASCENDING), ("state.person", ASCENDING)]),
        _found_by("person"),
    ],
    photos.COLLECTION: photos.INDEXES,
    **store.INDEXES,
    attachments.COLLECTION: attachments.INDEXES,
    vault.COLLECTION: vault.INDEXES,
    ROWS: row_indexes(),
    MARKS: row_marks(),
    **open311_keys.INDEXES,
    "journal": journal_index.INDEXES,
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
    supports: Aggregates[Support]
    tallies: Tallies
    answer_within: Span
    photos: Photos
    routing: RoutingKept
    attachments: Attachments
    vault: Vault
    catalogues: Catalogues
    links: Links
    reading: Reading
    open311: Open311
    clocks: Clocks
    traces: Traces

    @classmethod
    def of(cls, runtime: Runtime[IssuesSettings]) -> "Store":
        """The store in the database of `runtime`."""
        settings = runtime.settings
        vault = Vault(runtime.database, runtime.clock, settings.masters, runtime.gone)
        runtime.secret = vault.secret
        cases, wishes, supports = runtime.aggregates(CASES), runtime.aggregates(WISHES), runtime.aggregates(SUPPORTS)
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
            cases=cases,
            rounds=runtime.aggregates(ROUNDS),
            round_plans=runtime.aggregates(ROUND_PLANS),
            visits=runtime.aggregates(VISITS),
            wishes=wishes,
            supports=supports,
            tallies=Counts(cases, wishes, supports, settings.raised_at).tallies(),
            answer_within=Span(amount=settings.wish_answer_days, unit=SpanUnit.WORKING_DAYS),
            routing=RoutingKept.of(runtime),
            photos=Photos(*uploads),
            attachments=Attachments(*uploads),
            vault=vault,
            catalogues=Catalogues(runtime.aggregates(CATALOGUES)),
            links=Links(settings.public_url, settings.report_page),
            reading=Reading.of(runtime),
            open311=Open311.of(runtime),
            clocks=settings.clocks,
            traces=runtime.traces,
        )


def _allowance(runtime: Runtime[IssuesSettings], settings: PrivacySettings) -> Allowance:
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


def visible_to(by: Principal, community: str) -> dict[str, Any]:
    """The query for cases of `community` that `by` may know of, as `Case.shows_itself_to` says of one."""
    if by.has(community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER):
        return {}
    theirs = [{"state.reporter": {"$in": [name for name in (by.sub, by.alias) if name is not None]}}]
    if by.has(community, Role.HANDLER):
        theirs.append({"state.unit": {"$in": sorted(by.units_in(community))}})
    return {"$or": [PUBLIC_CASES, *theirs]}


def cases_come_due(now: datetime) -> dict[str, Any]:
    """The query for cases on whose clock something is due."""
    return {"state.tick_at": {"$gt": _LONG_AGO, "$lte": now}}


def wishes_overdue(now: datetime) -> dict[str, Any]:
    """The query for wishes whose answer was not given in time and which have not been called overdue yet."""
    return {"state.overdue": False, "state.due_at": {"$lte": now}, "state.status": WishStatus.OPEN}


def plans_to_advance(now: datetime) -> dict[str, Any]:
    """The query for plans of which a date becomes a round now."""
    return {"state.status": RoundPlanStatus.RUNNING, "state.name_at": {"$lte": now}}


def shown_in(photo: str) -> dict[str, Any]:
    """The query for cases that show `photo`."""
    return {"$or": [{"state.before": photo}, {"state.after": photo}]}


def attached_to(attachment: str) -> dict[str, Any]:
    """The query for cases that hold `attachment`."""
    return {"$or": [{f"state.{name}": attachment, f"state.{name}.0": _THERE} for name in _ATTACHED]}


def contacts_ended(adults: datetime, minors: datetime) -> dict[str, Any]:
    """The query for cases with a contact that were closed before `adults`, or, reported by a child, before `minors`."""
    over = [{"state.closed_at": {"$lte": adults}}, {"state.closed_at": {"$lte": minors}, "state.minor": True}]
    return {**_WITH_CONTACT, "$or": over}


def sealed_with(keys: Sequence[str]) -> dict[str, Any]:
    """The query for cases with a contact under one of `keys`."""
    return {"state.contact.key": {"$in": list(keys), "$exists": True}}


def attached_to_any(ids: Sequence[str]) -> dict[str, Any]:
    """The query for cases that hold one of the attachments `ids`."""
    return {"$or": [{f"state.{name}": {"$in": list(ids)}, f"state.{name}.0": _THERE} for name in _ATTACHED]}


def shown_in_any(photos: Sequence[str]) -> dict[str, Any]:
    """The query for cases that show one of `photos`."""
    return {"$or": [{"state.before": {"$in": list(photos)}}, {"state.after": {"$in": list(photos)}}]}


def found_in_any(photos: Sequence[str]) -> dict[str, Any]:
    """The query for visits whose findings show one of `photos`."""
    return {"$or": [{f"state.findings.{name}": {"$in": list(photos)}} for name in ("before", "after")]}


def words_ended(before: datetime) -> dict[str, Any]:
    """The query for cases of residents that were closed before a time and still hold their words."""
    return {**_WITH_WORDS, "state.closed_at": {"$gt": _LONG_AGO, "$lte": before}, "state.round": None}


def found_in(photo: str) -> dict[str, Any]:
    """The query for visits whose findings show `photo`."""
    return {"$or": [{"state.findings.before": photo}, {"state.findings.after": photo}]}
