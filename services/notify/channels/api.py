"""End points over HTTP: staff name them, see how they do, let them go on and end them.

What they were given is sealed.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known_to
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.values import Line
from services.contracts.marks import Id
from services.notify.channels.domain.endpoint import Endpoint, EndpointStatus, end, register, resume
from services.notify.channels.domain.long_tail_addresses import require_long_tail
from services.notify.channels.domain.web_addresses import AddressRefused, Network, host_of, require_public
from services.notify.channels.sealing import Sealing
from services.notify.routing.domain.kinds import KindName
from services.notify.shared.values import Way

BASE = "/api/notify/v1/endpoints"
_Secret = Annotated[str, StringConstraints(min_length=16, max_length=200, pattern=r"^[\x21-\x7e]+$")]
_Url = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[\x21-\x7e]+$")]


class NameEndpoint(BaseModel):
    """An end point: a webhook is signed with `key`, a robot of DingTalk or Feishu may have one.

    The address of `apprise` is one that Apprise understands, of ntfy, Bark, Gotify, WxPusher, PushPlus, ServerChan,
    Qmsg, Spug, Feishu or Lark. It can't tell why something was not taken, and nothing is then sent again.
    """

    model_config = ConfigDict(extra="forbid")

    community: Id
    title: Line
    way: Literal["webhook", "wecom-robot", "dingtalk-robot", "feishu-robot", "apprise"]
    address: _Url
    key: _Secret | None = Field(default=None, repr=False)
    kinds: frozenset[KindName] = Field(min_length=1, max_length=100)


class EndpointView(BaseModel):
    """An end point as its owner sees it: where its messages go, not the whole address nor the key."""

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


def router(endpoints: Aggregates[Endpoint], sealing: Sealing, own: str, inside: tuple[Network, ...]) -> APIRouter:
    """The routes of end points. None has the host of `own`, nor an address within the house but in `inside`."""
    routes = APIRouter(prefix=BASE, tags=["endpoints"])
    theirs = problems(NotYours, UnknownAggregate)

    @routes.post(
        "",
        status_code=201,
        response_model=EndpointView,
        summary="Name an end point",
        responses=problems(NotYours, AddressRefused),
    )
    async def name(body: NameEndpoint, command: CommandDep) -> Response:
        by = command.principal
        by.require(body.community, Role.STAFF)
        host = _host(body, own, inside)
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

    @routes.get("", response_model=PageView[EndpointView], summary="How end points do", responses=problems(NotYours))
    async def many(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community, Role.STAFF)
        found = await endpoints.select({"state.community": community}, limit=page.limit, cursor=page.cursor)
        return paged(found, endpoint_view, request)

    @routes.post("/{id}/resume", response_model=EndpointView, summary="Let it go on", responses=theirs)
    async def go_on(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            endpoints, id, lambda each, _: resume(each, by), endpoint_view, known_to=known_to(by, Role.STAFF)
        )

    @routes.post("/{id}/end", response_model=EndpointView, summary="End it", responses=theirs)
    async def stop(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            endpoints, id, lambda each, _: end(each, by), endpoint_view, known_to=known_to(by, Role.STAFF)
        )

    return routes


def _host(body: NameEndpoint, own: str, inside: tuple[Network, ...]) -> str:
    """Where messages go, as far as it may be shown: of the long tail the service alone, for the rest is a secret."""
    if body.way == "apprise":
        return require_long_tail(body.address, own, inside)
    require_public(body.address, own, inside)
    return host_of(body.address)


def endpoint_view(stored: Stored[Endpoint]) -> EndpointView:
    """An end point as its owner sees it."""
    endpoint = stored.aggregate
    fields = endpoint.model_dump(include=set(EndpointView.model_fields) - {"kinds"})
    return EndpointView(**fields, kinds=sorted(endpoint.kinds))
