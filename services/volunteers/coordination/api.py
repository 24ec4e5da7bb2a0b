"""The lists of a day over HTTP, for staff: the call list, and both lists as pages to print."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from services.chassis.clock import Clock
from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import ZONE
from services.contracts.marks import Id
from services.contracts.volunteers import NeedStatus
from services.volunteers.coordination.calls import Why, called, calls, uncovered
from services.volunteers.coordination.pages import Row, call_page, day_page
from services.volunteers.names.store import CommunityNames, Name, Names
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.homes import Homes
from services.volunteers.needs.store import BY_START, between
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.shared.queries import matching
from services.volunteers.shared.values import Day

BASE = "/api/volunteers/v1"
MOST = 500
_HTML: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}


class AboutView(BaseModel):
    """A need that somebody is called about. `work` and `place` are its kind and building in words."""

    need: str
    why: Why
    starts_at: datetime
    ends_at: datetime
    category: str
    work: Name
    building: str | None
    place: Name | None


class CallView(BaseModel):
    """A person to call. `phone` is null where they have given none."""

    person: str
    name: str
    phone: str | None
    about: list[AboutView]


class UncoveredView(BaseModel):
    """A need for which nobody has accepted, and nobody is asked."""

    need: str
    starts_at: datetime
    category: str
    work: Name
    building: str | None
    place: Name | None


class CallListView(BaseModel):
    """The people to call about the services of a day."""

    community: str
    on: Day
    calls: list[CallView]
    uncovered: list[UncoveredView]


class Lists:
    """Reads the needs and people for the lists of a day."""

    def __init__(
        self, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], homes: Homes, names: Names, clock: Clock
    ) -> None:
        self._needs = needs
        self._volunteers = volunteers
        self._homes = homes
        self._names = names
        self.clock = clock

    async def needs(self, community: str, on: Day) -> list[Need]:
        """The needs of a day, at most 500."""
        begin = datetime.combine(on, time.min, ZONE)
        query = matching(community) | between(begin, begin + timedelta(days=1))
        found = await self._needs.select(query, sort=BY_START, descending=False, limit=MOST)
        return [stored.aggregate for stored in found.items]

    async def people(self, community: str, people: Iterable[str]) -> dict[str, Volunteer]:
        """The volunteers among `people`, by person."""
        ids = [volunteer_id(community, person) for person in sorted(set(people))]
        page = await self._volunteers.select({"_id": {"$in": ids}}, limit=len(ids) or 1)
        return {stored.aggregate.person: stored.aggregate for stored in page.items}

    async def names(self, community: str) -> CommunityNames:
        """What buildings and kinds of work are called."""
        return await self._names.of(community)

    async def call_list(self, community: str, on: Day) -> CallListView:
        """The call list of a day."""
        needs, now, names = await self.needs(community, on), self.clock(), await self._names.of(community)
        found = calls(needs, now)
        people = await self.people(community, [call.person for call in found])
        return CallListView(
            community=community,
            on=on,
            calls=[
                CallView(
                    person=call.person,
                    name=called(call.person, people),
                    phone=people[call.person].phone if call.person in people else None,
                    about=[AboutView(**_told(need, names), ends_at=need.ends_at, why=why) for need, why in call.about],
                )
                for call in found
            ],
            uncovered=[UncoveredView(**_told(need, names)) for need in uncovered(needs, now)],
        )

    async def rows(self, community: str, on: Day, by: Principal) -> list[Row]:
        """The rows of the day sheet. Each disclosure of a home is recorded."""
        needs = [each for each in await self.needs(community, on) if each.status is not NeedStatus.CANCELLED]
        people = await self.people(community, [person for need in needs for person in need.volunteers])
        names = await self._names.of(community)
        rows = []
        for need in needs:
            home = await self._homes.of_need(need, by)
            going = [
                (called(person, people), people[person].phone if person in people else None)
                for person in need.volunteers
            ]
            place = names.place(need.building)
            rows.append(
                Row(need, names.work(need.category).zh, need.building if place is None else place.zh, going, home)
            )
        return rows


def router(lists: Lists) -> APIRouter:
    """The routes of the lists."""
    routes = APIRouter(prefix=BASE, tags=["needs"])

    @routes.get("/call-list", summary="The call list of a day (staff)", responses=problems(NotYours))
    async def call_list(
        principal: PrincipalDep, community: Annotated[Id, Query()], on: Annotated[Day, Query()]
    ) -> CallListView:
        principal.require(community, Role.STAFF)
        return await lists.call_list(community, on)

    @routes.get(
        "/call-list.html",
        summary="The call list of a day, to print (staff)",
        response_class=Response,
        responses={**_HTML, **problems(NotYours)},
    )
    async def call_list_page(
        principal: PrincipalDep, community: Annotated[Id, Query()], on: Annotated[Day, Query()]
    ) -> Response:
        principal.require(community, Role.STAFF)
        listed = await lists.call_list(community, on)
        return _page(call_page(on, [each.model_dump() for each in listed.calls], len(listed.uncovered)))

    @routes.get(
        "/day-sheet.html",
        summary="The day sheet, to print (staff)",
        response_class=Response,
        responses={**_HTML, **problems(NotYours)},
    )
    async def day_sheet_page(
        principal: PrincipalDep, community: Annotated[Id, Query()], on: Annotated[Day, Query()]
    ) -> Response:
        """The day sheet, to print. Each disclosure of a home is recorded."""
        principal.require(community, Role.STAFF)
        return _page(day_page(on, await lists.rows(community, on, principal)))

    return routes


def _told(need: Need, names: CommunityNames) -> dict[str, Any]:
    return {
        "need": need.id,
        "starts_at": need.starts_at,
        "category": need.category,
        "work": names.work(need.category),
        "building": need.building,
        "place": names.place(need.building),
    }


def _page(body: str) -> Response:
    return Response(body, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})
