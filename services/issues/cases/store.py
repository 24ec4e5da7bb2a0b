"""The room keeps cases; every way in which they are looked for has a query and an index here."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Kind, newest_first
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.contracts.issues import CaseState
from services.contracts.topics import ISSUES
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.publicity import PUBLIC_CASES
from services.issues.shared.queries import by as found_by
from services.issues.shared.queries import by_newest

CASES = Kind(name="case", collection="cases", model=Case, topic=ISSUES, state=CaseState, zh="案件", en="case")
KINDS = (CASES,)

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
_TAKEN = {"state.assignee": {"$gt": ""}}
_ANSWERABLE = {"state.first_unit": {"$gt": ""}}
"""Only what matches literally is found by a partial index: its filter stands in the query too, or follows from it."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    CASES.collection: [
        by_newest("community"),
        by_newest("community", "status"),
        by_newest("unit"),
        by_newest("building"),
        by_newest("round"),
        by_newest("reporter"),
        IndexModel([("state.number", ASCENDING), ("at", ASCENDING), ("_id", ASCENDING)], name="number"),
        found_by("before"),
        found_by("after"),
        *_PRIVACY,
        *_POINTING,
        IndexModel([("state.tick_at", ASCENDING)], name="tick", partialFilterExpression=_TICKS),
        IndexModel(
            [("state.assignee", ASCENDING), ("state.unit", ASCENDING)], name="taken", partialFilterExpression=_TAKEN
        ),
        IndexModel(newest_first("state.first_unit"), name="first-unit", partialFilterExpression=_ANSWERABLE),
    ],
}


def visible_to(by: Principal, community: str) -> dict[str, Any]:
    """The query for cases of `community` that `by` may know of, as `Case.shows_itself_to` says of one."""
    if by.has(community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER):
        return {}
    theirs = [{"state.reporter": {"$in": [name for name in (by.sub, by.alias) if name is not None]}}]
    if by.has(community, Role.HANDLER):
        theirs.append({"state.unit": {"$in": sorted(by.units_in(community))}})
    return {"$or": [PUBLIC_CASES, *theirs]}


def unnumbered() -> dict[str, Any]:
    """The query for cases that have no short number yet."""
    return {"state.number": None}


def numbered(number: str, communities: Sequence[str]) -> dict[str, Any]:
    """The query for the case of this `number` in one of `communities`."""
    return {"state.number": number, "state.community": {"$in": sorted(communities)}}


def cases_come_due(now: datetime) -> dict[str, Any]:
    """The query for cases on whose clock something is due."""
    return {"state.tick_at": {"$gt": _LONG_AGO, "$lte": now}}


def clocks_that_run(community: str) -> dict[str, Any]:
    """The query for cases of `community` on whose clock something is still to come."""
    return {"state.tick_at": {"$gt": _LONG_AGO}, "state.community": community}


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


def words_ended(before: datetime) -> dict[str, Any]:
    """The query for cases of residents that were closed before a time and still hold their words."""
    return {**_WITH_WORDS, "state.closed_at": {"$gt": _LONG_AGO, "$lte": before}, "state.round": None}


def merged_into(case: str) -> dict[str, Any]:
    """The query for the cases that `case` goes on for."""
    return {"state.merged_into": case}


def joined(cases: Sequence[str]) -> dict[str, Any]:
    """The query for the cases that were merged into one of `cases` by hand."""
    return {"state.joined": {"$in": list(cases)}}


def part_of(case: str) -> dict[str, Any]:
    """The query for the children of `case`."""
    return {"state.parent": case}


async def has_or_had_one(cases: Aggregates[Case], unit: str | None, person: str) -> bool:
    """Whether `person` has a case that `unit` has, or had it last."""
    taken = {"state.assignee": {"$eq": person, "$gt": ""}, "state.unit": unit}
    return unit is not None and await cases.collection.find_one(taken, {"_id": 1}) is not None


async def withheld_cases(cases: Aggregates[Case], ids: Sequence[str]) -> set[str]:
    """Those of `ids` that are cases of which not everybody may know."""
    kept = cases.collection.find({"_id": {"$in": list(ids)}, "$nor": [PUBLIC_CASES]}, {"_id": 1})
    return {found["_id"] async for found in kept}
