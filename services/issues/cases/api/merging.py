"""Cases that are the same matter are merged, or made parts of one another, over HTTP."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView
from services.chassis.http.problems import problems
from services.chassis.principal import Principal, Role
from services.contracts.marks import Id
from services.issues.cases.api.changes import BASE, REFUSALS, Changes
from services.issues.cases.domain import merging, parents
from services.issues.cases.domain.transitions import WHO, CaseCommand
from services.issues.cases.joining import surviving_case
from services.issues.cases.mergers import take_back_late_merger
from services.issues.cases.store import merged_into, part_of, visible_to
from services.issues.cases.views import CaseView
from services.issues.cases.visibility import known_by
from services.issues.catalogue.domain.catalogue import UnknownCategory
from services.issues.catalogue.domain.questions import AnswersRefused
from services.issues.catalogue.store import Catalogues
from services.issues.places.domain.floors import FloorNotThere, NoFloors, require_floor
from services.issues.places.domain.places import Place, PlaceIsRetired
from services.issues.places.service import reportable
from services.issues.shared.cache import AggregateCache


def router(changes: Changes, places: AggregateCache[Place], catalogues: Catalogues) -> APIRouter:
    """The routes of mergers, and of parents and their children."""
    routes = APIRouter(prefix=BASE, tags=["cases"])
    _merging(routes, changes)
    _parents(routes, changes, places, catalogues)
    return routes


def _merging(routes: APIRouter, changes: Changes) -> None:
    @routes.post(
        "/{id}/merge",
        response_model=CaseView,
        summary="Merge a case into another one that is the same",
        responses=problems(*REFUSALS, merging.MergedIntoItself, merging.MergedIntoClosed),
    )
    async def merge(id: Id, body: merging.Merge, command: CommandDep) -> Response:
        stored, by = await changes.known(id, command.principal)
        by.require(stored.aggregate.community, *WHO[CaseCommand.MERGE])
        end = await surviving_case(changes.cases, body.into)
        clocks = changes.clocks.of(stored.aggregate.community)
        answer = await command.change(
            changes.cases,
            id,
            lambda case, now: merging.merge(case, body, end, clocks, by, now),
            await changes.view(id, by, command),
        )
        # The other case may have been closed while this one was written: then it was closed first.
        if await take_back_late_merger(changes.cases, changes.clocks, id, end.id, command.cause):
            raise merging.MergedIntoClosed()
        return answer

    @routes.post("/{id}/unmerge", response_model=CaseView, summary="Undo a merge", responses=problems(*REFUSALS))
    async def unmerge(id: Id, command: CommandDep, body: merging.Unmerge | None = None) -> Response:
        by = await changes.vault.known(command.principal)
        given = body or merging.Unmerge()
        return await command.change(
            changes.cases,
            id,
            lambda case, now: merging.unmerge(case, given, changes.clocks.of(case.community), by, now),
            await changes.view(id, by, command),
            known_to=known_by(by),
        )

    @routes.get(
        "/{id}/merged",
        response_model=PageView[CaseView],
        summary="The cases that were merged into a case",
        responses=problems(UnknownAggregate, NotYours),
    )
    async def merged(id: Id, request: Request, principal: PrincipalDep, page: PageDep) -> Response:
        return await _pointing(changes, id, merged_into(id), principal, page, request)


def _parents(routes: APIRouter, changes: Changes, places: AggregateCache[Place], catalogues: Catalogues) -> None:
    family = (UnknownAggregate, NotYours, parents.OneLevelOnly, parents.ParentIsClosed)

    @routes.post(
        "/{id}/adopt",
        response_model=CaseView,
        summary="Make a case a part of another one",
        responses=problems(*family, StaleVersion),
    )
    async def adopt(id: Id, body: parents.AdoptCase, command: CommandDep) -> Response:
        stored, by = await changes.known(id, command.principal)
        by.require(stored.aggregate.community, Role.STAFF)
        parent = (await changes.cases.get(body.parent)).aggregate
        some = await changes.cases.collection.find_one(part_of(id), {"_id": 1}) is not None
        return await command.change(
            changes.cases,
            id,
            lambda case, now: parents.adopt(case, body, parent, by, now, has_children=some),
            await changes.view(id, by, command),
        )

    @routes.post(
        "/{id}/release",
        response_model=CaseView,
        summary="Release a case from the one that it is a part of",
        responses=problems(UnknownAggregate, NotYours, StaleVersion),
    )
    async def release(id: Id, command: CommandDep) -> Response:
        by = await changes.vault.known(command.principal)
        return await command.change(
            changes.cases,
            id,
            lambda case, now: parents.release(case, by, now),
            await changes.view(id, by, command),
            known_to=known_by(by),
        )

    @routes.post(
        "/{id}/children",
        status_code=201,
        response_model=CaseView,
        summary="Split off a part of a case, for a unit of its own",
        responses=problems(*family, UnknownCategory, PlaceIsRetired, NoFloors, FloorNotThere, AnswersRefused),
    )
    async def split_off(id: Id, body: parents.SplitOff, command: CommandDep) -> Response:
        stored, by = await changes.known(id, command.principal)
        parent = stored.aggregate
        by.require(parent.community, Role.STAFF)
        steps = await reportable(places, body.place or parent.at or parent.place)
        place = steps[-1]
        if place.community == parent.community:
            require_floor(steps, body.floor)
        catalogue = await catalogues.of(parent.community)
        number = await changes.numbers.draw(parent.community)
        return await command.create(
            changes.cases,
            lambda id, now: parents.split_off(id, body, parent, place, catalogue, by, now, number=number),
            changes.presenter.view(by, command.language),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get(
        "/{id}/children",
        response_model=PageView[CaseView],
        summary="The parts of a case",
        responses=problems(UnknownAggregate, NotYours),
    )
    async def children(id: Id, request: Request, principal: PrincipalDep, page: PageDep) -> Response:
        return await _pointing(changes, id, part_of(id), principal, page, request)


async def _pointing(
    changes: Changes, id: str, query: Mapping[str, Any], principal: Principal, page: PageDep, request: Request
) -> Response:
    """The cases that `query` finds, pointing at case `id`, without those that the caller may not know of."""
    stored, by = await changes.known(id, principal)
    query = {"$and": [query, visible_to(by, stored.aggregate.community)]}
    return await changes.many(await changes.cases.select(query, limit=page.limit, cursor=page.cursor), by, request)
