"""Enrolments over HTTP: people come to every date of a series, leave dates out, and leave the series."""

from fastapi import APIRouter, Request, Response

from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.changing import Changing
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.events.enrolments import domain as rules
from services.events.enrolments.domain import Enrol, Enrolment, OneDate, enrolment_id, is_own
from services.events.enrolments.store import of_person
from services.events.enrolments.views import EnrolmentView
from services.events.series.domain.series import Series, SeriesEndedAlready

BASE = "/api/events/v1"
_CHANGE = (UnknownAggregate, NotYours, StaleVersion, rules.EnrolmentOver)


def router(enrolments: Aggregates[Enrolment], series: Aggregates[Series]) -> APIRouter:
    """The routes of enrolments."""
    routes, change = APIRouter(prefix=BASE, tags=["enrolments"]), Changing(enrolments, is_own)

    @routes.post(
        "/series/{id}/enrolments",
        status_code=201,
        summary="Come to every date of a series",
        response_model=EnrolmentView,
        responses=problems(UnknownAggregate, NotYours, SeriesEndedAlready, AlreadyExists),
    )
    async def enrol(id: Id, body: Enrol, command: CommandDep) -> Response:
        by = command.principal
        person = body.person or by.sub
        found = (await known(series, id, known_to(by))).aggregate
        return await command.create(
            enrolments,
            lambda made, now: rules.enrol(made, found, body, person, by, now),
            EnrolmentView.of,
            id=enrolment_id(id, person),
            location=BASE + "/enrolments/{id}",
        )

    @routes.get("/my/enrolments", summary="The series that I come to", response_model=PageView[EnrolmentView])
    async def mine(request: Request, principal: PrincipalDep, page: PageDep) -> Response:
        found = await enrolments.select(of_person(principal.sub), limit=page.limit, cursor=page.cursor)
        return paged(found, EnrolmentView.of, request)

    @routes.get("/enrolments/{id}", summary="One enrolment", responses=problems(UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> EnrolmentView:
        return EnrolmentView.of(await known(enrolments, id, lambda each: is_own(each, principal)))

    @routes.post(
        "/enrolments/{id}/leave-out",
        summary="Not to come on one date",
        response_model=EnrolmentView,
        responses=problems(*_CHANGE, rules.TooManyLeftOut),
    )
    async def leave_out(id: Id, body: OneDate, command: CommandDep) -> Response:
        return await change(id, command, lambda each, by, now: rules.leave_out(each, body.on, by), EnrolmentView.of)

    @routes.post(
        "/enrolments/{id}/take",
        summary="To come on a date after all",
        response_model=EnrolmentView,
        responses=problems(*_CHANGE),
    )
    async def take(id: Id, body: OneDate, command: CommandDep) -> Response:
        return await change(id, command, lambda each, by, now: rules.take(each, body.on, by), EnrolmentView.of)

    @routes.post(
        "/enrolments/{id}/end",
        summary="Leave the series; seats ahead are given up",
        response_model=EnrolmentView,
        responses=problems(*_CHANGE),
    )
    async def end(id: Id, command: CommandDep) -> Response:
        return await change(id, command, lambda each, by, now: rules.end(each, by), EnrolmentView.of)

    @routes.post(
        "/enrolments/{id}/again",
        summary="Come to a series again that one had left",
        response_model=EnrolmentView,
        responses=problems(UnknownAggregate, NotYours, StaleVersion),
    )
    async def again(id: Id, body: Enrol, command: CommandDep) -> Response:
        return await change(id, command, lambda each, by, now: rules.again(each, body, by, now), EnrolmentView.of)

    return routes
