"""The door: the code of a registrant as text and picture, the list to print and to take along, scans and walk-ins."""

import base64
import hashlib
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
from services.chassis.http.language import Language, LanguageDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.values import ZONE
from services.contracts.marks import Id
from services.events.activities.api import BASE
from services.events.activities.domain.activity import Activity, NotScheduled
from services.events.activities.domain.parties import WITHOUT_ACCOUNT
from services.events.attendance.domain import attendance, scans
from services.events.attendance.domain.scans import Answered, Batch, WalkIn
from services.events.attendance.domain.tickets import ticket
from services.events.attendance.views import DoorList, TicketView, WalkInView
from services.events.children.domain import Child
from services.events.names.store import CommunityNames, Names
from services.events.registrations.domain import ChildrenUncounted, GroupsUnclear

_CHANGE = (UnknownAggregate, NotYours, StaleVersion, NotScheduled, attendance.TooLateToCheckIn)


class Scanned(BaseModel):
    """The outcome of each scan of a batch."""

    answers: list[Answered]


def door(activities: Aggregates[Activity], children: Aggregates[Child], names: Names, clock: Clock) -> APIRouter:
    """The routes of the door."""
    routes = APIRouter(prefix=BASE + "/activities/{id}", tags=["attendance"])
    _tickets(routes, activities, clock)
    _lists(routes, activities, children, names)
    _entering(routes, activities, clock)
    return routes


def _tickets(routes: APIRouter, activities: Aggregates[Activity], clock: Clock) -> None:
    @routes.get(
        "/my-code",
        summary="My own code for the door, valid for some minutes",
        responses=problems(UnknownAggregate),
    )
    async def code(id: Id, principal: PrincipalDep) -> TicketView:
        text, until = await _own(id, principal)
        return TicketView(text=text, good_until=until)

    @routes.get(
        "/my-code.svg",
        summary="My own code for the door as a picture (SVG)",
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


def _lists(routes: APIRouter, activities: Aggregates[Activity], children: Aggregates[Child], names: Names) -> None:
    @routes.get(
        "/door-list",
        summary="The door list of an activity, for a phone without a connection (the desk)",
        responses=problems(UnknownAggregate),
    )
    async def listed(id: Id, principal: PrincipalDep) -> DoorList:
        return (await _list(id, principal))[1]

    @routes.get(
        "/door-list.html",
        summary="The door list of an activity, to print (the desk)",
        response_class=Response,
        responses={
            200: {"content": {"text/html": {"schema": {"type": "string"}}}},
            **problems(UnknownAggregate),
        },
    )
    async def printed(id: Id, principal: PrincipalDep, language: LanguageDep) -> Response:
        stored, listed = await _list(id, principal)
        page = printable(listed, await names.of(stored.aggregate.community), language)
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": PRINTED_CSP}
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)

    async def _list(id: str, principal: PrincipalDep) -> tuple[Stored[Activity], DoorList]:
        stored = await known(activities, id, lambda activity: activity.is_desk(principal))
        named = {child for party in stored.aggregate.seated for child in party.children}
        found = [each.aggregate for child in sorted(named) if (each := await children.find(child)) is not None]
        return stored, DoorList.of(stored, {child.id: child for child in found})


def _entering(routes: APIRouter, activities: Aggregates[Activity], clock: Clock) -> None:
    @routes.post(
        "/scans",
        summary="Send codes that a phone has scanned, also later or again (the desk)",
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
        summary="Record people who came without a registration (the desk)",
        response_model=WalkInView,
        responses=problems(
            *_CHANGE,
            attendance.AttendanceAhead,
            attendance.TooEarlyToCheckIn,
            attendance.AlreadyCheckedIn,
            scans.LeftAlready,
            scans.TooManyWalkIns,
            GroupsUnclear,
            ChildrenUncounted,
        ),
    )
    async def enter(id: Id, body: WalkIn, command: CommandDep) -> Response:
        by = command.principal
        person = body.person or await command.fresh_id(activities.secret, WITHOUT_ACCOUNT)
        return await command.change(
            activities,
            id,
            lambda activity, now: scans.walk_in(activity, person, body, by, now),
            lambda stored: WalkInView.entered(stored.aggregate, person, command.language),
            known_to=known_to(by),
        )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_PRINTED = {
    "zh": ("签到表", "到场", "姓名", "人数", "儿童", "可接送", "共 {parties} 组 {heads} 人"),
    "en": ("Door list", "Here", "Who", "Heads", "Children", "May pick up", "{parties} parties, {heads} people"),
}
_STYLE = (
    "body{font:16px/1.5 sans-serif;margin:24px;color:#000;background:#fff}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #555;padding:6px 8px;text-align:left;overflow-wrap:anywhere}"
    "thead{display:table-header-group}tr{break-inside:avoid}"
)


PRINTED_CSP = f"default-src 'none'; frame-ancestors 'none'; style-src 'sha256-{_digest(_STYLE)}'"
"""The policy of the printed list: it has this style and nothing else."""


def printable(listed: DoorList, known: CommunityNames, language: Language) -> str:
    """The door list as a page to print: a line to tick off for each party."""
    starts = listed.starts_at.astimezone(ZONE)
    venue = known.venues.get(listed.venue)
    place = listed.venue if venue is None else venue.in_(language)
    called, *columns, summed = _PRINTED[language]
    heads = summed.format(parties=len(listed.rows), heads=sum(row.heads for row in listed.rows))
    headings = "".join(f'<th scope="col">{column}</th>' for column in columns)
    rows = "".join(
        f"<tr><td>{'☑' if row.present else '☐'}</td><td>{escape(row.label or row.person)}</td><td>{row.heads}</td>"
        f"<td>{escape('、'.join(row.children) or str(row.young or ''))}</td>"
        f"<td>{escape('、'.join(row.pickups))}</td></tr>"
        for row in listed.rows
    )
    return (
        f'<!DOCTYPE html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{called} · {escape(listed.title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(listed.title)}</h1><p>{starts:%Y-%m-%d %H:%M} · {escape(place)} · {heads}</p>"
        f"<table><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table></main></body></html>"
    )
