"""Counts the people affected by a case, and the cases that are parts of one, from the stored supports and cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Document
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.affected import counted
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.publicity import PUBLIC_CASES
from services.issues.cases.store import merged_into, part_of
from services.issues.supports.counting import CAUSE, supporting
from services.issues.supports.domain.supports import Support


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Counts cases. `raised_at`: from how many people on a case is one step more urgent, and so on."""

    cases: Aggregates[Case]
    supports: Aggregates[Support]
    raised_at: tuple[int, ...]

    async def count(self, id: str) -> None:
        """Count the people of a case and of those that are merged into it, each once, and its children. Of a case that
        everybody may know of, only through and as such cases: its numbers tell nobody of others.

        A case that is merged itself keeps the number that it had: its people count where they are counted now.

        Raises:
            StaleVersion: the case was changed meanwhile.
        """
        stored = await self.cases.get(id)
        if stored.aggregate.status is CaseStatus.MERGED:
            affected = stored.aggregate.affected
        else:
            affected = await self._people(stored.aggregate)
        children = await self.cases.collection.count_documents({**part_of(id), **_among(stored.aggregate)})
        await self.cases.change(
            id,
            lambda case, now: counted(case, affected, children, self.raised_at),
            CAUSE,
            expected=stored.version,
        )

    async def _people(self, case: Case) -> int:
        merged = await self.cases.collection.find(
            {**merged_into(case.id), **_among(case)}, {"state.reporter": 1, "state.stand_in": 1}
        ).to_list(None)
        ids = [case.id, *(found["_id"] for found in merged)]
        reporters = {case.reporter or case.stand_in or case.id}
        for found in merged:
            state = found["state"]
            reporters.add(state.get("reporter") or state.get("stand_in") or found["_id"])
        query = {**supporting(ids), "state.person": {"$nin": sorted(reporters)}}
        if not merged:
            return 1 + await self.supports.collection.count_documents(query)
        pipeline: list[Document] = [{"$match": query}, {"$group": {"_id": "$state.person"}}, {"$count": "n"}]
        distinct = await self.supports.collection.aggregate(pipeline).to_list(1)
        return len(reporters) + (distinct[0]["n"] if distinct else 0)


def _among(case: Case) -> Mapping[str, Any]:
    return PUBLIC_CASES if case.is_public else {}
