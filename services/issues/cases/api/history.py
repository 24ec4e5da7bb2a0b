"""The route of a case's history: its journal, as far as the caller may read it."""

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.language import language_of
from services.chassis.http.pages import PageDep, PageView, page_of
from services.chassis.http.problems import problems
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.cursor import InvalidCursor, decode, encode
from services.chassis.store.journal import Entry, Journal
from services.contracts.event import events
from services.contracts.holding import ERASED
from services.contracts.marks import Id
from services.contracts.masking import mask
from services.issues.cases.domain.case import Case
from services.issues.cases.presenting import CasePresenter
from services.issues.cases.visibility import known_case
from services.issues.privacy.vault import Vault

_OF_WORKERS = frozenset({"by", "person", "previous_person", "for_office"})
_INSIDE = _OF_WORKERS | {"reason", "note", "comment", "until", "previous_unit", "previous_due_at", "for_reporter"}
"""Internal fields of events that workers read; others (keys, exact places, people behind me-toos) are nobody's."""

_PEOPLE = ("reporter", "by", "proposer")


class EntryView(BaseModel):
    """One event. `actor` and internal fields are for workers; a person who was forgotten is null everywhere."""

    sequence: int
    type: str
    time: datetime
    actor: str | None = Field(description="Who did it, for workers.")
    data: dict[str, Any]
    names: dict[str, str] = Field(
        default={}, description="What people call the units, places and the category in `data`, by the same fields."
    )


def router(cases: Aggregates[Case], vault: Vault, presenter: CasePresenter, journal: Journal) -> APIRouter:
    """The route of the history."""
    routes = APIRouter(prefix="/api/issues/v1/cases", tags=["reading"])

    @routes.get(
        "/{id}/history",
        response_model=PageView[EntryView],
        summary="The history of a case",
        responses=problems(UnknownAggregate, NotYours, InvalidCursor),
    )
    async def history(id: Id, request: Request, principal: PrincipalDep, page: PageDep) -> Response:
        """The events of the case, oldest first, from the journal, which follows a command at once but not in the same
        moment. What happened while not everybody might know of it is for those whom it concerns.
        """
        stored, by = await known_case(cases, vault, id, principal)
        case = stored.aggregate
        after = 0 if page.cursor is None else _sequence(page.cursor, id)
        entries = await journal.page(id, after=after, limit=page.limit + 1)
        gone = {ERASED, *await _forgotten(journal, case)}
        here = entries[: page.limit]
        read = [entry for entry in here if _may_read(entry, case, by)]
        names = await presenter.names_in(case.community, [entry.data for entry in read], language_of(request))
        shown = [_view(entry, case, by, gone, found) for entry, found in zip(read, names, strict=True)]
        following = encode(here[-1].sequence, id) if len(entries) > page.limit else None
        return page_of(shown, following, request)

    return routes


async def _forgotten(journal: Journal, case: Case) -> frozenset[str]:
    """The people whom the case no longer names as its reporter, and the journal does."""
    if case.reporter is not None:
        return frozenset()
    first = await journal.page(case.id, limit=1)
    return frozenset(name for entry in first if (name := entry.data.get("reporter")) is not None)


def _view(entry: Entry, case: Case, by: Principal, gone: Set[str], names: Mapping[str, str]) -> EntryView:
    inside = case.shows_inside_to(by)
    works = inside and by.has(case.community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER, Role.HANDLER)
    actor = entry.actor if works and entry.actor not in gone else None
    data = {name: _shown(name, value, gone) for name, value in _readable(entry, inside, works).items()}
    return EntryView(
        sequence=entry.sequence,
        type=entry.type,
        time=entry.time,
        actor=actor,
        data=data,
        names={name: words for name, words in names.items() if name in data},
    )


def _may_read(entry: Entry, case: Case, by: Principal) -> bool:
    """Whether `by` reads `entry`: what happened while the case was not for everybody is for its inside, and an internal
    remark for who works on it."""
    if entry.data.get("for_office"):
        return case.reads_internal(by)
    return not entry.withheld or case.shows_inside_to(by)


def _readable(entry: Entry, inside: bool, works: bool) -> Mapping[str, Any]:
    """The fields of `entry` that the caller reads: public ones; with the inside also what was written; workers also who
    did it."""
    model = events().get(entry.type)
    public = frozenset() if model is None else model.public_fields
    more = _INSIDE if works else _INSIDE - _OF_WORKERS if inside else frozenset()
    return {name: value for name, value in entry.data.items() if name in public or name in more}


def _shown(name: str, value: Any, gone: Set[str]) -> Any:
    if name in _PEOPLE and value in gone:
        return None
    return mask(value) if isinstance(value, str) and name in ("reason", "note", "comment", "title") else value


def _sequence(cursor: str, id: str) -> int:
    value, of = decode(cursor)
    if type(value) is not int or of != id or value < 0:
        raise InvalidCursor()
    return value
