"""Partner units, and the tree of places, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.contracts.issues import PlaceKind
from services.contracts.marks import Id
from services.issues.places.domain import layout, places
from services.issues.places.domain.grid import GridCode
from services.issues.places.domain.layout import LayOut
from services.issues.places.domain.places import (
    ChangePlace,
    RegisterPlace,
    change_place,
    place_id,
    register_place,
    retire_place,
)
from services.issues.places.service import path_to, register_all, retire_inside, standing_in
from services.issues.places.views import PlaceView, StepView, place_view, step_view
from services.issues.shared.queries import matching
from services.issues.store import Store
from services.issues.units.domain import RegisterUnit, register_unit, unit_id
from services.issues.units.views import UnitView, unit_view

BASE = "/api/issues/v1"


def router(store: Store) -> APIRouter:
    """The routes of units and places, on `store`."""
    routes = APIRouter(prefix=BASE)

    _units(routes, store)
    _places(routes, store)
    return routes


def _units(routes: APIRouter, store: Store) -> None:
    @routes.post(
        "/units",
        tags=["units"],
        status_code=201,
        response_model=UnitView,
        summary="Register a partner organisation",
        responses=problems(NotYours, AlreadyExists),
    )
    async def register(body: RegisterUnit, command: CommandDep) -> Response:
        return await command.create(
            store.units.stored,
            lambda _, now: register_unit(body, command.principal, now),
            unit_view,
            id=unit_id(body.community, body.code),
            location=lambda id: f"{BASE}/units/{id}",
        )

    @routes.get(
        "/units",
        response_model=PageView[UnitView],
        tags=["units"],
        summary="Partner organisations",
        responses=problems(NotYours),
    )
    async def many(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community)
        return paged(
            await store.units.stored.select(matching(community), limit=page.limit, cursor=page.cursor),
            unit_view,
            request,
        )

    @routes.get(
        "/units/{id}",
        response_model=UnitView,
        tags=["units"],
        summary="One",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored = await store.units.stored.get(id)
        principal.require(stored.aggregate.community)
        return etagged(stored, unit_view, request)


_REGISTERING = (
    NotYours,
    UnknownAggregate,
    places.PlaceMisplaced,
    places.PlaceNumberWrong,
    places.PlaceNeedsTitle,
    places.PlaceChangeWrong,
    places.PlaceIsRetired,
)


class LaidOut(BaseModel):
    """What came of laying out a building: places made now, and those that were there before."""

    registered: int
    known: int


def _places(routes: APIRouter, store: Store) -> None:
    @routes.post(
        "/places",
        tags=["places"],
        status_code=201,
        response_model=PlaceView,
        summary="Make a place known",
        responses=problems(*_REGISTERING, AlreadyExists, places.PlaceNeedsParent, places.CompoundStandsAlone),
    )
    async def register(body: RegisterPlace, command: CommandDep) -> Response:
        """compound → building → stairwell (单元) → floor → spot; levels between may be left out."""
        parent = None if body.parent is None else (await store.places.stored.get(body.parent)).aggregate
        return await command.create(
            store.places.stored,
            lambda _, now: register_place(body, parent, command.principal, now),
            place_view,
            id=place_id(body),
            location=lambda id: f"{BASE}/places/{id}",
        )

    @routes.post(
        "/places/{id}/floors",
        tags=["places"],
        summary="Lay out a building: its stairwells, floors and what is on every floor",
        responses=problems(*_REGISTERING, layout.FloorsUnknown, layout.FloorsUpsideDown, layout.TooManyPlaces),
    )
    async def lay_out(id: Id, body: LayOut, command: CommandDep) -> LaidOut:
        """Sent again, it registers what is missing and changes nothing else."""
        place = (await store.places.stored.get(id)).aggregate
        place.require_editor(command.principal)
        registered, known = await register_all(store, place, layout.lay_out(place, body), command)
        return LaidOut(registered=registered, known=known)

    @routes.get(
        "/places",
        response_model=PageView[PlaceView],
        tags=["places"],
        summary="Places of a community; with parent, what stands in a place",
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
        principal.require(community)
        query = matching(community, kind=kind, parent=parent, number=number, grid=grid)
        if within is not None:
            query |= standing_in(within)
        if retired is not None:
            query["state.retired"] = True if retired else {"$ne": True}
        return paged(await store.places.stored.select(query, limit=page.limit, cursor=page.cursor), place_view, request)

    _one_place(routes, store)


def _one_place(routes: APIRouter, store: Store) -> None:
    @routes.get(
        "/places/{id}",
        response_model=PlaceView,
        tags=["places"],
        summary="One",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored = await store.places.stored.get(id)
        principal.require(stored.aggregate.community)
        return etagged(stored, place_view, request)

    @routes.get(
        "/places/{id}/path",
        tags=["places"],
        summary="What a place stands in, from the compound down to itself",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def path(id: Id, principal: PrincipalDep) -> list[StepView]:
        steps = await path_to(store, id)
        principal.require(steps[-1].community)
        return [step_view(step) for step in steps]

    changing = (NotYours, UnknownAggregate, StaleVersion, places.PlaceIsRetired, places.PlaceChangeWrong)

    @routes.post(
        "/places/{id}/change",
        response_model=PlaceView,
        tags=["places"],
        summary="Put right what is said of a place",
        responses=problems(*changing),
    )
    async def change(id: Id, body: ChangePlace, command: CommandDep) -> Response:
        answer = await command.change(
            store.places.stored, id, lambda place, now: change_place(place, body, command.principal, now), place_view
        )
        store.places.forget(id)
        return answer

    @routes.post(
        "/places/{id}/retire",
        response_model=PlaceView,
        tags=["places"],
        summary="Nothing is reported there any more, nor in what stands in it",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, places.PlaceHasBuildings),
    )
    async def retire(id: Id, command: CommandDep) -> Response:
        """What stands in it goes first; interrupted, it goes on where it was when it is sent again."""
        place = (await store.places.stored.get(id)).aggregate
        place.require_editor(command.principal)
        await retire_inside(store, place, command)
        answer = await command.change(
            store.places.stored, id, lambda place, now: retire_place(place, command.principal, now), place_view
        )
        store.places.forget(id)
        return answer
