"""Partner units, places and the catalogue of categories over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.errors import AlreadyExists, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.contracts.issues import PlaceKind, Priority, UnitKind
from services.contracts.marks import Id
from services.issues.api.views import PlaceView, UnitView, place_view, unit_view
from services.issues.catalogues import RESIDENTIAL
from services.issues.domain.catalogue import Category
from services.issues.domain.places import (
    CompoundStandsAlone,
    PlaceNeedsParent,
    RegisterPlace,
    place_id,
    register_place,
)
from services.issues.domain.units import RegisterUnit, register_unit, unit_id
from services.issues.store import Store, matching

BASE = "/api/issues/v1"


class CategoryView(BaseModel):
    """A category and its promise: `hours` from dispatch to handling, `evidence`: a photo taken afterwards."""

    code: str
    zh: str
    en: str
    unit_kind: UnitKind
    priority: Priority
    hours: int
    evidence: bool

    @classmethod
    def of(cls, category: Category) -> "CategoryView":
        given = {name: getattr(category, name) for name in cls.model_fields.keys() - {"hours"}}
        return cls(hours=category.deadlines.handling.hours, **given)


class CatalogueView(BaseModel):
    """All categories of one version."""

    version: str
    items: list[CategoryView]


CATALOGUE_VIEW = CatalogueView(
    version=str(RESIDENTIAL.version),
    items=[CategoryView.of(category) for category in RESIDENTIAL.categories],
)


def router(store: Store) -> APIRouter:
    """The routes of units, places and categories, on `store`."""
    routes = APIRouter(prefix=BASE)

    @routes.get("/categories", tags=["categories"], summary="The catalogue of categories")
    async def categories(principal: PrincipalDep) -> CatalogueView:
        return CATALOGUE_VIEW

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


def _places(routes: APIRouter, store: Store) -> None:
    @routes.post(
        "/places",
        tags=["places"],
        status_code=201,
        response_model=PlaceView,
        summary="Make a compound or a building known",
        responses=problems(NotYours, AlreadyExists, UnknownAggregate, PlaceNeedsParent, CompoundStandsAlone),
    )
    async def register(body: RegisterPlace, command: CommandDep) -> Response:
        parent = None if body.parent is None else await store.places.get(body.parent)
        return await command.create(
            store.places.stored,
            lambda _, now: register_place(body, parent, command.principal, now),
            place_view,
            id=place_id(body),
            location=lambda id: f"{BASE}/places/{id}",
        )

    @routes.get(
        "/places",
        response_model=PageView[PlaceView],
        tags=["places"],
        summary="Compounds and buildings",
        responses=problems(NotYours),
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        kind: Annotated[PlaceKind | None, Query()] = None,
        parent: Annotated[Id | None, Query()] = None,
    ) -> Response:
        principal.require(community)
        query = matching(community, kind=kind, parent=parent)
        return paged(await store.places.stored.select(query, limit=page.limit, cursor=page.cursor), place_view, request)

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
