"""Attendance over HTTP: the code to show, check-in and check-out, and lists of presences."""

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from services.chassis import values
from services.chassis.aggregate import decided
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.volunteers.attendance.checking import IN_OFFICE, Checking
from services.volunteers.attendance.domain.codes import TooManyTries, WrongCode, scanned
from services.volunteers.attendance.domain.presence import NotAtThisTime, NotCheckedIn, Presence
from services.volunteers.attendance.views import CodeView, PresenceView, presence_view
from services.volunteers.needs.domain.eligibility import NotEligible
from services.volunteers.needs.domain.need import NeedClosed, OfActivity
from services.volunteers.needs.domain.offers import NoSuchOffer
from services.volunteers.shared.queries import matching

BASE = "/api/volunteers/v1"
SVG = "image/svg+xml"

_SHOWING = problems(UnknownAggregate, NotYours, OfActivity, NeedClosed, NotAtThisTime)
_REFUSALS = (
    UnknownAggregate,
    NotYours,
    StaleVersion,
    OfActivity,
    NeedClosed,
    NoSuchOffer,
    WrongCode,
    TooManyTries,
    NotEligible,
    NotAtThisTime,
)


class Check(values.Request):
    """A check-in or check-out: of the caller with `code`, as typed or scanned; without a code, of `person`, whom the
    caller has seen in office."""

    code: values.Line | None = None
    person: Id | None = Field(default=None, description="Whom staff or a grid worker have seen there.")


def router(presences: Aggregates[Presence], checking: Checking) -> APIRouter:
    """The routes of attendance."""
    routes = APIRouter(prefix=BASE, tags=["attendance"])
    _codes(routes, checking)

    @routes.post(
        "/needs/{id}/check-in",
        response_model=PresenceView,
        status_code=201,
        summary="Check in, by the code or as seen by somebody in office",
        responses=problems(*_REFUSALS),
    )
    async def arrived(id: Id, body: Check, command: CommandDep) -> Response:
        """Check in. A second check-in changes nothing, and is answered with 200."""
        by = command.principal
        need, person = await checking.whom(id, body.person, by)
        presence = checking.id_of(need, person)
        known = await presences.find(presence)
        if known is not None and not known.aggregate.fell_away:
            return await command.change(presences, presence, lambda p, now: decided(p), presence_view)
        how = await checking.seen(need, person, body.code, by)
        if known is not None:
            return await command.change(
                presences, presence, await checking.returning(need, person, how, by), presence_view
            )
        decide = await checking.arriving(need, person, how, by)
        place = f"{BASE}/presences/{{id}}"
        return await command.create(presences, lambda _, now: decide(now), presence_view, id=presence, location=place)

    @routes.post(
        "/needs/{id}/check-out",
        response_model=PresenceView,
        summary="Check out, by the code or as seen by somebody in office",
        responses=problems(*_REFUSALS, NotCheckedIn),
    )
    async def left(id: Id, body: Check, command: CommandDep) -> Response:
        """Check out. The whole minutes since the check-in are reported, and wait for staff to confirm them."""
        by = command.principal
        need, person = await checking.whom(id, body.person, by)
        stored = await presences.find(checking.id_of(need, person))
        if stored is None:
            raise NotCheckedIn()
        presence = stored.aggregate
        if presence.left_at is not None:
            return await command.change(presences, presence.id, lambda p, now: decided(p), presence_view)
        how = await checking.seen(need, person, body.code, by)
        return await command.change(presences, presence.id, checking.leaving(how, by), presence_view)

    _lists(routes, presences)
    return routes


def _codes(routes: APIRouter, checking: Checking) -> None:
    @routes.get("/needs/{id}/code", summary="The code to show where volunteers serve", responses=_SHOWING)
    async def code(id: Id, principal: PrincipalDep) -> CodeView:
        """The code, for staff, grid workers, the person whom the visit is for and their family; never for somebody who
        serves there."""
        need, digits, until = await checking.shown(id, principal)
        return CodeView(need=need.id, digits=digits, text=scanned(need, digits), good_until=until)

    @routes.get(
        "/needs/{id}/code.svg",
        summary="The code as a QR picture (SVG)",
        response_class=Response,
        responses={200: {"content": {SVG: {"schema": {"type": "string"}}}}, **_SHOWING},
    )
    async def picture(id: Id, principal: PrincipalDep) -> Response:
        need, digits, _ = await checking.shown(id, principal)
        drawn = io.BytesIO()
        segno.make(scanned(need, digits), error="m", micro=False).save(drawn, kind="svg", scale=6, border=4)
        return Response(drawn.getvalue(), media_type=SVG, headers={"Cache-Control": "no-store"})


def _lists(routes: APIRouter, presences: Aggregates[Presence]) -> None:
    @routes.get("/presences/{id}", summary="One presence", responses=problems(UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> PresenceView:
        """A presence, for the person, staff and grid workers."""

        def near(presence: Presence) -> bool:
            return presence.person == principal.sub or known_to(principal, *IN_OFFICE)(presence)

        return presence_view(await known(presences, id, near))

    @routes.get(
        "/presences",
        response_model=PageView[PresenceView],
        summary="Presences: my own, or all (staff, grid workers)",
        responses=problems(NotYours),
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        need: Annotated[Id | None, Query()] = None,
        person: Annotated[Id | None, Query()] = None,
        forgotten: Annotated[bool | None, Query(description="Only those whom nobody checked out.")] = None,
    ) -> Response:
        principal.require(community)
        whom = person if principal.has(community, *IN_OFFICE) else principal.sub
        query = matching(community, need=need, person=whom, forgotten=forgotten)
        found = await presences.select(query, limit=page.limit, cursor=page.cursor)
        return paged(found, presence_view, request)
