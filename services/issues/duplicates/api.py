"""Cases and their like over HTTP: suggestions while somebody types, me too, merging, parents and children."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import Invalid, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.issues import CaseState
from services.contracts.marks import Code, Id
from services.issues.cases.domain import merging, parents
from services.issues.cases.domain.affected import NobodyJoins, YourOwnCase
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.transitions import WHO, CaseCommand, NotNow
from services.issues.cases.joining import surviving_case
from services.issues.cases.store import merged_into, part_of, visible_to
from services.issues.cases.views import CaseView, case_view
from services.issues.cases.visibility import known_by, known_case
from services.issues.catalogue.domain.catalogue import UnknownCategory
from services.issues.catalogue.domain.questions import AnswersRefused
from services.issues.duplicates.candidates import Asked, similar
from services.issues.duplicates.domain.likeness import Match, Why
from services.issues.places.domain.places import PlaceIsRetired
from services.issues.places.service import reportable
from services.issues.store import Store
from services.issues.supports.domain.supports import GiveSupport

BASE = "/api/issues/v1/cases"
MOST = 20

_JOINING = problems(UnknownAggregate, NotYours, NobodyJoins, YourOwnCase)


class NothingToCompare(
    Invalid,
    code="similar.nothing-to-compare",
    zh="请至少给出地点、类别或文字中的一项。",
    en="Say a place, a category or some words at least.",
):
    """Everything is like nothing."""


class SimilarView(BaseModel):
    """A case that may be the same, as everybody may see it."""

    case: CaseState
    id: str
    score: float = Field(ge=0, le=1)
    why: tuple[Why, ...]
    supported: bool = Field(description="Whether the caller has joined it.")
    mine: bool = Field(description="Whether the caller reported it.")


class SimilarCases(BaseModel):
    """The likeliest first."""

    items: list[SimilarView]


class SupportView(BaseModel):
    """Whether the caller stands behind the case `case`, which goes on for the one that was asked about."""

    case: str
    reporter: bool
    supported: bool
    affected: int


def router(store: Store) -> APIRouter:
    """The routes, on `store`. They stand before those of cases, for `similar` is no id."""
    routes = APIRouter(prefix=BASE, tags=["cases"])

    @routes.get(
        "/similar",
        response_model=SimilarCases,
        summary="What may be the same, while somebody types",
        responses=problems(NotYours, UnknownAggregate, UnknownCategory, NothingToCompare),
    )
    async def like(
        principal: PrincipalDep,
        community: Annotated[Id, Query()],
        place: Annotated[Id | None, Query(description="Any place of the tree.")] = None,
        floor: Annotated[int | None, Query(ge=-9, le=150, description="Where the place is a building.")] = None,
        category: Annotated[Code | None, Query()] = None,
        text: Annotated[str | None, Query(max_length=2000)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 5,
    ) -> SimilarCases:
        """Open cases and those closed lately, each with a score and the reasons; public fields only."""
        principal.require(community)
        asked = await _asked(store, community, place, floor, category, text)
        by = await store.vault.known(principal)
        found = await similar(store, asked, store.reading.clock(), visible_to(by, community), limit)
        joined = await store.joining.joined_by(by.sub, [stored.aggregate.id for stored, _ in found])
        return SimilarCases(items=[_similar(stored.aggregate, how, by, joined) for stored, how in found])

    _supporting(routes, store)
    _merging(routes, store)
    _parents(routes, store)
    return routes


def _supporting(routes: APIRouter, store: Store) -> None:
    @routes.post("/{id}/support", response_model=CaseView, summary="Me too", responses=_JOINING)
    async def support(id: Id, request: Request, command: CommandDep, body: GiveSupport | None = None) -> Response:
        """The caller is affected by it too, counts once, and hears what becomes of it.

        Who joins a case that is merged joins the one that goes on; that one is the answer, as it is now, to a
        repetition as well.
        """
        stored = await store.joining.join(id, body or GiveSupport(), command)
        return await _shown(store, stored, command.principal, request)

    @routes.delete("/{id}/support", response_model=CaseView, summary="Me no longer", responses=_JOINING)
    async def leave(id: Id, request: Request, command: CommandDep) -> Response:
        return await _shown(store, await store.joining.leave(id, command), command.principal, request)

    @routes.get("/{id}/support", response_model=SupportView, responses=problems(UnknownAggregate, NotYours))
    async def mine(id: Id, principal: PrincipalDep) -> SupportView:
        by = await store.vault.known(principal)
        case = await store.joining.surviving_case_for(id, by)
        by.require(case.community)
        joined = await store.joining.joined_by(by.sub, sorted({id, case.id}))
        return SupportView(case=case.id, reporter=case.is_reporter(by), supported=bool(joined), affected=case.affected)


def _merging(routes: APIRouter, store: Store) -> None:
    refusals = (UnknownAggregate, NotYours, NotNow, StaleVersion)

    @routes.post(
        "/{id}/merge",
        response_model=CaseView,
        summary="It is the same as another one",
        responses=problems(*refusals, merging.MergedElsewhere, merging.MergedIntoItself, merging.MergedIntoClosed),
    )
    async def merge(id: Id, body: merging.Merge, command: CommandDep) -> Response:
        stored, by = await known_case(store, id, command.principal)
        by.require(stored.aggregate.community, *WHO[CaseCommand.MERGE])
        end = await surviving_case(store.cases, body.into)
        return await command.change(
            store.cases, id, lambda case, now: merging.merge(case, body, end, store.clocks, by, now), _view(by)
        )

    @routes.post("/{id}/unmerge", response_model=CaseView, summary="It is not", responses=problems(*refusals))
    async def unmerge(id: Id, command: CommandDep, body: merging.Unmerge | None = None) -> Response:
        by = await store.vault.known(command.principal)
        given = body or merging.Unmerge()
        return await command.change(
            store.cases,
            id,
            lambda case, now: merging.unmerge(case, given, store.clocks, by, now),
            _view(by),
            known_to=known_by(by),
        )

    @routes.get(
        "/{id}/merged",
        response_model=PageView[CaseView],
        summary="The cases it goes on for",
        responses=problems(UnknownAggregate, NotYours),
    )
    async def merged(id: Id, request: Request, principal: PrincipalDep, page: PageDep) -> Response:
        return await _pointing(store, id, merged_into(id), principal, page, request)


def _parents(routes: APIRouter, store: Store) -> None:
    family = (UnknownAggregate, NotYours, parents.OneLevelOnly, parents.ParentIsClosed)

    @routes.post(
        "/{id}/adopt",
        response_model=CaseView,
        summary="It is a part of another one",
        responses=problems(*family, StaleVersion, parents.ParentElsewhere),
    )
    async def adopt(id: Id, body: parents.Adopt, command: CommandDep) -> Response:
        stored, by = await known_case(store, id, command.principal)
        by.require(stored.aggregate.community, Role.STAFF)
        parent = (await store.cases.get(body.parent)).aggregate
        some = await store.cases.collection.find_one(part_of(id), {"_id": 1}) is not None
        return await command.change(
            store.cases, id, lambda case, now: parents.adopt(case, body, parent, by, now, has_children=some), _view(by)
        )

    @routes.post(
        "/{id}/release",
        response_model=CaseView,
        summary="It is a part of nothing",
        responses=problems(UnknownAggregate, NotYours, StaleVersion),
    )
    async def release(id: Id, command: CommandDep) -> Response:
        by = await store.vault.known(command.principal)
        return await command.change(
            store.cases, id, lambda case, now: parents.release(case, by, now), _view(by), known_to=known_by(by)
        )

    @routes.post(
        "/{id}/children",
        status_code=201,
        response_model=CaseView,
        summary="Split off a part, for a unit of its own",
        responses=problems(*family, UnknownCategory, PlaceIsRetired, AnswersRefused),
    )
    async def split_off(id: Id, body: parents.SplitOff, command: CommandDep) -> Response:
        stored, by = await known_case(store, id, command.principal)
        parent = stored.aggregate
        by.require(parent.community, Role.STAFF)
        place = (await reportable(store.places, body.place or parent.at or parent.place))[-1]
        catalogue = await store.catalogues.of(parent.community)
        return await command.create(
            store.cases,
            lambda id, now: parents.split_off(id, body, parent, place, catalogue, by, now),
            _view(by),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get(
        "/{id}/children",
        response_model=PageView[CaseView],
        summary="Its parts",
        responses=problems(UnknownAggregate, NotYours),
    )
    async def children(id: Id, request: Request, principal: PrincipalDep, page: PageDep) -> Response:
        return await _pointing(store, id, part_of(id), principal, page, request)


async def _asked(
    store: Store, community: str, place: str | None, floor: int | None, category: str | None, text: str | None
) -> Asked:
    text = None if text is None or not text.strip() else text
    if place is None and category is None and text is None:
        raise NothingToCompare()
    where = None if place is None else await store.places.get(place)
    if where is not None and where.community != community:
        raise UnknownAggregate(kind="place", id=where.id)
    known = None if category is None else (await store.catalogues.of(community)).known(category)
    return Asked(community, where, floor, category, None if known is None else known.group, text)


def _similar(case: Case, how: Match, by: Principal, joined: set[str]) -> SimilarView:
    return SimilarView(
        id=case.id,
        case=case.whole(),
        score=how.score,
        why=how.why,
        supported=case.id in joined,
        mine=case.is_reporter(by),
    )


def _view(by: Principal) -> Callable[[Stored[Case]], CaseView]:
    return lambda stored: case_view(stored, by)


async def _shown(store: Store, stored: Stored[Case], principal: Principal, request: Request) -> Response:
    return etagged(stored, _view(await store.vault.known(principal)), request)


async def _pointing(
    store: Store, id: str, query: Mapping[str, Any], principal: Principal, page: PageDep, request: Request
) -> Response:
    """The cases that `query` finds, pointing at case `id`, without those that the caller may not know of."""
    stored, by = await known_case(store, id, principal)
    query = {"$and": [query, visible_to(by, stored.aggregate.community)]}
    return paged(await store.cases.select(query, limit=page.limit, cursor=page.cursor), _view(by), request)
