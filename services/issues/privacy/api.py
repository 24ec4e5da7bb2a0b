"""The proof that contacts are gone: of the keys that sealed them, only when and why they were destroyed is left."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.pages import PageDep, PageView, page_of
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.chassis.store.cursor import InvalidCursor, decode, encode
from services.contracts.marks import Id
from services.issues.privacy.vault import DestroyedBy, KeyRecord, Vault

BASE = "/api/issues/v1/contact-keys"
_MOST = 100


class ContactKeyView(BaseModel):
    """One key. While `destroyed_at` is null, contacts under it can be read; after that by nobody, ever."""

    id: str
    community: str
    made_at: datetime
    destroyed_at: datetime | None
    cause: DestroyedBy | None


class MasterView(BaseModel):
    """A master key of the deployment, and how many keys it holds. One that holds none may leave the settings."""

    id: str
    keys: int = Field(ge=0)


def router(vault: Vault) -> APIRouter:
    """The routes of proofs that keys of `vault` were destroyed."""
    routes = APIRouter(prefix=BASE, tags=["privacy"])

    @routes.get("/mine", summary="The keys of the caller's own contacts")
    async def mine(principal: PrincipalDep) -> list[ContactKeyView]:
        """The last hundred keys, the newest first, destroyed ones among them."""
        return [_view(record) for record in await vault.of_person(principal.sub, _MOST)]

    @routes.get(
        "/destroyed",
        response_model=PageView[ContactKeyView],
        summary="Keys that were destroyed",
        responses=problems(NotYours, InvalidCursor),
    )
    async def destroyed(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        """For staff and operators of the community; the last key to be destroyed comes first. Nobody can tell any more
        whose they were."""
        principal.require(community, Role.STAFF, Role.OPERATOR)
        after = None if page.cursor is None else _position(page.cursor)
        found = await vault.destroyed_in(community, after, page.limit + 1)
        shown = found[: page.limit]
        following = None
        if len(found) > page.limit:
            following = encode(shown[-1].destroyed_at, shown[-1].id)
        return page_of([_view(record) for record in shown], following, request)

    @routes.get("/masters", summary="The number of keys under each master key", responses=problems(NotYours))
    async def masters(principal: PrincipalDep) -> list[MasterView]:
        """For operators of every community that has keys: they change the masters, which serve all."""
        theirs = principal.where(Role.OPERATOR)
        if not theirs or not await vault.communities() <= theirs:
            raise NotYours()
        return [MasterView(id=id, keys=keys) for id, keys in (await vault.by_master()).items()]

    return routes


def _view(record: KeyRecord) -> ContactKeyView:
    return ContactKeyView(
        id=record.id,
        community=record.community,
        made_at=record.made_at,
        destroyed_at=record.destroyed_at,
        cause=record.cause,
    )


def _position(cursor: str) -> tuple[datetime, str]:
    value, id = decode(cursor)
    if not isinstance(value, datetime):
        raise InvalidCursor()
    return value, id
