"""A gateway of a test: a service's application as `create_app` makes it, called over ASGI."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.errors import Conflict
from services.chassis.http.app import create_app
from services.chassis.http.bulk import BulkRoute
from services.chassis.http.caller import MaybePrincipalDep, PrincipalDep
from services.chassis.http.demands import BULKY
from services.chassis.http.probes import Purpose, ReadinessCheck
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.telemetry.metrics import Metrics


class GardenSettings(ServiceSettings, env_prefix="GARDEN_"):
    pass


class BedTaken(Conflict, code="bed.taken", zh="{bed} 号花坛已有人认领。", en="Bed {bed} is taken."):
    """A refusal of a service."""


class Plant(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=2, max_length=5)
    height: int | None = Field(default=None, le=300)
    at: AwareDatetime | None = None
    tags: list[str] = []


class Box(BaseModel):
    anything: dict[str, Any]


class Brief(BaseModel):
    sub: str | None
    name: str = ""


router = APIRouter(prefix="/api/garden/v1", route_class=BulkRoute)


@router.get("/open")
async def everybody(principal: MaybePrincipalDep) -> Brief:
    return Brief(sub=principal.sub if principal else None)


@router.get("/closed")
async def known(principal: PrincipalDep) -> Brief:
    return Brief(sub=principal.sub)


@router.post("/plants", responses=problems(BedTaken))
async def plant(principal: PrincipalDep, body: Plant) -> Brief:
    if body.name == "taken":
        raise BedTaken(bed=7)
    return Brief(sub=principal.sub, name=body.name)


@router.get("/plants/{number}")
async def look(number: int, season: Annotated[str, Query(pattern="^(spring|autumn)$")] = "spring") -> Brief:
    return Brief(sub=None, name=f"{number} {season}")


@router.delete("/plants/{number}")
async def remove(number: int) -> Brief:
    return Brief(sub=None)


@router.post("/boxes")
async def box(body: Box) -> int:
    return len(body.anything)


@router.post("/{row}/boxes", openapi_extra=BULKY)
async def boxes(row: int, body: list[Box]) -> int:
    return len(body) * row


@router.post("/photos")
async def photo(file: Annotated[UploadFile, File()], title: Annotated[str, Form()] = "") -> int:
    return len(await file.read())


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("the password is hunter2")


shed = APIRouter(prefix="/shed", tags=["shed"])


@shed.get("/tools/{name}")
async def tool(principal: PrincipalDep, name: str) -> Brief:
    return Brief(sub=principal.sub, name=name)


@shed.post("/seeds")
async def seed(principal: PrincipalDep, body: Plant) -> Brief:
    return Brief(sub=principal.sub, name=body.name)


router.include_router(shed)


def settings(directory: Path, **changes: Any) -> GardenSettings:
    plain = {
        "environment": "test",
        "mongodb_url": "mongodb://nowhere",
        "kafka_bootstrap": "nowhere:1",
        "auth_development_key": directory / "issuer.json",
    }
    return GardenSettings(**{**plain, **changes})


@dataclass
class Gateway:
    """The application, somebody who calls it, and what it counted."""

    directory: Path
    changes: dict[str, Any] = field(default_factory=dict)
    checks: Sequence[ReadinessCheck] = ()
    """What readiness to take commands rests on."""
    others: dict[Purpose, Sequence[ReadinessCheck]] = field(default_factory=dict)
    client_address: str = "203.0.113.7"

    def __post_init__(self) -> None:
        self.settings = settings(self.directory, **self.changes)
        self.metrics = Metrics()
        self.app = create_app(
            "garden",
            "Garden",
            self.settings,
            [router],
            metrics=self.metrics,
            checks={Purpose.COMMANDS: self.checks, **self.others},
        )
        self.client = self.caller(self.client_address)

    def caller(self, address: str) -> httpx.AsyncClient:
        """Somebody who calls from `address`."""
        transport = httpx.ASGITransport(self.app, client=(address, 4711))
        return httpx.AsyncClient(transport=transport, base_url="http://garden.example.org")

    def token(self, sub: str = "p-1", *roles: Role, ttl: float = 600) -> dict[str, str]:
        """The header that says who calls."""
        minted = DevelopmentIssuer(self.settings).mint(sub, roles, ["yangguang"], ttl=ttl)
        return {"Authorization": f"Bearer {minted}"}
