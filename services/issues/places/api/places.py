"""The tree of places over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known, known_to, require_known
from services.contracts.issues import PlaceKind
from services.contracts.marks import Id
from services.issues.places.domain import layout
from services.issues.places.domain.floors import FloorsAbove, require_no_floors_above
from services.issues.places.domain.grid import GridCode
from services.issues.places.domain.layout import LayOut
from services.issues.places.domain.places import (
    ChangePlace,
    CompoundStandsAlone,
    Place,
    PlaceChangeWrong,
    PlaceHasBuildings,
    PlaceIsRetired,
    PlaceMisplaced,
    PlaceNeedsParent,
    PlaceNeedsTitle,
    PlaceNumberWrong,
    PointFarAway,
    RegisterPlace,
    change_place,
    place_id,
    register_place,
    retire_place,
)
from services.issues.places.service import floors_in_use, path_to, register_all, retire_inside, standing_in
from services.issues.places.store import PLACES
from services.issues.places.views import PlaceView, StepView, place_view, step_view
from services.issues.places.walking import in_walking_order
from services.issues.shared.cache import AggregateCache
from services.issues.shared.queries import matching

BASE = "/api/issues/v1/places"


_REGISTERING = (
    NotYours,
    UnknownAggregate,
    PlaceMisplaced,
    PlaceNumberWrong,
    PlaceNeedsTitle,
    PlaceChangeWrong,
    PlaceIsRetired,
    PointFarAway,
)


class LaidOut(BaseModel):
    """The result of registering a layout: places made now, and those that were there before."""

    registered: int
    known: int


def router(places: AggregateCache[Place]) -> APIRouter:
    """The routes of places."""
    routes = APIRouter(prefix=BASE, tags=["places"])

    @routes.post(
        "",
        status_code=201,
        response_model=PlaceView,
        summary="Register a place",
        responses=problems(*_REGISTERING, AlreadyExists, PlaceNeedsParent, CompoundStandsAlone),
    )
    async def register(body: RegisterPlace, command: CommandDep) -> Response:
        """compound → building → stairwell (单元) → floor → spot; levels between may be left out."""
        by = command.principal
        parent = None if body.parent is None else (await known(places.stored, body.parent, known_to(by))).aggregate
        if parent is not None:
            await places.those_of((*parent.above, parent.id))
        return await command.create(
            places.stored,
            lambda _, now: register_place(body, parent, by, now),
            place_view(places),
            id=place_id(body),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.post(
        "/{id}/floors",
        summary="Register a building's layout: its stairwells, floors and the spots on every floor",
        responses=problems(*_REGISTERING, layout.FloorsUnknown, layout.FloorsUpsideDown, layout.TooManyPlaces),
    )
    async def lay_out(id: Id, body: LayOut, command: CommandDep) -> LaidOut:
        """Register a layout. The same layout sent again registers missing places and changes nothing else."""
        place = (await places.stored.get(id)).aggregate
        require_known(place, PLACES, command.principal)
        place.require_editor(command.principal)
        registered, there = await register_all(places, place, layout.lay_out(place, body), command)
        return LaidOut(registered=registered, known=there)

    @routes.get(
        "",
        response_model=PageView[PlaceView],
        summary="Places of a community or, with `parent`, the places directly in a place",
        responses=problems(NotYours),
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        kind: Annotated[PlaceKind | None, Query()] = None,
        parent: Annotated[Id | None, Query()] = None,
        within: Annotated[Id | None, Query(description="Anywhere below this place.")] = None,
        number: Annotated[int | None, Query(ge=-9, le=9999)] = None,
        grid: Annotated[GridCode | None, Query(description="The 15 digits of a grid.")] = None,
        retired: Annotated[bool | None, Query()] = None,
    ) -> Response:
        """In the order in which one walks them, 9 before 10; where there are more than twenty thousand, the newest
        first."""
        principal.require(community)
        query = matching(community, kind=kind, parent=parent, number=number, grid=grid)
        if within is not None:
            query |= standing_in(within)
        if retired is not None:
            query["state.retired"] = True if retired else {"$ne": True}
        found = await in_walking_order(places, query, page.limit, page.cursor)
        if found is None:
            found = await places.stored.select(query, limit=page.limit, cursor=page.cursor)
        await places.those_of(sorted({above for stored in found.items for above in stored.aggregate.above}))
        return paged(found, place_view(places), request)

    _one_place(routes, places)
    return routes


def _one_place(routes: APIRouter, places: AggregateCache[Place]) -> None:
    @routes.get(
        "/{id}",
        response_model=PlaceView,
        summary="One place",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored = await known(places.stored, id, known_to(principal))
        await places.those_of(stored.aggregate.above)
        return etagged(stored, place_view(places), request)

    @routes.get(
        "/{id}/path",
        summary="The path of a place, from its compound down to itself",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def path(id: Id, principal: PrincipalDep) -> list[StepView]:
        steps = await path_to(places, id)
        require_known(steps[-1], PLACES, principal)
        return [step_view(step) for step in steps]

    changing = (NotYours, UnknownAggregate, StaleVersion, PlaceIsRetired, PlaceChangeWrong, PointFarAway, FloorsAbove)

    @routes.post(
        "/{id}/change",
        response_model=PlaceView,
        summary="Correct the data of a place",
        responses=problems(*changing),
    )
    async def change(id: Id, body: ChangePlace, command: CommandDep) -> Response:
        *above, place = await path_to(places, id)
        floors = [] if body.floors is None else await floors_in_use(places, place)

        def changed(place: Place, now: datetime) -> Decision[Place]:
            decision = change_place(place, body, command.principal, now, above)
            require_no_floors_above(body.floors, floors)
            return decision

        answer = await command.change(
            places.stored, id, changed, place_view(places), known_to=known_to(command.principal)
        )
        places.forget(id)
        return answer

    @routes.post(
        "/{id}/retire",
        response_model=PlaceView,
        summary="Retire a place and everything in it, so that nothing is reported there any more",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, PlaceHasBuildings),
    )
    async def retire(id: Id, command: CommandDep) -> Response:
        """What stands in the place is retired first. A request that was interrupted is sent again and goes on where it
        was."""
        place = (await places.stored.get(id)).aggregate
        require_known(place, PLACES, command.principal)
        place.require_editor(command.principal)
        await retire_inside(places, place, command)
        await places.those_of(place.above)
        answer = await command.change(
            places.stored,
            id,
            lambda place, now: retire_place(place, command.principal, now),
            place_view(places),
            known_to=known_to(command.principal),
        )
        places.forget(id)
        return answer
