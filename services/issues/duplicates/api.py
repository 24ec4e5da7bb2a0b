"""Routes of duplicates: they suggest cases while somebody types a report, and let people join a case that exists."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.clock import Clock
from services.chassis.errors import Invalid, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.language import language_of
from services.chassis.http.pages import PageView, page_of
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.chassis.store.mongo import Collection
from services.contracts.issues import CaseState
from services.contracts.marks import Code, Id
from services.issues.cases.api.changes import Changes
from services.issues.cases.domain.affected import NobodyJoins, YourOwnCase
from services.issues.cases.domain.case import Case
from services.issues.cases.joining import CaseJoining
from services.issues.cases.store import visible_to
from services.issues.cases.views import CaseNames, CaseView
from services.issues.catalogue.domain.catalogue import UnknownCategory
from services.issues.catalogue.store import Catalogues
from services.issues.duplicates.candidates import Described, similar
from services.issues.duplicates.domain.likeness import LikenessReason, Match
from services.issues.places.domain.places import Place
from services.issues.shared.cache import AggregateCache
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
    """The request names neither place nor category nor words, so that there is nothing to compare."""


class SimilarView(BaseModel):
    """A case that may be the same, with its public fields, and `names` beside its codes and ids."""

    case: CaseState
    names: CaseNames
    id: str
    score: float = Field(ge=0, le=1)
    why: tuple[LikenessReason, ...]
    supported: bool = Field(description="Whether the caller has joined it.")
    mine: bool = Field(description="Whether the caller reported it.")


class SupportView(BaseModel):
    """Whether the caller supports `case`, which is the case asked about, or the one that it was merged into."""

    case: str
    reporter: bool
    supported: bool
    affected: int


@dataclass(frozen=True, slots=True)
class Comparing:
    """The data that a report in the making is compared with: places, categories, and the rows of cases."""

    places: AggregateCache[Place]
    catalogues: Catalogues
    rows: Collection
    clock: Clock


def router(changes: Changes, joining: CaseJoining, comparing: Comparing) -> APIRouter:
    """The routes of suggestions and of joining. The path `/cases/similar` is not the case of that id."""
    routes = APIRouter(prefix=BASE, tags=["cases"])

    @routes.get(
        "/similar",
        response_model=PageView[SimilarView],
        summary="Suggest cases that may be the same, while somebody types",
        responses=problems(NotYours, UnknownAggregate, UnknownCategory, NothingToCompare),
    )
    async def like(
        request: Request,
        principal: PrincipalDep,
        community: Annotated[Id, Query()],
        place: Annotated[Id | None, Query(description="Any place of the tree.")] = None,
        floor: Annotated[int | None, Query(ge=-9, le=150, description="Where the place is a building.")] = None,
        category: Annotated[Code | None, Query()] = None,
        text: Annotated[str | None, Query(max_length=2000)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 5,
    ) -> Response:
        """Open cases and those closed lately that may be the same, the likeliest first, each with a score and the
        reasons; public fields only. There is no second page: more words give better suggestions."""
        principal.require(community)
        asked = await _asked(comparing, community, place, floor, category, text)
        by = await changes.vault.known(principal)
        seen, now = visible_to(by, community), comparing.clock()
        found = await similar(changes.cases, comparing.rows, asked, now, seen, limit + 1)
        joined = await joining.joined_by(by.sub, [stored.aggregate.id for stored, _ in found])
        await changes.presenter.prepare(stored.aggregate for stored, _ in found[:limit])
        names = changes.presenter.names(by, language_of(request))
        shown = [_similar(stored.aggregate, how, by, joined, names) for stored, how in found[:limit]]
        return page_of(shown, None, request, more=len(found) > limit)

    _supporting(routes, changes, joining)
    return routes


def _supporting(routes: APIRouter, changes: Changes, joining: CaseJoining) -> None:
    @routes.post("/{id}/support", response_model=CaseView, summary="Support a case (me too)", responses=_JOINING)
    async def support(id: Id, request: Request, command: CommandDep, body: GiveSupport | None = None) -> Response:
        """Support the case: the caller is affected too, is counted once, and is told what becomes of it.

        Supporting a case that was merged supports the one that goes on. The answer is that case as it is now, to a
        repetition too.
        """
        stored = await joining.join(id, body or GiveSupport(), command)
        return await _shown(changes, stored, command, request)

    @routes.delete(
        "/{id}/support", response_model=CaseView, summary="Withdraw one's support of a case", responses=_JOINING
    )
    async def leave(id: Id, request: Request, command: CommandDep) -> Response:
        return await _shown(changes, await joining.leave(id, command), command, request)

    @routes.get("/{id}/support", response_model=SupportView, responses=problems(UnknownAggregate, NotYours))
    async def mine(id: Id, principal: PrincipalDep) -> SupportView:
        by = await changes.vault.known(principal)
        case = await joining.surviving_case_for(id, by)
        by.require(case.community)
        joined = await joining.joined_by(by.sub, sorted({id, case.id}))
        return SupportView(case=case.id, reporter=case.is_reporter(by), supported=bool(joined), affected=case.affected)


async def _asked(
    comparing: Comparing, community: str, place: str | None, floor: int | None, category: str | None, text: str | None
) -> Described:
    text = None if text is None or not text.strip() else text
    if place is None and category is None and text is None:
        raise NothingToCompare()
    where = None if place is None else await comparing.places.get(place)
    if where is not None and where.community != community:
        raise UnknownAggregate(kind="place", id=where.id)
    known = None if category is None else (await comparing.catalogues.of(community)).known(category)
    return Described(community, where, floor, category, None if known is None else known.group, text)


def _similar(
    case: Case, how: Match, by: Principal, joined: set[str], names: Callable[[Case], CaseNames]
) -> SimilarView:
    return SimilarView(
        id=case.id,
        case=case.whole(),
        names=names(case),
        score=how.score,
        why=how.why,
        supported=case.id in joined,
        mine=case.is_reporter(by),
    )


async def _shown(changes: Changes, stored: Stored[Case], command: Command, request: Request) -> Response:
    by = await changes.vault.known(command.principal)
    await changes.presenter.prepare([stored.aggregate])
    return etagged(stored, changes.presenter.view(by, command.language), request)
