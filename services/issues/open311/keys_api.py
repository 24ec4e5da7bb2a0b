"""Routes of keys, in the service's own API: an operator gives keys out, lists and revokes them."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import AlreadyExists, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.language import Language, LanguageDep
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
    """The data of a key, without the key itself."""

    id: str
    community: str
    title: str
    unit: str | None
    unit_title: str | None = Field(description="What the unit is called, in the caller's language.")
    per_hour: int
    per_day: int
    made_at: datetime
    revoked_at: datetime | None


class IssuedKeyView(KeyView):
    """A new key. `api_key` is the key itself, which is told only in this answer."""

    api_key: str


def router(keys: Keys, units: Unchanging[Unit], secret: Secret) -> APIRouter:
    """The routes of keys, whose ids are made with `secret`."""
    routes = APIRouter(prefix=BASE, tags=["open311"])

    async def shown(key: ApiKey, language: Language) -> dict[str, Any]:
        fields = {name: getattr(key, name) for name in KeyView.model_fields.keys() - {"unit_title"}}
        unit = None if key.unit is None else await units.get(key.unit)
        return {**fields, "unit_title": unit and (unit.title if language == "zh" else unit.title_en or unit.title)}

    @routes.post(
        "",
        status_code=201,
        summary="Give out a key",
        responses=problems(NotYours, AlreadyExists, UnknownAggregate, UnitElsewhere),
    )
    async def issue(command: CommandDep, language: LanguageDep, body: IssueKey) -> IssuedKeyView:
        """Give out a key. A repetition under the same Idempotency-Key gives out no second key, and does not tell the
        first one again."""
        if body.unit is not None and (await units.get(body.unit)).community != body.community:
            raise UnitElsewhere()
        given = body.model_dump(exclude={"community", "title"})
        id = await command.fresh_id(secret, "api-key")
        key, words = await keys.issue(id, body.community, body.title, by=command.principal, **given)
        return IssuedKeyView(**await shown(key, language), api_key=words)

    @routes.get(
        "",
        response_model=PageView[KeyView],
        summary="The keys of a community, the newest first",
        responses=problems(NotYours),
    )
    async def many(
        request: Request, principal: PrincipalDep, language: LanguageDep, community: Annotated[Id, Query()]
    ) -> Response:
        """All keys of the community, on one page."""
        found = await keys.of(community, principal)
        return page_of([KeyView(**await shown(key, language)) for key in found], None, request)

    @routes.delete("/{id}", summary="Revoke a key", responses=problems(NotYours, UnknownAggregate))
    async def revoke(id: Id, principal: PrincipalDep, language: LanguageDep) -> KeyView:
        return KeyView(**await shown(await keys.revoke(id, principal), language))

    return routes
