"""The door: the code of a registrant as text and picture, the list to print and to take along, scans and walk-ins."""

import io
from datetime import datetime
from html import escape

import segno
from fastapi import APIRouter, Response
from pydantic import BaseModel

from services.chassis.clock import Clock
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import ZONE
from services.contracts.marks import Id
from services.events.activities.api import BASE
from services.events.activities.domain.activity import Activity, NotScheduled
from services.events.attendance.domain import attendance, scans
from services.events.attendance.domain.scans import Answered, Batch, WalkIn
from services.events.attendance.domain.tickets import ticket
from services.events.attendance.views import DoorList, PresenceView, TicketView
from services.events.children.domain import Child

_CHANGE = (UnknownAggregate, NotYours, StaleVersion, NotScheduled, attendance.TooLateToCheckIn)


class Scanned(BaseModel):
    """What became of each scan of a batch."""

    answers: list[Answered]


def door(activities: Aggregates[Activity], children: Aggregates[Child], clock: Clock) -> APIRouter:
    """The routes of the door."""
    routes = APIRouter(prefix=BASE + "/activities/{id}", tags=["attendance"])
    _tickets(routes, activities, clock)
    _lists(routes, activities, children)
    _entering(routes, activities, clock)
    return routes


def _tickets(routes: APIRouter, activities: Aggregates[Activity], clock: Clock) -> None:
    @routes.get(
        "/my-code",
        summary="My own code for the door, good for some minutes",
        responses=problems(UnknownAggregate),
    )
    async def code(id: Id, principal: PrincipalDep) -> TicketView:
        text, until = await _own(id, principal)
        return TicketView(text=text, good_until=until)

    @routes.get(
        "/my-code.svg",
        summary="The same as a picture (SVG)",
        response_class=Response,
        responses={
            200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}},
            **problems(UnknownAggregate),
        },
    )
    async def picture(id: Id, principal: PrincipalDep) -> Response:
        text, _ = await _own(id, principal)
        drawn = io.BytesIO()
        segno.make(text, error="m", micro=False).save(drawn, kind="svg", scale=6, border=4)
        return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})

    async def _own(id: str, principal: PrincipalDep) -> tuple[str, datetime]:
        def has_a_seat(activity: Activity) -> bool:
            return any(party.person == principal.sub for party in activity.seated)

        activity = (await known(activities, id, has_a_seat)).aggregate
        return ticket(activity, next(p for p in activity.seated if p.person == principal.sub), clock())


def _lists(routes: APIRouter, activities: Aggregates[Activity], children: Aggregates[Child]) -> None:
    @routes.get(
        "/door-list",
        summary="Who is expected, for a phone to take along (the desk)",
        responses=problems(UnknownAggregate),
    )
    async def listed(id: Id, principal: PrincipalDep) -> DoorList:
        return await _list(id, principal)

    @routes.get(
        "/door-list.html",
        summary="The same to print (the desk)",
        response_class=Response,
        responses={
            200: {"content": {"text/html": {"schema": {"type": "string"}}}},
            **problems(UnknownAggregate),
        },
    )
    async def printed(id: Id, principal: PrincipalDep) -> Response:
        page = printable(await _list(id, principal))
        return Response(page, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})

    async def _list(id: str, principal: PrincipalDep) -> DoorList:
        stored = await known(activities, id, lambda activity: activity.is_desk(principal))
        named = {child for party in stored.aggregate.seated for child in party.children}
        found = [each.aggregate for child in sorted(named) if (each := await children.find(child)) is not None]
        return DoorList.of(stored, {child.id: child for child in found})


def _entering(routes: APIRouter, activities: Aggregates[Activity], clock: Clock) -> None:
    @routes.post(
        "/scans",
        summary="What a phone has seen, connected or not; sent again it changes nothing (the desk)",
        response_model=Scanned,
        responses=problems(*_CHANGE),
    )
    async def scan(id: Id, body: Batch, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            activities,
            id,
            lambda activity, now: scans.take_in(activity, body.scans, by, now),
            lambda stored: Scanned(answers=scans.answers(stored.aggregate, body.scans, clock())),
            known_to=known_to(by),
        )

    @routes.post(
        "/walk-ins",
        summary="People came without a registration (the desk)",
        response_model=PresenceView,
        responses=problems(*_CHANGE, attendance.AttendanceAhead, attendance.TooEarlyToCheckIn, scans.TooManyWalkIns),
    )
    async def enter(id: Id, body: WalkIn, command: CommandDep) -> Response:
        by = command.principal
        person = body.person or await command.fresh_id(activities.secret, "guest")
        return await command.change(
            activities,
            id,
            lambda activity, now: scans.walk_in(activity, person, body, by, now),
            lambda stored: PresenceView.of(stored.aggregate, person, as_volunteer=False),
            known_to=known_to(by),
        )


def printable(listed: DoorList) -> str:
    """The door list as a page to print: a line to tick off for each party."""
    starts = listed.starts_at.astimezone(ZONE)
    rows = "".join(
        f"<tr><td>{'☑' if row.present else '☐'}</td><td>{escape(row.label or row.person)}</td><td>{row.heads}</td>"
        f"<td>{escape('、'.join(row.children))}</td><td>{escape('、'.join(row.pickups))}</td></tr>"
        for row in listed.rows
    )
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(listed.title)}</title></head><body>"
        f"<h1>{escape(listed.title)}</h1><p>{starts:%Y-%m-%d %H:%M} {escape(listed.venue)}</p>"
        "<table><thead><tr><th>到 Here</th><th>姓名 Who</th><th>人数 Heads</th><th>儿童 Children</th>"
        f"<th>可接送 May pick up</th></tr></thead><tbody>{rows}</tbody></table></body></html>"
    )
