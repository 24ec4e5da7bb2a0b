"""What follows where a case stops or begins to be for everybody: its company, its finding, its supports, its numbers.

Each step looks at the cases as they stand and leaves nothing to do for a repetition; what changes another case is an
event of that one, which is followed in its turn. `Older` does the same once for what was there before this was kept.
"""

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import StaleVersion
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.mongo import ASCENDING, Database
from services.chassis.subscriber.handlers import Handlers, NotYet, Received
from services.contracts.issues import (
    CaseAccepted,
    CaseAdopted,
    CaseMerged,
    CaseMergeMoved,
    CaseReleased,
    CaseReported,
    CaseShown,
    CaseUnmerged,
    CaseWithheld,
    CatalogueAdopted,
    SupportWithheld,
)
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.company import keep_company, say_withheld, whole_of, withdraw_category
from services.issues.cases.domain.publicity import PUBLIC_CASES
from services.issues.cases.store import CASES, joined, part_of
from services.issues.rounds.domain.visits import show_finding, withdraw_findings
from services.issues.store import Store
from services.issues.supports.counting import supporting
from services.issues.supports.domain.supports import Subject, say_again
from services.issues.supports.store import SUPPORTS

log = logging.getLogger(__name__)

_BATCH = 100


def keep_apart(handlers: Handlers, store: Store) -> None:
    """Register what follows; and that this service takes what it withholds from others as what it is."""
    handlers.unveil(CaseWithheld, CASES.collection)
    handlers.unveil(SupportWithheld, SUPPORTS.collection)

    async def company_changed(
        received: Received[CaseReported | CaseMerged | CaseMergeMoved | CaseUnmerged | CaseAdopted | CaseReleased],
    ) -> None:
        """It is a part of another case, or goes on as one, or does not any more."""
        if isinstance(received.event, CaseReported) and received.event.parent is None:
            return
        await _follow(store, received.envelope.aggregate_id, received.cause)

    for kept in (CaseReported, CaseMerged, CaseMergeMoved, CaseUnmerged, CaseAdopted, CaseReleased):
        handlers.on(kept)(company_changed)

    async def became(received: Received[CaseAccepted | CaseWithheld | CaseShown]) -> None:
        """It may be for everybody or not, by its category or its company."""
        case = (await store.cases.get(received.envelope.aggregate_id)).aggregate
        if not (case.is_public and isinstance(received.event, CaseAccepted)):
            await _became(store, case, received.cause)

    for event in (CaseAccepted, CaseWithheld, CaseShown):
        handlers.on(event)(became)

    @handlers.on(CatalogueAdopted)
    async def categories_withdrawn(received: Received[CatalogueAdopted]) -> None:
        """Categories may be public no longer."""
        catalogue = await store.catalogues.latest(received.envelope.community)
        known = (*catalogue.categories, *catalogue.retired)
        codes = frozenset(category.code for category in known if not category.public)
        await withdraw(store, received.envelope.community, codes, received.cause)


async def withdraw(store: Store, community: str, codes: Collection[str], cause: Cause) -> None:
    """Take cases and findings of the categories `codes` out of sight."""
    if not codes:
        return
    of_these = {"state.community": community, "state.category": {"$in": sorted(codes)}}
    cases = {**of_these, "state.public_category": {"$ne": False}}
    await _change_all(store.cases, cases, lambda case, now: withdraw_category(case, codes), cause)
    finding = {"category": {"$in": sorted(codes)}, "public": {"$ne": False}}
    visits = {"state.community": community, "state.findings": {"$elemMatch": finding}}
    await _change_all(store.visits, visits, lambda visit, now: withdraw_findings(visit, codes), cause)


async def _became(store: Store, case: Case, cause: Cause) -> None:
    await store.routing.dispatches.withhold(case.id, not case.is_public)
    if case.visit is not None:
        await store.visits.change(
            case.visit, lambda visit, now: show_finding(visit, case.id, public=case.is_public), cause
        )
    if case.is_public:
        async for found in store.supports.collection.find(
            {**supporting([case.id]), "state.withheld": True}, {"_id": 1}
        ):
            await store.supports.change(found["_id"], lambda support, now: say_again(support), cause)
    await _follow(store, case.id, cause)
    beside = {"$or": [part_of(case.id), joined([case.id])]}
    async for found in store.cases.collection.find(beside, {"_id": 1}):
        await _follow(store, found["_id"], cause)
    for each in {case.id, *whole_of(case)}:
        await _count(store, each)


async def _follow(store: Store, id: str, cause: Cause) -> None:
    """Raises NotYet where it is changed too often just now: the event is taken again."""
    stored = await store.cases.get(id)
    wholes = [(await store.cases.get(each)).aggregate for each in whole_of(stored.aggregate)]
    if not keep_company(stored.aggregate, wholes).events:
        return
    try:
        await store.cases.change(id, lambda case, now: keep_company(case, wholes), cause, expected=stored.version)
    except StaleVersion as error:
        raise NotYet() from error


async def _count(store: Store, id: str) -> None:
    try:
        await store.tallies.count(id, Subject.CASE)
    except StaleVersion as error:
        raise NotYet() from error


async def _change_all(
    aggregates: Aggregates[Any], query: dict[str, Any], decide: Callable[[Any, datetime], Decision[Any]], cause: Cause
) -> None:
    last = ""
    while (
        page := await aggregates.collection.find({**query, "_id": {"$gt": last}}, {"_id": 1})
        .sort("_id", ASCENDING)
        .to_list(_BATCH)
    ):
        for found in page:
            await aggregates.change(found["_id"], decide, cause)
        last = page[-1]["_id"]


class Older:
    """A sweep that does once what the events of older versions have left undone, and then nothing.

    Before, cases that are not for everybody were published like others: each says now that it is withheld, so that
    their states, and the copies of others, are replaced.
    """

    name = "publicity"
    every = timedelta(minutes=1)

    def __init__(self, store: Store, database: Database) -> None:
        self._store = store
        self._done = database["reading"]
        self._settled = False

    async def once(self, clock: Clock) -> int:
        """Do it where it was not done; returns how many communities were looked through."""
        if self._settled or await self._done.find_one({"_id": self.name}) is not None:
            self._settled = True
            return 0
        cause, cases = Cause(SYSTEM, f"sweep.{self.name}"), self._store.cases
        communities = await cases.collection.distinct("state.community")
        for community in communities:
            catalogue = await self._store.catalogues.latest(community)
            known = (*catalogue.categories, *catalogue.retired)
            codes = frozenset(category.code for category in known if not category.public)
            await withdraw(self._store, community, codes, cause)
        linked = {"$or": [{"state.parent": {"$gt": ""}}, {"state.joined": {"$gt": ""}}]}
        async for found in cases.collection.find(linked, {"_id": 1}):
            await _follow(self._store, found["_id"], cause)
        await _change_all(cases, {"$nor": [PUBLIC_CASES]}, lambda case, now: say_withheld(case), cause)
        await self._done.update_one({"_id": self.name}, {"$set": {"done": True}}, upsert=True)
        self._settled = True
        return len(communities)
