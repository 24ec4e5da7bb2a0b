"""The calendar of a volunteer's own services over HTTP. Its owner makes the secret address, makes a new one, or revokes
it."""

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.chassis.clock import Clock
from services.chassis.errors import NotFound
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.tags import none_match
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.calendar_tokens import Tokens
from services.contracts.marks import Id
from services.volunteers.calendars.icalendar import calendar
from services.volunteers.names.store import Names
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE
from services.volunteers.needs.store import BY_START

BASE = "/api/volunteers/v1"
KEPT = timedelta(days=60)
"""The time for which services that are over stay in the calendar."""
_MOST = 500
_ICS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "As it was."},
}


class PersonalCalendar(BaseModel):
    """The address of the caller's calendar. Everybody who has the address can read the calendar; a new address ends the
    old one."""

    address: str


class NoSuchCalendar(NotFound, code="calendar.unknown", zh="没有这个日历。", en="There is no such calendar."):
    """No calendar has this secret, or it was revoked."""


def mine(person: str, since: datetime) -> dict[str, Any]:
    """The query for needs that end after `since` in which `person` has a seat or is asked."""
    live = sorted(status.value for status in LIVE)
    return {
        "state.offers": {"$elemMatch": {"person": person, "status": {"$in": live}}},
        "state.offers.person": person,
        BY_START: {"$gt": since},
    }


def router(needs: Aggregates[Need], names: Names, tokens: Tokens, clock: Clock, public_url: str) -> APIRouter:
    """The routes of the calendar, whose address begins with `public_url`."""
    routes = APIRouter(prefix=BASE, tags=["calendar"])

    @routes.post("/my/calendar", summary="Make a new secret address of my calendar, which ends the one before")
    async def open_calendar(command: CommandDep) -> PersonalCalendar:
        token = await command.fresh_id(needs.secret, "calendar")
        await tokens.keep(token, command.principal.sub, clock())
        return PersonalCalendar(address=f"{public_url}{BASE}/calendars/{token}.ics")

    @routes.post("/my/calendar/revoke", status_code=204, summary="Revoke the address of my calendar")
    async def revoke(command: CommandDep) -> Response:
        await tokens.revoke(command.principal.sub)
        return Response(status_code=204)

    @routes.get(
        "/calendars/{token}.ics",
        summary="A volunteer's calendar by its secret address (iCalendar)",
        response_class=Response,
        responses={**_ICS, **problems(NoSuchCalendar)},
    )
    async def personal(token: Id, request: Request) -> Response:
        person = await tokens.whose(token)
        if person is None:
            raise NoSuchCalendar()
        query = mine(person, clock() - KEPT)
        found = await needs.select(query, sort=BY_START, descending=False, limit=_MOST)
        communities = sorted({stored.aggregate.community for stored in found.items})
        called = {community: await names.of(community) for community in communities}
        versions = ",".join(f"{stored.aggregate.id}:{stored.version}" for stored in found.items)
        word = blake2b(versions.encode(), digest_size=8).hexdigest()
        headers = {"ETag": f'"{word}"', "Cache-Control": "private, max-age=300"}
        if not none_match(request.headers.get("if-none-match"), word):
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="volunteering.ics"'
        body = calendar(found.items, person, called, clock())
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)

    return routes
