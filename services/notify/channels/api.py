"""End points over HTTP: staff enter them, see their state, resume and end them.

Addresses and keys that staff enter are sealed.
"""

from collections.abc import Awaitable, Callable, Set
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.chassis.errors import Invalid, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known_to
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.values import Line
from services.contracts.marks import Id
from services.notify.channels.domain.endpoint import Endpoint, EndpointEnded, EndpointStatus, end, register, resume
from services.notify.channels.domain.long_tail_addresses import require_long_tail
from services.notify.channels.domain.web_addresses import (
    AddressRefused,
    Network,
    host_of,
    require_public,
    require_robot,
)
from services.notify.channels.sealing import Sealing
from services.notify.routing.domain.kinds import KindName
from services.notify.shared.values import Way

BASE = "/api/notify/v1/endpoints"
KindsOf = Callable[[str], Awaitable[Set[str]]]
"""The kinds of message that there are in a community."""
_Secret = Annotated[str, StringConstraints(min_length=16, max_length=200, pattern=r"^[\x21-\x7e]+$")]
_Url = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[\x21-\x7e]+$")]


class NameEndpoint(BaseModel):
    """A new end point. Messages to a webhook are signed with `key`, without which there is none; a robot of DingTalk or
    Feishu may have a key. A robot is at its provider's host, by https, or at one that the deployment allows.

    The address of `apprise` is one that Apprise understands, of ntfy, Bark, Gotify, WxPusher, PushPlus, ServerChan,
    Qmsg, Spug, Feishu or Lark. Apprise can't tell why a message was not taken, and such a message is not sent again.
    """

    model_config = ConfigDict(extra="forbid")

    community: Id
    title: Line
    way: Literal["webhook", "wecom-robot", "dingtalk-robot", "feishu-robot", "apprise"]
    address: _Url
    key: _Secret | None = Field(default=None, repr=False)
    kinds: frozenset[KindName] = Field(min_length=1, max_length=100)


class EndpointView(BaseModel):
    """The view of an end point for its owner: the host that its messages go to, without the whole address or the
    key."""

    id: str
    community: str
    title: str
    way: Way
    host: str
    kinds: list[str]
    status: EndpointStatus
    failures: int
    failed_at: datetime | None
    delivered_at: datetime | None
    made_by: str
    made_at: datetime


class KeyMissing(
    Invalid,
    code="endpoint.key-missing",
    zh="推送地址须有密钥（至少 16 个字符），接收方凭它核对签名。",
    en="A webhook needs a key of at least 16 characters, by which its receiver checks the signature.",
):
    """What isn't signed can be sent by anybody."""


class UnheardOfKind(
    Invalid, code="endpoint.unknown-kind", zh="没有这种通知：{kind}。", en="There is no such kind of notice: {kind}."
):
    """An end point that waits for a misspelt kind would wait for ever."""


def router(
    endpoints: Aggregates[Endpoint],
    sealing: Sealing,
    own: str,
    inside: tuple[Network, ...],
    robots: Set[str],
    kinds: KindsOf,
) -> APIRouter:
    """The routes of end points. An end point may not have the host of `own`, nor a private address, except in the
    networks `inside`; robots may be at the hosts `robots` besides their provider's; it waits for `kinds` that there
    are."""
    routes = APIRouter(prefix=BASE, tags=["endpoints"])
    theirs, going_on = problems(NotYours, UnknownAggregate), problems(NotYours, UnknownAggregate, EndpointEnded)

    @routes.post(
        "",
        status_code=201,
        response_model=EndpointView,
        summary="Enter an end point (staff)",
        responses=problems(NotYours, AddressRefused, KeyMissing, UnheardOfKind),
    )
    async def name(body: NameEndpoint, command: CommandDep) -> Response:
        by = command.principal
        by.require(body.community, Role.STAFF)
        for kind in sorted(body.kinds - await kinds(body.community)):
            raise UnheardOfKind(kind=kind)
        if body.way == "webhook" and body.key is None:
            raise KeyMissing()
        host = _host(body, own, inside, robots)
        return await command.create(
            endpoints,
            lambda id, now: register(
                Endpoint(
                    id=id,
                    community=body.community,
                    title=body.title,
                    way=Way(body.way),
                    kinds=body.kinds,
                    host=host,
                    address=sealing.seal(body.address, id),
                    key=None if body.key is None else sealing.seal(body.key, id),
                    made_by=by.sub,
                    made_at=now,
                ),
                by,
            ),
            endpoint_view,
            location=f"{BASE}/{{id}}",
        )

    @routes.get(
        "",
        response_model=PageView[EndpointView],
        summary="The end points of a community, with their state",
        responses=problems(NotYours),
    )
    async def many(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community, Role.STAFF)
        found = await endpoints.select({"state.community": community}, limit=page.limit, cursor=page.cursor)
        return paged(found, endpoint_view, request)

    @routes.post("/{id}/resume", response_model=EndpointView, summary="Resume a paused end point", responses=going_on)
    async def go_on(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            endpoints, id, lambda each, _: resume(each, by), endpoint_view, known_to=known_to(by, Role.STAFF)
        )

    @routes.post("/{id}/end", response_model=EndpointView, summary="End an end point", responses=theirs)
    async def stop(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            endpoints, id, lambda each, _: end(each, by), endpoint_view, known_to=known_to(by, Role.STAFF)
        )

    return routes


def _host(body: NameEndpoint, own: str, inside: tuple[Network, ...], robots: Set[str]) -> str:
    """The host that messages go to; for the long tail the name of the service alone, because the rest is secret. Raises
    AddressRefused."""
    if body.way == "apprise":
        return require_long_tail(body.address, own, inside)
    require_public(body.address, own, inside)
    if body.way != "webhook":
        require_robot(Way(body.way), body.address, robots)
    return host_of(body.address)


def endpoint_view(stored: Stored[Endpoint]) -> EndpointView:
    """The view of an end point for its owner."""
    endpoint = stored.aggregate
    fields = endpoint.model_dump(include=set(EndpointView.model_fields) - {"kinds"})
    return EndpointView(**fields, kinds=sorted(endpoint.kinds))
