"""Carries on what follows where a case stops or begins to be for everybody: for its company, its finding, its supports
and its numbers.

Each step looks at the cases as they stand and leaves nothing to do for a repetition; what changes another case is an
event of that one, which is followed in its turn.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.errors import StaleVersion
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.mongo import ASCENDING
from services.chassis.subscriber.handlers import NotYet
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.company import keep_company, say_withheld, whole_of, withdraw_category
from services.issues.cases.domain.publicity import PUBLIC_CASES
from services.issues.cases.store import joined, part_of
from services.issues.catalogue.store import Catalogues
from services.issues.rounds.domain.visits import Visit, show_finding, withdraw_findings
from services.issues.supports.counting import SupporterCounts, supporting
from services.issues.supports.domain.supports import Subject, Support, say_again

_BATCH = 100

Withhold = Callable[[str, bool], Awaitable[None]]
"""Takes note elsewhere that a case, by its id, is not for everybody any more (True), or is again."""


@dataclass(frozen=True, slots=True)
class Publicity:
    """Applies a change of a case's publicity to everything that belongs to the case. `withhold` is told of every
    change."""

    cases: Aggregates[Case]
    visits: Aggregates[Visit]
    supports: Aggregates[Support]
    supporter_counts: SupporterCounts
    catalogues: Catalogues
    withhold: Withhold

    async def withdraw(self, community: str, cause: Cause) -> None:
        """Take cases and findings out of sight whose category is not public by the latest catalogue."""
        catalogue = await self.catalogues.latest(community)
        known = (*catalogue.categories, *catalogue.retired)
        codes = frozenset(category.code for category in known if not category.public)
        if codes:
            await self._withdraw(community, codes, cause)

    async def follow(self, id: str, cause: Cause) -> None:
        """Bring case `id` in line with the cases that it is a part of, or goes on as.

        Raises:
            NotYet: it is changed too often just now; the event is taken again.
        """
        stored = await self.cases.get(id)
        wholes = [(await self.cases.get(each)).aggregate for each in whole_of(stored.aggregate)]
        if not keep_company(stored.aggregate, wholes).events:
            return
        try:
            await self.cases.change(id, lambda case, now: keep_company(case, wholes), cause, expected=stored.version)
        except StaleVersion as error:
            raise NotYet() from error

    async def follow_all(self, cause: Cause) -> None:
        """Bring every case in line that is a part of another one, or goes on as one."""
        linked = {"$or": [{"state.parent": {"$gt": ""}}, {"state.joined": {"$gt": ""}}]}
        async for found in self.cases.collection.find(linked, {"_id": 1}):
            await self.follow(found["_id"], cause)

    async def say_withheld(self, cause: Cause) -> None:
        """Have every case say that it is withheld, where it is."""
        await _change_all(self.cases, {"$nor": [PUBLIC_CASES]}, lambda case, now: say_withheld(case), cause)

    async def became(self, case: Case, cause: Cause) -> None:
        """Carry on that `case` is for everybody now, or is not any more."""
        await self.withhold(case.id, not case.is_public)
        if case.visit is not None:
            await self.visits.change(
                case.visit, lambda visit, now: show_finding(visit, case.id, public=case.is_public), cause
            )
        if case.is_public:
            await self._say_supports_again(case.id, cause)
        await self.follow(case.id, cause)
        beside = {"$or": [part_of(case.id), joined([case.id])]}
        async for found in self.cases.collection.find(beside, {"_id": 1}):
            await self.follow(found["_id"], cause)
        for each in {case.id, *whole_of(case)}:
            await self._count(each)

    async def _withdraw(self, community: str, codes: Collection[str], cause: Cause) -> None:
        of_these = {"state.community": community, "state.category": {"$in": sorted(codes)}}
        cases = {**of_these, "state.public_category": {"$ne": False}}
        await _change_all(self.cases, cases, lambda case, now: withdraw_category(case, codes), cause)
        finding = {"category": {"$in": sorted(codes)}, "public": {"$ne": False}}
        visits = {"state.community": community, "state.findings": {"$elemMatch": finding}}
        await _change_all(self.visits, visits, lambda visit, now: withdraw_findings(visit, codes), cause)

    async def _say_supports_again(self, case: str, cause: Cause) -> None:
        withheld = {**supporting([case]), "state.withheld": True}
        async for found in self.supports.collection.find(withheld, {"_id": 1}):
            await self.supports.change(found["_id"], lambda support, now: say_again(support), cause)

    async def _count(self, id: str) -> None:
        try:
            await self.supporter_counts.count(id, Subject.CASE)
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
