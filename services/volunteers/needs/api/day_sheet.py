"""The day sheet over HTTP, for staff: who goes where and when, and what the volunteers must know there.

Each home on the sheet is put on record as a reading, just as when staff read one visit.
"""

from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import ZONE
from services.contracts.marks import Id
from services.contracts.volunteers import NeedStatus
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import OfferStatus
from services.volunteers.needs.homes import Homes
from services.volunteers.needs.store import BY_START, between
from services.volunteers.needs.views import WhereView
from services.volunteers.shared.queries import matching
from services.volunteers.shared.values import Day
from services.volunteers.shared.views import taken

MOST = 500
"""A day sheet has at most so many lines."""


class DaySheetLine(BaseModel):
    """One service of the day. `going`: the people who said yes. `asked`: the people who have not answered their offer
    yet. `where`: the home, and what the volunteers must know there; null where the service goes to no home.
    """

    need: str
    starts_at: datetime
    ends_at: datetime
    category: str
    building: str | None
    status: NeedStatus
    seats: int
    open_seats: int
    going: list[str]
    asked: list[str]
    where: WhereView | None


class DaySheetView(BaseModel):
    """The services of a day, in the order of their start. `uncovered`: the number of services to which nobody has said
    yes, so that staff call somebody.
    """

    community: str
    on: Day
    lines: list[DaySheetLine]
    uncovered: int


def router(needs: Aggregates[Need], homes: Homes) -> APIRouter:
    """The route of the day sheet."""
    routes = APIRouter(prefix="/api/volunteers/v1", tags=["needs"])

    @routes.get("/day-sheet", summary="The day sheet: who goes where", responses=problems(NotYours))
    async def day_sheet(
        principal: PrincipalDep, community: Annotated[Id, Query()], on: Annotated[Day, Query()]
    ) -> DaySheetView:
        """Read at most 500 services of a day, without the cancelled ones. Each home on the sheet is put on record."""
        principal.require(community, Role.STAFF)
        begin = datetime.combine(on, time.min, ZONE)
        query = matching(community) | between(begin, begin + timedelta(days=1))
        found = await needs.select(query, sort=BY_START, descending=False, limit=MOST)
        lines = [
            await _line(stored.aggregate, homes, principal)
            for stored in found.items
            if stored.aggregate.status is not NeedStatus.CANCELLED
        ]
        return DaySheetView(community=community, on=on, lines=lines, uncovered=sum(not line.going for line in lines))

    return routes


async def _line(need: Need, homes: Homes, by: Principal) -> DaySheetLine:
    plan = await homes.of_need(need, by)
    return DaySheetLine(
        need=need.id,
        starts_at=need.starts_at,
        ends_at=need.ends_at,
        category=need.category,
        building=need.building,
        status=need.status,
        seats=need.seats,
        open_seats=need.open_seats,
        going=need.volunteers,
        asked=[offer.person for offer in need.offers if offer.status is OfferStatus.OFFERED],
        where=None if plan is None else WhereView(**taken(plan, WhereView)),
    )
