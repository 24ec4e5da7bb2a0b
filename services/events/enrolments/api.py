"""Enrolments over HTTP: people come to every date of a series, leave dates out, and leave the series."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.changing import Changing
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.language import Language, LanguageDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.events.activities.domain.activity import Activity
from services.events.children.domain import Child
from services.events.children.store import named
from services.events.enrolments import changing
from services.events.enrolments import domain as rules
from services.events.enrolments.domain import Enrol, Enrolment, OneDate, TakeDate, enrolment_id, is_own
from services.events.enrolments.overlapping import (
    BusyDates,
    DatesOverlap,
    DatesOverlapRefused,
    require_reliable,
    require_time,
)
from services.events.enrolments.presenting import EnrolmentPresenter
from services.events.enrolments.store import BY_TIME, of_person, standing_in
from services.events.enrolments.views import EnrolmentChangeView, EnrolmentView
from services.events.registrations import domain as registering
from services.events.registrations.domain import ChangeParty
from services.events.series.domain.series import NoSuchDate, Series, SeriesEndedAlready
from services.events.series.reactions import ahead_of

BASE = "/api/events/v1"
_TERMS = (
    registering.PartyTooLarge,
    registering.GroupsUnclear,
    registering.ChildrenUncounted,
    registering.ChildUnfit,
    registering.NoConsentStands,
    registering.GuardianMissing,
    registering.GuardianOfNobody,
    registering.AgeNotConfirmed,
    registering.TooOld,
    registering.MissedTooOften,
)
_OVERLAPS = (DatesOverlap, DatesOverlapRefused)
_CHANGE = (UnknownAggregate, NotYours, StaleVersion, rules.EnrolmentOver)


def router(
    enrolments: Aggregates[Enrolment],
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    children: Aggregates[Child],
    overlapping: BusyDates,
    present: EnrolmentPresenter,
    clock: Clock,
) -> APIRouter:
    """The routes of enrolments."""
    routes, change = APIRouter(prefix=BASE, tags=["enrolments"]), Changing(enrolments, is_own)

    @routes.post(
        "/series/{id}/enrolments",
        status_code=201,
        summary="Enrol for every date of a series",
        response_model=EnrolmentView,
        responses=problems(
            UnknownAggregate, NotYours, SeriesEndedAlready, NoSuchDate, AlreadyExists, *_OVERLAPS, *_TERMS
        ),
    )
    async def enrol(id: Id, body: Enrol, command: CommandDep) -> Response:
        by = command.principal
        person = body.person or by.sub
        found = (await known(series, id, known_to(by))).aggregate
        theirs = await named(children, body.children, found.community)
        enrolment, standing = enrolment_id(id, person), await overlapping.reliable(person, clock())
        async with overlapping.claimed(enrolment, person, found, body.left_out, clock()) as clashes:

            def decide(made: str, now: datetime) -> Decision[Enrolment]:
                decision = rules.enrol(made, found, body, person, by, now, theirs)
                require_reliable(decision.aggregate, found, standing, now)
                require_time(clashes, despite=body.despite_overlap)
                return decision

            view = await present.of([id], by, command.language)
            return await command.create(enrolments, decide, view, id=enrolment, location=BASE + "/enrolments/{id}")

    @routes.get(
        "/series/{id}/enrolments",
        summary="Who comes to every date of a series, in the order of enrolling (the desk)",
        response_model=PageView[EnrolmentView],
        responses=problems(UnknownAggregate),
    )
    async def of_series(
        id: Id,
        request: Request,
        principal: PrincipalDep,
        language: LanguageDep,
        page: PageDep,
        person: Id | None = None,
    ) -> Response:
        """`person` asks for that of one person alone. To others than the desk the series isn't there."""
        await known(series, id, lambda each: each.is_desk(principal))
        wanted = standing_in(id) if person is None else {**standing_in(id), **of_person(person)}
        found = await enrolments.select(wanted, sort=BY_TIME, descending=False, limit=page.limit, cursor=page.cursor)
        view = await present.of([id], principal, language)
        return paged(found, view, request)

    @routes.get("/my/enrolments", summary="My enrolments in series", response_model=PageView[EnrolmentView])
    async def mine(request: Request, principal: PrincipalDep, language: LanguageDep, page: PageDep) -> Response:
        found = await enrolments.select(of_person(principal.sub), limit=page.limit, cursor=page.cursor)
        view = await present.of([each.aggregate.series for each in found.items], principal, language)
        return paged(found, view, request)

    @routes.get("/enrolments/{id}", summary="One enrolment", responses=problems(UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep, language: LanguageDep) -> EnrolmentView:
        stored = await known(enrolments, id, lambda each: is_own(each, principal))
        return (await present.of([stored.aggregate.series], principal, language))(stored)

    @routes.post(
        "/enrolments/{id}/leave-out",
        summary="Leave one date out",
        response_model=EnrolmentView,
        responses=problems(*_CHANGE, rules.TooManyLeftOut, NoSuchDate),
    )
    async def leave_out(id: Id, body: OneDate, command: CommandDep) -> Response:
        theirs = await _series_of(id, command)
        view = await present.of([theirs.id], command.principal, command.language)
        return await change(id, command, lambda each, by, now: rules.leave_out(each, theirs, body.on, by, now), view)

    @routes.post(
        "/enrolments/{id}/take",
        summary="Come on a date that was left out",
        response_model=EnrolmentView,
        responses=problems(*_CHANGE, NoSuchDate, *_OVERLAPS),
    )
    async def take(id: Id, body: TakeDate, command: CommandDep) -> Response:
        theirs, enrolment = await _series_of(id, command), (await enrolments.get(id)).aggregate
        clashes = await overlapping.on_date(enrolment, theirs, body.on, clock())

        def decide(each: Enrolment, by: Principal, now: datetime) -> Decision[Enrolment]:
            decision = rules.take(each, theirs, body.on, by, now)
            if decision.events:
                require_time(clashes, despite=body.despite_overlap)
            return decision

        view = await present.of([theirs.id], command.principal, command.language)
        return await change(id, command, decide, view)

    @routes.post(
        "/enrolments/{id}/end",
        summary="End an enrolment, which gives up its coming seats",
        response_model=EnrolmentView,
        responses=problems(*_CHANGE),
    )
    async def end(id: Id, command: CommandDep) -> Response:
        theirs = await _series_of(id, command)
        view = await present.of([theirs.id], command.principal, command.language)
        return await change(id, command, lambda each, by, now: rules.end(each, by), view)

    @routes.post(
        "/enrolments/{id}/again",
        summary="Enrol again in a series that one has left",
        response_model=EnrolmentView,
        responses=problems(
            UnknownAggregate,
            NotYours,
            StaleVersion,
            SeriesEndedAlready,
            NoSuchDate,
            rules.EnrolmentStands,
            *_OVERLAPS,
            *_TERMS,
        ),
    )
    async def again(id: Id, body: Enrol, command: CommandDep) -> Response:
        theirs = await _series_of(id, command)
        kids = await named(children, body.children, theirs.community)
        person = (await enrolments.get(id)).aggregate.person
        standing = await overlapping.reliable(person, clock())
        async with overlapping.claimed(id, person, theirs, body.left_out, clock()) as clashes:

            def decide(each: Enrolment, by: Principal, now: datetime) -> Decision[Enrolment]:
                decision = rules.again(each, theirs, body, by, now, kids)
                if decision.events:
                    require_reliable(decision.aggregate, theirs, standing, now)
                    require_time(clashes, despite=body.despite_overlap)
                return decision

            view = await present.of([theirs.id], command.principal, command.language)
            return await change(id, command, decide, view)

    _changes(routes, enrolments, series, activities, children, present, clock)

    async def _series_of(id: str, command: Command) -> Series:
        """The series of an enrolment that the caller may know of."""
        enrolment = (await known(enrolments, id, lambda each: is_own(each, command.principal))).aggregate
        return (await series.get(enrolment.series)).aggregate

    return routes


def _changes(
    routes: APIRouter,
    enrolments: Aggregates[Enrolment],
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    children: Aggregates[Child],
    present: EnrolmentPresenter,
    clock: Clock,
) -> None:
    change = Changing(enrolments, is_own)

    @routes.post(
        "/enrolments/{id}/change",
        summary="Come to every date with another party; each date keeps its place",
        response_model=EnrolmentChangeView,
        responses=problems(*_CHANGE, *_TERMS),
    )
    async def change_party(id: Id, body: ChangeParty, command: CommandDep) -> Response:
        """The answer says of each coming date whether the party as it is then has its seats, waits, or is refused, and
        why; a date that refuses it leaves it as it was. To dates that are no activities yet the new party comes.
        """
        found = (await known(enrolments, id, lambda each: is_own(each, command.principal))).aggregate
        theirs, kids = await _around(found, body)
        dates = await _outcomes(found, body, kids, command.principal, command.language)
        view = await present.of([theirs.id], command.principal, command.language)
        return await change(
            id,
            command,
            lambda each, by, now: changing.change(each, theirs, body, by, now, kids),
            lambda stored: EnrolmentChangeView.after(view(stored), dates),
        )

    @routes.post(
        "/enrolments/{id}/change/preview",
        summary="Preview what another party would mean for each date; nothing is saved",
        responses=problems(*_CHANGE, *_TERMS),
    )
    async def preview_change(
        id: Id, body: ChangeParty, principal: PrincipalDep, language: LanguageDep
    ) -> list[changing.DateOutcome]:
        found = (await known(enrolments, id, lambda each: is_own(each, principal))).aggregate
        theirs, kids = await _around(found, body)
        changing.change(found, theirs, body, principal, clock(), kids)
        return await _outcomes(found, body, kids, principal, language)

    async def _around(enrolment: Enrolment, body: ChangeParty) -> tuple[Series, Sequence[Child]]:
        """The series of an enrolment, and the children whom the party has by then."""
        ids = enrolment.children if body.children is None else body.children
        theirs = (await series.get(enrolment.series)).aggregate
        return theirs, await named(children, ids, enrolment.community)

    async def _outcomes(
        enrolment: Enrolment, body: ChangeParty, kids: Sequence[Child], by: Principal, language: Language
    ) -> list[changing.DateOutcome]:
        changed, now = changing.as_asked(enrolment, body, by), clock()
        return [
            changing.outcome(each, changed, now, kids, language)
            async for each in ahead_of(activities, enrolment.series, now)
            if changing.concerns(each, changed, now)
        ]
