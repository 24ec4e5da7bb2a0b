"""Finds a bounded number of candidates for a duplicate by an index: near the place, or by the words."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.store.mongo import DESCENDING, Collection, Document
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.transitions import CLOSED, SOLVED
from services.issues.duplicates.domain.likeness import Likeness, Match, Spot, best, match, tokens_of
from services.issues.places.domain.places import Place
from services.issues.reading.row import INSIDE, WORDS, order_of
from services.issues.reading.sounds import of_character
from services.issues.shared.folding import folded

OPEN_SINCE = timedelta(days=90)
CLOSED_SINCE = timedelta(days=14)
LOOKS_AT = 200
_TELLING = 24
_OF_A_WORD = 60
"""How many rows of each word are looked at, the newest first."""
_LIGHT = {f"state.{name}": 1 for name in ("at", "floor", "building", "place", "category", "group", "title", "text")}


@dataclass(frozen=True, slots=True)
class Described:
    """A report that somebody is typing. Fields that are not given yet are None."""

    community: str
    place: Place | None = None
    floor: int | None = None
    category: str | None = None
    group: str | None = None
    text: str | None = None

    @property
    def likeness(self) -> Likeness:
        """The part of the report that is compared."""
        return Likeness(self._spot(), self.category, self.group, None if self.text is None else folded(self.text))

    def _spot(self) -> Spot | None:
        place = self.place
        if place is None:
            return None
        floor = self.floor if place.storey is None else place.storey
        return Spot(at=place.id, floor=floor, building=place.building, place=place.outer)


async def similar(
    cases: Aggregates[Case],
    rows: Collection,
    asked: Described,
    now: datetime,
    visible: Mapping[str, Any],
    limit: int,
) -> list[tuple[Stored[Case], Match]]:
    """The cases that are likely the same, with their matches, the likeliest first. `visible` is the condition on cases
    that may be shown at all.

    The newest 200 cases are compared that were reported in the last 90 days and are open, or were closed in the last
    14.
    """
    where = [{"state.community": asked.community}, _current(now), visible]
    found = await _candidates(cases, rows, asked, now, where)
    likeness = asked.likeness
    chosen = best(((each["_id"], match(likeness, _known(each["state"]))) for each in found), limit)
    page = await cases.select({"_id": {"$in": [id for id, _ in chosen]}}, limit=max(limit, 1))
    stored = {each.aggregate.id: each for each in page.items}
    return [(stored[id], how) for id, how in chosen if id in stored]


def near(building: str, now: datetime, where: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The query for cases that were reported in `building` lately, under the conditions `where`."""
    return {
        "state.building": building,
        "at": {"$gte": now - OPEN_SINCE},
        **({"$and": list(where)} if where else {}),
    }


def worded(asked: Described, now: datetime) -> list[dict[str, Any]]:
    """The queries for candidate rows: in the open grounds of the place; without a place, with one of the words, a query
    for each; without words, of the category. The first words are asked for, so that typing on asks for the same words
    and more."""
    query: dict[str, Any] = {"community": asked.community, "order": {"$gte": order_of(now - OPEN_SINCE)}}
    telling = list(dict.fromkeys(tokens_of(folded(asked.text or ""))))[:_TELLING]
    if asked.place is not None:
        return [query | {"place": asked.place.outer, "building": None}]
    if telling:
        leading = [gram if len(gram) > 1 else of_character(gram) for gram in telling]
        return [query | {WORDS: {"$in": [token, INSIDE + token]}} for token in leading]
    return [query | {"category": asked.category}]


async def _likely(rows: Collection, asked: Described, now: datetime) -> list[str]:
    """The ids of cases that the queries find: first those that most queries find, among these the newest."""
    queries = worded(asked, now)
    at_once = LOOKS_AT if len(queries) == 1 else _OF_A_WORD
    walks = (rows.find(query, {"order": 1}).sort("order", DESCENDING).limit(at_once).to_list(None) for query in queries)
    times, order = Counter[str](), dict[str, int]()
    for found in await asyncio.gather(*walks):
        for row in found:
            times[row["_id"]] += 1
            order[row["_id"]] = row["order"]
    return sorted(order, key=lambda id: (times[id], order[id]), reverse=True)[:LOOKS_AT]


async def _candidates(
    cases: Aggregates[Case], rows: Collection, asked: Described, now: datetime, where: Sequence[Mapping[str, Any]]
) -> list[Document]:
    query: dict[str, Any]
    if asked.place is not None and asked.place.building is not None:
        query = near(asked.place.building, now, where)
    else:
        query = {"_id": {"$in": await _likely(rows, asked, now)}, "$and": list(where)}
    newest = cases.collection.find(query, _LIGHT).sort([("at", DESCENDING), ("_id", DESCENDING)])
    found: list[Document] = await newest.limit(LOOKS_AT).to_list(None)
    return found


def _current(now: datetime) -> dict[str, Any]:
    return {
        "$or": [
            {"state.status": {"$nin": sorted(CLOSED)}},
            {"state.status": {"$in": sorted(SOLVED)}, "state.closed_at": {"$gte": now - CLOSED_SINCE}},
        ]
    }


def _known(state: Mapping[str, Any]) -> Likeness:
    words = " ".join(filter(None, (state.get("title"), state.get("text"))))
    spot = Spot(state.get("at"), state.get("floor"), state.get("building"), state.get("place"))
    return Likeness(spot, state["category"], state.get("group"), folded(words))
