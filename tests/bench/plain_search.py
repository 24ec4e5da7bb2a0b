"""The search before it knew synonyms, sounds and nearness, as a floor for the search that knows them.

It walks the index by the rarest token of what was typed, and reads the rows there. Nothing is remembered from one
question to the next.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from services.chassis.store.mongo import Collection, Document
from services.issues.reading.conditions import Filters, Reach, matching
from services.issues.reading.questions import terms
from services.issues.reading.row import INSIDE, WORDS
from tests.bench.cases import COMMUNITY

LOOKS = (150, 850)
COUNTED, _LEADS = 1000, 8
_NEWEST = [("order", -1)]


async def plainly(rows: Collection, words: str, reach: Reach, limit: int) -> list[Document]:
    """At most `limit` rows that have all `words` as they are typed, the newest first."""
    asked = terms(words)
    tokens = sorted({min(cover) for term in asked for cover in term.near.covers}, key=len, reverse=True)
    conditions = [{"$in": [token, INSIDE + token] if reach.inside else [token]} for token in tokens[:_LEADS]]
    walk: Document = {"community": COMMUNITY, "words": await _rarest(rows, conditions)}
    verified, found = matching(asked, reach, Filters()), list[Document]()
    for look in LOOKS:
        end = await _end(rows, walk, look)
        here = walk if end is None else {**walk, "order": {**walk.get("order", {}), "$gte": end}}
        read = rows.find({**here, "$and": [verified]}, {"order": 1}).sort(_NEWEST).hint(WORDS)
        found += await read.limit(limit + 1 - len(found)).to_list(None)
        if len(found) > limit or end is None:
            break
        walk = {**walk, "order": {**walk.get("order", {}), "$lt": end}}
    return found[:limit]


async def _rarest(rows: Collection, conditions: list[Document]) -> Document:
    if len(conditions) == 1:
        return conditions[0]
    counts = await asyncio.gather(
        *(rows.count_documents({"community": COMMUNITY, "words": each}, limit=COUNTED) for each in conditions)
    )
    return conditions[counts.index(min(counts))]


async def _end(rows: Collection, walk: Mapping[str, Any], look: int) -> int | None:
    ends = rows.find(walk, {"_id": 0, "order": 1}).sort(_NEWEST).hint(WORDS).skip(look - 1).limit(1)
    found = await ends.to_list(1)
    return int(found[0]["order"]) if found else None
