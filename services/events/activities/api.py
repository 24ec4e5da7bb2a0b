"""Routes that show, list, schedule, move, cancel and complete activities.

Reading is public: no token is asked for, and no person is named. To callers from elsewhere, a command answers as if the
activity weren't there.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import MaybePrincipalDep, PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.language import LanguageDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged_as_shown
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.contracts.activities import ActivityKind, ActivityStatus
from services.contracts.marks import Code, Id
from services.events.activities.check_in_code import fresh_seed
from services.events.activities.domain import changing, ending, scheduling
from services.events.activities.domain.activity import Activity, HasBegun, NotScheduled
from services.events.activities.domain.changing import Effect, effect
from services.events.activities.domain.formalities import Formalities, FormalitiesMissing
from services.events.activities.domain.requests import (
    CancelActivity,
    ChangeActivity,
    Moment,
    MoveActivity,
    PriorityUnexplained,
    ScheduleActivity,
    Stop,
    TermsUnclear,
    WindowEmpty,
)
from services.events.activities.domain.scheduling import Plan
from services.events.activities.presenting import ActivityPresenter
from services.events.activities.store import BY_START, in_calendar, known_privately, on_day, with_free, without_replaced
from services.events.activities.views import ActivityView
from services.events.pictures.store import NoSuchPicture, Pictures
from services.events.venues.bookings import Bookings
from services.events.venues.collisions import Wanted
from services.events.venues.domain import EquipmentShort, Slot, VenueClosed, VenueTaken, VenueTooSmall

BASE = "/api/events/v1"
"""Where all routes of this service begin."""
TIMES = (
    scheduling.StartsInThePast,
    scheduling.EndsBeforeItStarts,
    scheduling.TooLong,
    scheduling.NotWholeDays,
)
PLACE = (VenueTaken, VenueClosed, VenueTooSmall, EquipmentShort)
TERMS = (
    TermsUnclear,
    PriorityUnexplained,
    WindowEmpty,
    scheduling.AgesEmpty,
    FormalitiesMissing,
    NoSuchPicture,
)
_CHANGE = (UnknownAggregate, NotYours, StaleVersion, NotScheduled)


def router(
    activities: Aggregates[Activity],
    bookings: Bookings,
    pictures: Pictures,
    present: ActivityPresenter,
    formalities: Formalities,
    clock: Clock,
) -> APIRouter:
    """The routes of activities."""
    routes = APIRouter(prefix=BASE, tags=["activities"])
    _reading(routes, activities, present)
    changes = _Changes(activities, present)
    _scheduling(routes, activities, bookings, pictures, present, formalities, clock)
    _changing_routes(routes, changes, bookings, pictures, formalities, clock)
    _moving_routes(routes, changes, bookings, clock)
    _ending_routes(routes, changes)
    return routes


class _Changes:
    """Carries a change of an activity out, and shows what came of it to whoever asked."""

    def __init__(self, activities: Aggregates[Activity], present: ActivityPresenter) -> None:
        self.activities = activities
        self._present = present

    async def __call__(self, id: str, command: Command, decide: "Decide") -> Response:
        by = command.principal
        await self._present.ready(self.activities, id)
        view = self._present.view(by, command.language)
        return await command.change(self.activities, id, decide, view, known_to=known_to(by))


def _reading(routes: APIRouter, activities: Aggregates[Activity], present: ActivityPresenter) -> None:
    @routes.get("/activities", summary="Activities by their start (public)", response_model=PageView[ActivityView])
    async def many(
        request: Request,
        page: PageDep,
        by: MaybePrincipalDep,
        language: LanguageDep,
        community: Annotated[Id, Query()],
        kind: ActivityKind | None = None,
        status: ActivityStatus | None = None,
        series: Annotated[Id | None, Query()] = None,
        venue: Annotated[Code | None, Query()] = None,
        host: Annotated[Id | None, Query(description="The team or unit that holds it.")] = None,
        age: Annotated[int | None, Query(ge=0, le=120, description="For people of this age.")] = None,
        since: Annotated[Moment | None, Query(alias="from", description="Starting at this time or later.")] = None,
        until: Annotated[Moment | None, Query(alias="to", description="Starting before this time.")] = None,
        day: Annotated[date | None, Query(description="Taking place on this day in Asia/Shanghai.")] = None,
        free: Annotated[int | None, Query(ge=1, le=100, description="With so many free places.")] = None,
    ) -> Response:
        query = in_calendar(community, since, until, kind, status, series, venue, host, age) | with_free(free)
        if (kind, series, host, age, free) != (None,) * 5:  # what it is, or how full, may not be asked out
            query |= known_privately(community, by)
        if day is not None:
            query |= on_day(day, since, until)
        found = await activities.select(query, sort=BY_START, descending=False, limit=page.limit, cursor=page.cursor)
        if status is None:
            found = await without_replaced(activities, found, in_calendar(community))
        await present.prepare(found)
        return paged(found, present.view(by, language), request)

    @routes.get(
        "/activities/{id}",
        summary="One activity (public)",
        response_model=ActivityView,
        responses=problems(UnknownAggregate),
    )
    async def one(id: Id, request: Request, by: MaybePrincipalDep, language: LanguageDep) -> Response:
        stored = await activities.get(id)
        if stored.aggregate.hides_from(by):
            raise UnknownAggregate(kind=activities.kind.name, id=id)
        await present.at_home(stored.aggregate.community)
        return etagged_as_shown(stored, present.view(by, language), request)


def _scheduling(
    routes: APIRouter,
    activities: Aggregates[Activity],
    bookings: Bookings,
    pictures: Pictures,
    present: ActivityPresenter,
    formalities: Formalities,
    clock: Clock,
) -> None:
    @routes.post(
        "/activities",
        status_code=201,
        summary="Schedule an activity (staff, organisers)",
        response_model=ActivityView,
        responses=problems(NotYours, *TIMES, *TERMS, *PLACE),
    )
    async def schedule(body: ScheduleActivity, command: CommandDep) -> Response:
        by, plan = command.principal, body.plan(command.principal.sub)
        id = await command.fresh_id(activities.secret, activities.kind.name)
        await present.at_home(body.community)
        view = present.view(by, command.language)

        def decide(id: str, now: datetime) -> Decision[Activity]:
            scheduled = scheduling.schedule(id, body.community, plan, fresh_seed(), by, now)
            formalities.require(plan)
            return scheduled

        async with AsyncExitStack() as held:
            if await activities.find(id) is None:  # else the request is one that was carried out before
                decide(id, clock())  # who may not schedule learns of no booking and no picture
                await pictures.require(body.details.shown, body.community)
                await held.enter_async_context(bookings.claimed(wanted_by(id, body.community, plan)))
            return await command.create(activities, decide, view, id=id, location=BASE + "/activities/{id}")


def _changing_routes(
    routes: APIRouter,
    changes: _Changes,
    bookings: Bookings,
    pictures: Pictures,
    formalities: Formalities,
    clock: Clock,
) -> None:
    async def _as_changed(
        activities: Aggregates[Activity], id: str, decide: Decide, by: Principal
    ) -> tuple[Activity, Activity] | None:
        """The activity before and after `decide`; None where that is refused, which the command tells itself."""
        found = await activities.find(id)
        if found is None or not known_to(by)(found.aggregate):
            return None
        try:
            return found.aggregate, decide(found.aggregate, clock()).aggregate
        except CommunityError:
            return None

    @routes.post(
        "/activities/{id}/change",
        summary="Change an activity's title, text, capacity or other terms",
        response_model=ActivityView,
        responses=problems(*_CHANGE, *TERMS, *PLACE),
    )
    async def change(id: Id, body: ChangeActivity, command: CommandDep) -> Response:
        decide = formalities.keeping(_changing(body, command.principal))
        async with AsyncExitStack() as held:
            found = await _as_changed(changes.activities, id, decide, command.principal)
            if found is not None:
                before, changed = found
                await pictures.require(() if body.details is None else body.details.shown, changed.community)
                if changed.details.equipment != before.details.equipment:
                    plan = Plan(**{name: getattr(changed, name) for name in Plan.model_fields})
                    claim = bookings.claimed(wanted_by(id, changed.community, plan, changed.series))
                    await held.enter_async_context(claim)
                elif changed.capacity > before.capacity:
                    await bookings.require_size(changed.community, changed.venue, changed.capacity)
            return await changes(id, command, decide)

    @routes.post(
        "/activities/{id}/change/preview",
        summary="Preview whom a change would affect; nothing is saved",
        responses=problems(UnknownAggregate, NotYours, NotScheduled, *TERMS),
    )
    async def preview_change(id: Id, body: ChangeActivity, principal: PrincipalDep) -> Effect:
        stored = await known(changes.activities, id, known_to(principal))
        decide = formalities.keeping(_changing(body, principal))
        return effect(stored.aggregate, decide(stored.aggregate, clock()))


def _moving_routes(routes: APIRouter, changes: _Changes, bookings: Bookings, clock: Clock) -> None:
    activities = changes.activities

    @routes.post(
        "/activities/{id}/move/preview",
        summary="Preview whom another time or place would affect; nothing is saved",
        responses=problems(UnknownAggregate, NotYours, NotScheduled, *TIMES, HasBegun),
    )
    async def preview_move(id: Id, body: MoveActivity, principal: PrincipalDep) -> Effect:
        stored = await known(activities, id, known_to(principal))
        return effect(stored.aggregate, _moving(body, principal)(stored.aggregate, clock()))

    @routes.post(
        "/activities/{id}/move",
        summary="Move an activity to another time or place",
        response_model=ActivityView,
        responses=problems(*_CHANGE, *TIMES, HasBegun, *PLACE),
    )
    async def move(id: Id, body: MoveActivity, command: CommandDep) -> Response:
        by = command.principal
        found = await activities.find(id)
        if found is None or not known_to(by)(found.aggregate):
            raise UnknownAggregate(kind=activities.kind.name, id=id)
        try:
            moved = _moving(body, by)(found.aggregate, clock()).aggregate
        except CommunityError:  # it is told below, where a repeated request has its first answer
            return await changes(id, command, _moving(body, by))
        plan = Plan(**{name: getattr(moved, name) for name in Plan.model_fields})
        async with bookings.claimed(wanted_by(id, moved.community, plan, moved.series)):
            return await changes(id, command, _moving(body, by))


def _ending_routes(routes: APIRouter, changes: _Changes) -> None:
    @routes.post(
        "/activities/{id}/cancel",
        summary="Cancel an activity",
        response_model=ActivityView,
        responses=problems(*_CHANGE, HasBegun),
    )
    async def cancel(id: Id, command: CommandDep, body: CancelActivity | None = None) -> Response:
        reason = None if body is None else body.reason
        return await changes(id, command, lambda activity, now: ending.cancel(activity, command.principal, now, reason))

    @routes.post(
        "/activities/{id}/stop",
        summary="Break off an activity that has begun",
        response_model=ActivityView,
        responses=problems(*_CHANGE, ending.NotUnderWay),
    )
    async def stop(id: Id, command: CommandDep, body: Stop | None = None) -> Response:
        reason = None if body is None else body.reason
        return await changes(id, command, lambda activity, now: ending.stop(activity, command.principal, now, reason))

    @routes.post(
        "/activities/{id}/complete",
        summary="Complete an activity that is over",
        response_model=ActivityView,
        responses=problems(*_CHANGE, ending.NotOverYet),
    )
    async def complete(id: Id, command: CommandDep) -> Response:
        return await changes(id, command, lambda activity, now: ending.complete(activity, command.principal, now))


def wanted_by(id: str, community: str, plan: Plan, series: str | None = None) -> Wanted:
    """What an activity of that plan holds of venues, instructors and equipment."""
    slot = Slot(activity=id, starts_at=plan.starts_at, ends_at=plan.ends_at)
    return Wanted(
        community,
        plan.venue,
        series or id,
        plan.booked_as,
        plan.capacity,
        [slot],
        plan.instructors,
        plan.details.equipment,
    )


Decide = Callable[[Activity, datetime], Decision[Activity]]


def _changing(body: ChangeActivity, by: Principal) -> Decide:
    return lambda activity, now: changing.change(activity, body.to(activity.details), by, now)


def _moving(body: MoveActivity, by: Principal) -> Decide:
    def decide(activity: Activity, now: datetime) -> Decision[Activity]:
        starts_at = body.starts_at or activity.starts_at
        venue = body.venue or activity.venue
        return scheduling.move(
            activity,
            by,
            now,
            starts_at=starts_at,
            ends_at=body.ends_at or starts_at + (activity.ends_at - activity.starts_at),
            venue=venue,
            building=body.building or (activity.building if venue == activity.venue else None),
        )

    return decide
