"""Routes of keys, in the service's own API: an operator gives them out, lists them and takes them back."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import AlreadyExists, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageView, page_of
from services.chassis.http.problems import problems
from services.chassis.store.secret import Secret
from services.chassis.values import Line
from services.chassis.values import Request as Body
from services.contracts.marks import Id
from services.issues.cases.domain.handling import UnitElsewhere
from services.issues.open311.keys import ApiKey, Keys
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit

BASE = "/api/issues/v1/open311/keys"


class IssueKey(Body):
    """A key for the system `title`. With `unit` its holder may also begin, finish and return that unit's cases."""

    community: Id
    title: Line
    unit: Id | None = None
    per_hour: Annotated[int, Field(ge=1, le=100_000)] = 100
    per_day: Annotated[int, Field(ge=1, le=1_000_000)] = 1000


class KeyView(BaseModel):
    """What is known of a key."""

    id: str
    community: str
    title: str
    unit: str | None
    per_hour: int
    per_day: int
    made_at: datetime
    revoked_at: datetime | None


class IssuedKeyView(KeyView):
    """A new key. `api_key` is told this once."""

    api_key: str


def router(keys: Keys, units: Unchanging[Unit], secret: Secret) -> APIRouter:
    """The routes of keys, whose ids are made with `secret`."""
    routes = APIRouter(prefix=BASE, tags=["open311"])

    @routes.post(
        "",
        status_code=201,
        summary="Give out a key",
        responses=problems(NotYours, AlreadyExists, UnknownAggregate, UnitElsewhere),
    )
    async def issue(command: CommandDep, body: IssueKey) -> IssuedKeyView:
        """Sent again under the same Idempotency-Key it gives out no second key, nor the first one again."""
        if body.unit is not None and (await units.get(body.unit)).community != body.community:
            raise UnitElsewhere()
        given = body.model_dump(exclude={"community", "title"})
        id = await command.fresh_id(secret, "api-key")
        key, words = await keys.issue(id, body.community, body.title, by=command.principal, **given)
        return IssuedKeyView(**_shown(key), api_key=words)

    @routes.get(
        "",
        response_model=PageView[KeyView],
        summary="The keys of a community, the newest first",
        responses=problems(NotYours),
    )
    async def many(request: Request, principal: PrincipalDep, community: Annotated[Id, Query()]) -> Response:
        """All of them, on one page."""
        found = await keys.of(community, principal)
        return page_of([KeyView(**_shown(key)) for key in found], None, request)

    @routes.delete("/{id}", summary="Take a key back", responses=problems(NotYours, UnknownAggregate))
    async def revoke(id: Id, principal: PrincipalDep) -> KeyView:
        return KeyView(**_shown(await keys.revoke(id, principal)))

    return routes


def _shown(key: ApiKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in KeyView.model_fields}
