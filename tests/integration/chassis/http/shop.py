"""A service of one aggregate behind a real gateway and on a real store."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, FastAPI, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.clock import utc_now
from services.chassis.errors import Conflict
from services.chassis.http.app import create_app
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Role
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.aggregates import Aggregates, Kind, Stored
from services.chassis.store.mongo import Database
from services.chassis.telemetry.metrics import Metrics
from services.contracts.event import Event, State
from services.contracts.marks import Public
from services.contracts.topics import Topic

SHOP = Topic("shop.v1", "shop", "Jars.")


class JarState(State, type="cn.community.shop.jar.state.v1", topic=SHOP):
    """A jar as everybody may see it."""

    sweets: Public[int]


class JarFilled(Event, type="cn.community.shop.jar.filled.v1", topic=SHOP, state=JarState):
    """So many sweets are in it now."""

    sweets: Public[int]


class Jar(Aggregate):
    """Holds sweets."""

    sweets: int
    label: str = ""

    def public(self) -> JarState:
        return JarState(sweets=self.sweets)


class JarFull(Conflict, code="jar.full", zh="罐子满了。", en="The jar is full."):
    """A jar holds ten."""


class ShopSettings(ServiceSettings, env_prefix="SHOP_"):
    pass


class NewJar(BaseModel):
    sweets: int = Field(ge=0, le=10)
    label: str = ""


class JarView(BaseModel):
    id: str
    sweets: int
    version: int

    @classmethod
    def of(cls, stored: Stored[Jar]) -> "JarView":
        return cls(id=stored.aggregate.id, sweets=stored.aggregate.sweets, version=stored.version)


JARS = Kind("jar", "jars", Jar, SHOP, JarState)
PATH = "/api/shop/v1/jars"


def filled(id: str, sweets: int, label: str = "") -> Decision[Jar]:
    return decided(Jar(id=id, community="yangguang", sweets=sweets, label=label), JarFilled(sweets=sweets))


def one_more(jar: Jar, _now: datetime) -> Decision[Jar]:
    if jar.sweets >= 10:
        raise JarFull()
    return decided(jar.model_copy(update={"sweets": jar.sweets + 1}), JarFilled(sweets=jar.sweets + 1))


def routes(jars: Aggregates[Jar]) -> APIRouter:
    router = APIRouter()

    @router.post(PATH, status_code=201, response_model=JarView)
    async def fill(command: CommandDep, body: NewJar) -> Response:
        return await command.create(
            jars, lambda id, _now: filled(id, body.sweets, body.label), JarView.of, location=PATH + "/{id}"
        )

    @router.post(PATH + "/by-photo", status_code=201, response_model=JarView)
    async def photograph(command: CommandDep, photo: UploadFile, label: str = Form("")) -> Response:
        size = len(await photo.read())
        return await command.create(
            jars, lambda id, _now: filled(id, size % 10, label), JarView.of, location=lambda id: f"{PATH}/{id}"
        )

    @router.put(PATH + "/{id}", status_code=201, response_model=JarView)
    async def name(command: CommandDep, id: str, body: NewJar) -> Response:
        return await command.create(
            jars, lambda id, _now: filled(id, body.sweets), JarView.of, id=id, location=PATH + "/{id}"
        )

    @router.post(PATH + "/{id}/sweets", response_model=JarView, responses=problems(JarFull))
    async def add(command: CommandDep, id: str) -> Response:
        return await command.change(jars, id, one_more, JarView.of)

    @router.post(PATH + "/{id}/shake", response_model=JarView)
    async def shake(command: CommandDep, id: str) -> Response:
        """Nothing changes; who it is that asks may only know of jars without a label."""
        return await command.change(
            jars, id, lambda jar, _now: decided(jar), JarView.of, known_to=lambda jar: not jar.label
        )

    @router.get(PATH + "/{id}", response_model=JarView)
    async def look(id: str, request: Request) -> Response:
        return etagged(await jars.get(id), JarView.of, request)

    @router.get(PATH, response_model=PageView[JarView])
    async def count(page: PageDep, request: Request, _label: Annotated[str, Query(alias="label")] = "") -> Response:
        found = await jars.select({}, sort="at", limit=page.limit, cursor=page.cursor)
        return paged(found, JarView.of, request)

    return router


class Shop:
    """One replica, and those who call it."""

    def __init__(self, database: Database, directory: Path, **changes: Any) -> None:
        self.settings = ShopSettings(
            **{
                "environment": "test",
                "mongodb_url": "mongodb://nowhere",
                "kafka_bootstrap": "nowhere:1",
                "auth_development_key": directory / "issuer.json",
                "rate_limit_per_second": 0,
                "rate_limit_address_per_second": 0,
                **changes,
            }
        )
        self.metrics = Metrics()
        self.jars = Aggregates(JARS, database, utc_now, count=self.metrics.command)
        self.app: FastAPI = create_app("shop", "Shop", self.settings, [routes(self.jars)], metrics=self.metrics)

    def caller(self, sub: str = "p-1") -> httpx.AsyncClient:
        """Somebody with a token."""
        token = DevelopmentIssuer(self.settings).mint(sub, [Role.STAFF], ["yangguang"])
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://shop.example.org",
            headers={"Authorization": f"Bearer {token}"},
        )
