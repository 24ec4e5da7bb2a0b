"""What a form or a filter offers, with its words: venues, hosts, kinds (public)."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.contracts.activities import HostKind
from services.contracts.marks import Id
from services.events.names.store import Names
from services.events.names.words import ACCESS, ADMITS, KINDS, STATUSES, Name

BASE = "/api/events/v1"


class Choice(Name):
    """A code or an id that is sent, and its name."""

    code: str


class HostChoice(Name):
    """Who may hold an activity: the id of a team or a unit, and its name."""

    id: str
    kind: HostKind


class ChoicesView(BaseModel):
    """What may be chosen in a community, in the order in which it is shown."""

    kinds: list[Choice]
    statuses: list[Choice]
    admits: list[Choice]
    accessibility: list[Choice]
    venues: list[Choice]
    hosts: list[HostChoice]


def router(names: Names) -> APIRouter:
    """The route of choices."""
    routes = APIRouter(prefix=BASE, tags=["activities"])

    @routes.get("/choices", summary="Venues, hosts and kinds with their names (public)")
    async def choices(community: Annotated[Id, Query()]) -> ChoicesView:
        known = await names.of(community)
        hosts = [
            HostChoice(id=host.id, kind=host.kind, zh=host.name.zh, en=host.name.en)
            for host in sorted(known.hosts.values(), key=lambda each: (each.kind, each.id))
        ]
        return ChoicesView(
            kinds=_chosen(KINDS),
            statuses=_chosen(STATUSES),
            admits=_chosen(ADMITS),
            accessibility=_chosen(ACCESS),
            venues=_chosen(dict(sorted(known.venues.items()))),
            hosts=hosts,
        )

    return routes


def _chosen(names: Mapping[Any, Name]) -> list[Choice]:
    return [Choice(code=str(code), zh=name.zh, en=name.en) for code, name in names.items()]
