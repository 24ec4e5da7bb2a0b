"""The kind, indexes and queries of drafts, which are found by community, by author and by the people named in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.contracts.activities import DraftState, DraftStatus
from services.contracts.topics import ACTIVITIES
from services.events.drafts.domain import Draft
from services.events.pictures.shown import SHOWING

DRAFT = Kind(name="draft", collection="drafts", model=Draft, topic=ACTIVITIES, state=DraftState, zh="草稿", en="draft")
KINDS: tuple[Kind[Any], ...] = (DRAFT,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    DRAFT.collection: [
        IndexModel([("state.community", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)]),
        *(IndexModel([(f"state.{name}", ASCENDING)]) for name in ("author", "organiser", "instructors")),
        SHOWING,
    ],
}


def visible(community: str, author: str | None, status: DraftStatus | None) -> dict[str, Any]:
    """The query for drafts of `community`: all or, for an `author`, their own and the templates."""
    query: dict[str, Any] = {"state.community": community}
    if author is not None:
        query["$or"] = [{"state.author": author}, {"state.status": DraftStatus.TEMPLATE.value}]
    if status is not None:
        query["state.status"] = status.value
    return query


def with_person(person: str) -> dict[str, Any]:
    """The query for drafts that name `person`."""
    return {"$or": [{"state.author": person}, {"state.organiser": person}, {"state.instructors": person}]}
