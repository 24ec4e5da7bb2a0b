"""Calendars to subscribe to, of a community, a venue, a host or oneself; the same as RSS and as linked data."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.clock import Clock
from services.chassis.errors import NotFound, UnknownAggregate
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.tags import none_match
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.calendar_tokens import Tokens
from services.contracts.marks import Code, Id
from services.events.activities.api import BASE
from services.events.activities.domain.activity import Activity
from services.events.calendars.communities import Communities, NoCalendar
from services.events.calendars.feeds import Asked, Feed, Feeds
from services.events.calendars.linked_data import LINKED_DATA, linked_data, linked_list
from services.events.calendars.links import community_page
from services.events.calendars.rss import RSS, rss
from services.events.names.store import NOTHING, Names
from services.events.series.domain.series import Series

_FRESH = "public, max-age=300"


_ICS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "As it was."},
}

_RSS: dict[int | str, dict[str, Any]] = {200: {"content": {RSS: {"schema": {"type": "string"}}}}}
_OF_VENUE = Query(description="Of this venue alone.")
_OF_HOST = Query(description="Of this team or unit alone.")


class PersonalCalendar(BaseModel):
    """The address of one's own calendar. Whoever has it reads the calendar; a new one ends the old."""

    address: str


class NoSuchCalendar(NotFound, code="calendar.unknown", zh="没有这个日历。", en="There is no such calendar."):
    """The secret is none, or was revoked."""


def routers(
    activities: Aggregates[Activity],
    series: Aggregates[Series],
    feeds: Feeds,
    tokens: Tokens,
    names: Names,
    clock: Clock,
    public_url: str,
) -> list[APIRouter]:
    """The routes of calendars; `public_url` is the origin of links."""
    return [
        _public(activities, series, feeds, names, public_url),
        _personal(activities, feeds, tokens, names, clock, public_url),
    ]


def _personal(
    activities: Aggregates[Activity], feeds: Feeds, tokens: Tokens, names: Names, clock: Clock, public_url: str
) -> APIRouter:
    routes = APIRouter(prefix=BASE, tags=["calendar"])

    @routes.post("/my/calendar", summary="Make a new secret address of my calendar, which ends the one before")
    async def open_calendar(command: CommandDep) -> PersonalCalendar:
        token = await command.fresh_id(activities.secret, "calendar")
        await tokens.keep(token, command.principal.sub, clock())
        return PersonalCalendar(address=f"{public_url}{BASE}/calendars/{token}.ics")

    @routes.post("/my/calendar/revoke", status_code=204, summary="Revoke the address of my calendar")
    async def revoke(command: CommandDep) -> Response:
        await tokens.revoke(command.principal.sub)
        return Response(status_code=204)

    @routes.get(
        "/calendars/{token}.ics",
        summary="A person's calendar by its secret address (iCalendar)",
        response_class=Response,
        responses={**_ICS, **problems(NoSuchCalendar)},
    )
    async def personal(token: Id, request: Request) -> Response:
        return _sent(await feeds.of(await whose(token)), request, "activities", "private, max-age=300")

    @routes.get(
        "/calendars/{token}.rss",
        summary="A person's next activities by the secret address of their calendar (RSS)",
        response_class=Response,
        responses={**_RSS, **problems(NoSuchCalendar)},
    )
    async def personal_rss(token: Id) -> Response:
        asked = await whose(token)
        coming = await feeds.coming(asked)
        known = {each: await names.of(each) for each in {stored.aggregate.community for stored in coming}}
        body = rss(asked.name(NOTHING), public_url, coming, public_url, known)
        return Response(body, media_type=RSS, headers={"Cache-Control": "private, max-age=300"})

    async def whose(token: str) -> Asked:
        person = await tokens.whose(token)
        if person is None:
            raise NoSuchCalendar()
        return Asked(person=person)

    return routes


def _sent(feed: Feed, request: Request, name: str, fresh: str) -> Response:
    headers = {"ETag": f'"{feed.tag}"', "Cache-Control": fresh}
    if not none_match(request.headers.get("if-none-match"), feed.tag):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return Response(feed.body, media_type="text/calendar; charset=utf-8", headers=headers)


def _public(
    activities: Aggregates[Activity],
    series: Aggregates[Series],
    feeds: Feeds,
    names: Names,
    public_url: str,
) -> APIRouter:
    routes = APIRouter(prefix=BASE, tags=["calendar"])
    communities = Communities(names, activities, series)

    @routes.get(
        "/communities/{community}/calendar.ics",
        summary="The calendar of a community to subscribe to (iCalendar, public)",
        response_class=Response,
        responses={**_ICS, **problems(NoCalendar)},
    )
    async def calendar(
        community: Id,
        request: Request,
        venue: Annotated[Code | None, _OF_VENUE] = None,
        host: Annotated[Id | None, _OF_HOST] = None,
    ) -> Response:
        await communities.require(community)
        feed = await feeds.of(Asked(community=community, venue=venue, host=host))
        return _sent(feed, request, community, _FRESH)

    @routes.get(
        "/communities/{community}/activities.rss",
        summary="The next activities of a community (RSS, public)",
        response_class=Response,
        responses={**_RSS, **problems(NoCalendar)},
    )
    async def as_rss(
        community: Id, venue: Annotated[Code | None, _OF_VENUE] = None, host: Annotated[Id | None, _OF_HOST] = None
    ) -> Response:
        await communities.require(community)
        asked = Asked(community=community, venue=venue, host=host)
        known, page = await names.of(community), community_page(public_url, community)
        body = rss(asked.name(known), page, await feeds.coming(asked), public_url, {community: known})
        return Response(body, media_type=RSS, headers={"Cache-Control": _FRESH})

    @routes.get(
        "/communities/{community}/schema-org",
        summary="The next activities of a community as a list of schema.org/Event (JSON-LD, public)",
        response_class=Response,
        responses={200: {"content": {LINKED_DATA: {"schema": {"type": "object"}}}}, **problems(NoCalendar)},
    )
    async def as_linked_list(
        community: Id, venue: Annotated[Code | None, _OF_VENUE] = None, host: Annotated[Id | None, _OF_HOST] = None
    ) -> Response:
        await communities.require(community)
        asked = Asked(community=community, venue=venue, host=host)
        known = await names.of(community)
        body = linked_list(asked.name(known), await feeds.coming(asked), public_url, known)
        return Response(body, media_type=LINKED_DATA, headers={"Cache-Control": _FRESH})

    @routes.get(
        "/activities/{id}/schema-org",
        summary="An activity as a schema.org/Event (JSON-LD, public)",
        response_class=Response,
        responses={
            200: {"content": {LINKED_DATA: {"schema": {"type": "object"}}}},
            **problems(UnknownAggregate),
        },
    )
    async def as_linked_data(id: Id) -> Response:
        stored = await activities.get(id)
        if stored.aggregate.hides_from(None):
            raise UnknownAggregate(kind=activities.kind.name, id=id)
        whole = None if stored.aggregate.series is None else await series.find(stored.aggregate.series)
        known = await names.of(stored.aggregate.community)
        body = linked_data(
            stored, public_url, known, None if whole is None or whole.aggregate.hides_from(None) else whole.aggregate
        )
        return Response(body, media_type=LINKED_DATA, headers={"Cache-Control": _FRESH})

    return routes
