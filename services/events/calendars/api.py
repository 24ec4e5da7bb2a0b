"""The public calendar: a subscription per community, and linked data per activity."""

from fastapi import APIRouter, Request, Response

from services.chassis.errors import UnknownAggregate
from services.chassis.http.problems import problems
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.events.activities.api import BASE
from services.events.activities.domain.activity import Activity
from services.events.calendars.feeds import Feeds
from services.events.calendars.linked_data import LINKED_DATA, linked_data

_FRESH = "public, max-age=300"


def router(activities: Aggregates[Activity], feeds: Feeds, public_url: str) -> APIRouter:
    """The routes of the calendar; `public_url` is the origin of links."""
    routes = APIRouter(prefix=BASE, tags=["calendar"])

    @routes.get(
        "/communities/{community}/calendar.ics",
        summary="The calendar to subscribe to, iCalendar (public)",
        response_class=Response,
        responses={
            200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
            304: {"description": "As it was."},
        },
    )
    async def calendar(community: Id, request: Request) -> Response:
        feed = await feeds.of(community)
        headers = {"ETag": feed.tag, "Cache-Control": _FRESH}
        if request.headers.get("if-none-match") == feed.tag:
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = f'inline; filename="{community}.ics"'
        return Response(feed.body, media_type="text/calendar; charset=utf-8", headers=headers)

    @routes.get(
        "/activities/{id}/schema-org",
        summary="The activity as a schema.org/Event, JSON-LD (public)",
        response_class=Response,
        responses={
            200: {"content": {LINKED_DATA: {"schema": {"type": "object"}}}},
            **problems(UnknownAggregate),
        },
    )
    async def as_linked_data(id: Id) -> Response:
        stored = await activities.get(id)
        return Response(linked_data(stored, public_url), media_type=LINKED_DATA, headers={"Cache-Control": _FRESH})

    return routes
