"""Records every dispatch with its outcome, from the events of cases. Accuracy is counted from these records.

Each document: `_id` case and sequence, `case`, `seq`, `community`, `unit`, `category`, `source`, `at`, `outcome`; and
`withheld` where the case is not public: then it does not count in the accuracy, which is published. Taking an event a
second time changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.store.batcher import Writes
from services.chassis.store.mongo import ASCENDING, Database, Document, IndexModel, UpdateOne
from services.contracts.issues.routing import DispatchSource
from services.issues.routing.domain.accuracy import CountedDispatches, DispatchOutcome, DispatchTally

COLLECTION = "dispatches"
_PERIOD = ("community", "at", "outcome", "source", "unit", "category", "case", "withheld")
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    COLLECTION: [
        IndexModel([(field, ASCENDING) for field in _PERIOD], name="period withheld"),
        IndexModel([("case", ASCENDING), ("seq", ASCENDING)], name="case"),
        IndexModel([("community", ASCENDING), ("outcome", ASCENDING), ("case", ASCENDING)], name="outcome"),
    ]
}
_WRONG = [DispatchOutcome.RETURNED, DispatchOutcome.REASSIGNED]
_MANY = 50_000


@dataclass(frozen=True, slots=True)
class DispatchRecord:
    """A dispatch: a unit was given a case, by the case's event `seq`."""

    case: str
    seq: int
    community: str
    unit: str
    category: str
    source: DispatchSource
    at: datetime
    withheld: bool = False


class Dispatches:
    """The dispatches of this service's cases."""

    def __init__(self, database: Database) -> None:
        self._collection = database[COLLECTION]
        self._write = Writes(self._collection)

    async def began(self, dispatch: DispatchRecord) -> None:
        """Record that a unit has the case now. The open dispatch before it was to the wrong unit, or, if the unit is
        the same, only gets another deadline."""
        document: Document = {
            "case": dispatch.case,
            "seq": dispatch.seq,
            "community": dispatch.community,
            "unit": dispatch.unit,
            "category": dispatch.category,
            "source": dispatch.source,
            "at": dispatch.at,
            "outcome": DispatchOutcome.OPEN,
        }
        if dispatch.withheld:
            document["withheld"] = True
        id = f"{dispatch.case}#{dispatch.seq}"
        await self._write(
            [
                UpdateOne(_open_before(dispatch.case, dispatch.seq), [{"$set": {"outcome": _given_on(dispatch.unit)}}]),
                UpdateOne({"_id": id}, {"$setOnInsert": document}, upsert=True),
            ]
        )

    async def ended(self, case: str, seq: int, outcome: DispatchOutcome) -> None:
        """Record that the unit handled or returned the case, by the case's event `seq`."""
        await self._write([UpdateOne(_open_before(case, seq), {"$set": {"outcome": outcome}})])

    async def withhold(self, case: str, withheld: bool) -> None:
        """Note whether the dispatches of `case` are `withheld`, because the case is not public."""
        update: Document = {"$set": {"withheld": True}} if withheld else {"$unset": {"withheld": ""}}
        await self._collection.update_many({"case": case}, update)

    async def returned_by(self, case: str) -> set[str]:
        """The units that returned the case."""
        query = {"case": case, "outcome": DispatchOutcome.RETURNED}
        return {document["unit"] async for document in self._collection.find(query, {"unit": 1})}

    async def of(self, case: str) -> list[Document]:
        """The dispatches of a case, the first one first."""
        return list(await self._collection.find({"case": case}).sort("seq", ASCENDING).to_list(_MANY))

    async def corrected(self, community: str) -> set[str]:
        """The ids of a community's cases that were first dispatched to the wrong unit."""
        query = {"community": community, "outcome": {"$in": _WRONG}}
        found = self._collection.find(query, {"_id": 0, "case": 1}).limit(_MANY)
        return {document["case"] async for document in found}

    async def communities(self) -> list[str]:
        """The communities that have dispatches, read from the index in one step for each."""
        return sorted(await self._collection.distinct("community"))

    async def counted(self, community: str, since: datetime, until: datetime) -> CountedDispatches:
        """The counts of dispatches from `since` until before `until`, read from the index alone."""
        period = {
            "community": community,
            "at": {"$gte": since, "$lt": until},
            "outcome": {"$ne": DispatchOutcome.REPEATED},
            "withheld": {"$ne": True},
        }
        key = {name: f"${name}" for name in ("source", "unit", "category", "outcome")}
        groups = await self._grouped([{"$match": period}, {"$group": {"_id": key, "dispatches": {"$sum": 1}}}])
        tallies = [_tally(group) for group in groups]
        return CountedDispatches(
            tallies=tallies,
            cases=(await self._cases(period, None)).get("", 0),
            by_source=await self._cases(period, "source"),
            by_unit=await self._cases(period, "unit"),
            by_category=await self._cases(period, "category"),
        )

    async def _cases(self, period: Document, by: str | None) -> dict[str, int]:
        """How many different cases the period has, for each value of the field `by`; under "" without a field."""
        key = {"case": "$case"} | ({} if by is None else {"by": f"${by}"})
        pairs = {"$group": {"_id": key}}
        count = {"$group": {"_id": "" if by is None else "$_id.by", "cases": {"$sum": 1}}}
        return {group["_id"]: group["cases"] for group in await self._grouped([{"$match": period}, pairs, count])}

    async def _grouped(self, pipeline: list[Document]) -> list[Any]:
        return list(await self._collection.aggregate(pipeline).to_list(None))


def _open_before(case: str, seq: int) -> Document:
    """The query for the dispatch that was open before the case's event `seq`."""
    return {"case": case, "seq": {"$lt": seq}, "outcome": DispatchOutcome.OPEN}


def _given_on(unit: str) -> Document:
    """The outcome of an open dispatch when `unit` is given the case, as an expression of MongoDB: for the same unit the
    dispatch is only repeated, with another deadline."""
    same = {"$eq": ["$unit", {"$literal": unit}]}
    return {"$cond": [same, DispatchOutcome.REPEATED, DispatchOutcome.REASSIGNED]}


def _tally(group: Any) -> DispatchTally:
    about = group["_id"]
    return DispatchTally(
        source=DispatchSource(about["source"]),
        unit=about["unit"],
        category=about["category"],
        outcome=DispatchOutcome(about["outcome"]),
        dispatches=group["dispatches"],
    )
