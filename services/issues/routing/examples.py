"""Draws examples for training from past cases whose category or unit is sure by what people did.

A category is sure once a person has filed the case under it. A category that the platform filed, and a unit, are sure
only once the work is done, because a model must not learn from its own guesses. Cases that have lost their words, by
erasure or expiry, are left out whole, and so are reports by children.
"""

from collections.abc import Collection, Sequence
from typing import Any

from services.chassis.store.mongo import Collection as Documents
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.transitions import SOLVED
from services.issues.routing.domain.learning import MAX_EXAMPLES, Example

FILED = (
    CaseStatus.ACCEPTED,
    CaseStatus.DISPATCHED,
    CaseStatus.RETURNED,
    CaseStatus.IN_PROGRESS,
    CaseStatus.PAUSED,
    CaseStatus.HANDLED,
    CaseStatus.SENT_BACK,
    *sorted(SOLVED),
)
DONE = SOLVED | {CaseStatus.HANDLED, CaseStatus.SENT_BACK}
_FIELDS = {f"state.{name}": 1 for name in ("text", "title", "category", "unit", "status", "returned")}


async def examples_of(
    cases: Documents, community: str, *, corrected: Collection[str], by_platform: Collection[str]
) -> list[Example]:
    """The newest examples of `community`. `corrected` are cases whose category or unit somebody corrected;
    `by_platform` are cases that no person has filed."""
    query = {
        "state.community": community,
        "state.status": {"$in": list(FILED)},
        "state.words_gone": {"$ne": True},
        "state.minor": {"$ne": True},
    }
    found = cases.find(query, _FIELDS).sort([("at", -1), ("_id", -1)]).limit(MAX_EXAMPLES)
    return [example async for document in found if (example := _example(document, corrected, by_platform)) is not None]


def _example(document: Any, corrected: Collection[str], by_platform: Collection[str]) -> Example | None:
    id, state = document["_id"], document["state"]
    text = state.get("text") or state.get("title")
    if not text:
        return None
    status = CaseStatus(state["status"])
    sure = SOLVED if id in by_platform else FILED
    return Example(
        case=id,
        text=text,
        category=state["category"] if status in sure else None,
        unit=state.get("unit") if status in DONE else None,
        corrected=state.get("returned", 0) > 0 or id in corrected,
    )


async def are_all_there(cases: Documents, ids: Sequence[str]) -> bool:
    """Whether all of the cases `ids` still have their words."""
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        there = {"_id": {"$in": part}, "state.words_gone": {"$ne": True}}
        if await cases.count_documents(there) < len(part):
            return False
    return True
