"""Venues over HTTP. Reading is public; staff enter, describe and block them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Document
from services.chassis.values import Moment
from services.contracts.marks import Id
from services.events.venues import domain as rules
from services.events.venues.blocking import AHEAD, blocking
from services.events.venues.bookings import Bookings
from services.events.venues.collisions import Wanted
from services.events.venues.domain import BlockVenue, DescribeVenue, EnterVenue, Slot, UnblockVenue, Venue, venue_id
from services.events.venues.views import BlockedView, BookedView, VenueView

BASE = "/api/events/v1/venues"
_MOST = 50
_CHANGE = (UnknownAggregate, NotYours, StaleVersion)


def router(venues: Aggregates[Venue], bookings: Bookings, clock: Clock) -> APIRouter:
    """The routes of venues."""
    routes = APIRouter(prefix=BASE, tags=["venues"])
    _reading(routes, venues, bookings)
    _managing(routes, venues, bookings, clock)
    return routes


def _reading(routes: APIRouter, venues: Aggregates[Venue], bookings: Bookings) -> None:
    @routes.get("", summary="The venues of a community (public)", response_model=PageView[VenueView])
    async def many(request: Request, page: PageDep, community: Annotated[Id, Query()]) -> Response:
        found = await venues.select({"state.community": community}, limit=page.limit, cursor=page.cursor)
        return paged(found, VenueView.of, request)

    @routes.get(
        "/free",
        summary="Venues that are free and open at a time, and large enough (public)",
        responses=problems(rules.HoursUnclear),
    )
    async def free(
        community: Annotated[Id, Query()],
        since: Annotated[Moment, Query(alias="from")],
        until: Annotated[Moment, Query(alias="to")],
        heads: Annotated[int, Query(ge=1, le=100_000)] = 1,
    ) -> list[VenueView]:
        if until <= since:
            raise rules.HoursUnclear()
        slot = Slot(activity="", starts_at=since, ends_at=until)
        wanted = Wanted(community, "", "", "", heads, [slot])
        return [VenueView.of(venue) for venue in await bookings.free_for(wanted, _MOST)]

    @routes.get("/{id}", summary="One venue (public)", response_model=VenueView, responses=problems(UnknownAggregate))
    async def one(id: Id, request: Request) -> Response:
        return etagged(await venues.get(id), VenueView.of, request)

    @routes.get("/{id}/bookings", summary="The bookings of a venue (public)", responses=problems(UnknownAggregate))
    async def booked(
        id: Id,
        since: Annotated[Moment, Query(alias="from", description="Ending after this time.")],
        until: Annotated[Moment, Query(alias="to", description="Starting before this time.")],
    ) -> list[BookedView]:
        venue = (await venues.get(id)).aggregate
        return [BookedView.of(each) for each in await bookings.at(venue.community, venue.venue, since, until)]


def _managing(routes: APIRouter, venues: Aggregates[Venue], bookings: Bookings, clock: Clock) -> None:
    @routes.post(
        "",
        status_code=201,
        summary="Enter a venue (staff)",
        response_model=VenueView,
        responses=problems(NotYours, AlreadyExists, rules.HoursUnclear),
    )
    async def enter(body: EnterVenue, command: CommandDep) -> Response:
        return await command.create(
            venues,
            lambda id, now: rules.enter(id, body, command.principal),
            VenueView.of,
            id=venue_id(body.community, body.venue),
            location=BASE + "/{id}",
        )

    @routes.post(
        "/{id}/describe",
        summary="Change the description of a venue, and read what is booked there and doesn't fit it any more (staff)",
        response_model=BlockedView,
        responses=problems(*_CHANGE, rules.HoursUnclear),
    )
    async def describe(id: Id, body: DescribeVenue, command: CommandDep) -> Response:
        by, now = command.principal, clock()
        found = (await known(venues, id, known_to(by))).aggregate
        by.require(found.community, Role.STAFF)
        async with blocking(bookings, found, now, now + AHEAD, now) as ahead:

            def hit(venue: Venue) -> list[Document]:
                return [
                    each for each in ahead if not rules.holds(venue, each["begins"], each["over"], each.get("heads"))
                ]

            return await command.change(
                venues,
                id,
                lambda venue, now: rules.describe(venue, body, by),
                lambda stored: BlockedView.hitting(stored, hit(stored.aggregate)),
                known_to=known_to(by),
            )

    @routes.post(
        "/{id}/block",
        summary="Block a venue for a time, and read what was booked then (staff)",
        response_model=BlockedView,
        responses=problems(*_CHANGE, rules.HoursUnclear, rules.TooManyBlocks),
    )
    async def block(id: Id, body: BlockVenue, command: CommandDep) -> Response:
        by = command.principal
        found = (await known(venues, id, known_to(by))).aggregate
        by.require(found.community, Role.STAFF)
        async with blocking(bookings, found, body.since, body.until, clock()) as hit:
            return await command.change(
                venues,
                id,
                lambda venue, now: rules.block(venue, body, by),
                lambda stored: BlockedView.hitting(stored, hit),
                known_to=known_to(by),
            )

    @routes.post(
        "/{id}/unblock",
        summary="Remove a block of a venue (staff)",
        response_model=VenueView,
        responses=problems(*_CHANGE),
    )
    async def unblock(id: Id, body: UnblockVenue, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            venues, id, lambda venue, now: rules.unblock(venue, body.since, by), VenueView.of, known_to=known_to(by)
        )
