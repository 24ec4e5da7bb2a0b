"""Calendars over HTTP: how the days of a year are counted in a community, and the loading of what was announced."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from services.chassis.errors import NotYours, StaleVersion
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.contracts.marks import Id
from services.issues.catalogue.calendars import Calendars
from services.issues.catalogue.domain.calendars import CalendarMalformed, LoadYear, Year, calendar_id, load_year

BASE = "/api/issues/v1/calendars"
_DAY = timedelta(days=1)
_SATURDAY = 5
YearPath = Annotated[Year, Path()]


class CalendarView(BaseModel):
    """A year as deadlines count it. `off`: days from Monday to Friday on which nobody works; `worked`: weekends that
    are worked."""

    community: str
    year: int
    loaded: bool = Field(description="Whether an arrangement was loaded; else the known one holds, or the law's days.")
    off: list[date]
    worked: list[date]


def router(calendars: Calendars) -> APIRouter:
    """The routes of calendars."""
    routes = APIRouter(prefix=BASE, tags=["categories"])

    @routes.get(
        "/{community}/{year}",
        response_model=CalendarView,
        summary="The working calendar of a year",
        responses=problems(NotYours),
    )
    async def one(community: Id, year: YearPath, principal: PrincipalDep) -> Response:
        principal.require(community)
        return await _shown(calendars, community, year)

    @routes.put(
        "/{community}/{year}",
        response_model=CalendarView,
        summary="Load the announced arrangement of a year's holidays",
        responses=problems(NotYours, StaleVersion, CalendarMalformed),
    )
    async def load(community: Id, year: YearPath, body: LoadYear, command: CommandDep) -> Response:
        """Open deadlines are counted anew, and those whom it concerns are told; one that has passed stays. The same
        arrangement loaded again changes nothing."""
        by = command.principal
        by.require(community, Role.STAFF, Role.OPERATOR)
        await calendars.load(
            community, year, lambda before, now: load_year(community, year, body, before, by, now), command.cause
        )
        return await _shown(calendars, community, year)

    return routes


async def _shown(calendars: Calendars, community: str, year: int) -> Response:
    await calendars.look()
    time, first = calendars.of(community), date(year, 1, 1)
    days = [first + n * _DAY for n in range((date(year + 1, 1, 1) - first).days)]
    view = CalendarView(
        community=community,
        year=year,
        loaded=await calendars.stored.find(calendar_id(community, year)) is not None,
        off=[day for day in days if day.weekday() < _SATURDAY and not time.is_workday(day)],
        worked=[day for day in days if day.weekday() >= _SATURDAY and time.is_workday(day)],
    )
    return Response(view.model_dump_json(), media_type="application/json")
