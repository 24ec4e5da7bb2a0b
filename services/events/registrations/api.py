"""Registrations over HTTP: people register and withdraw themselves, the desk does it for others.

A caller whom an activity or a registration does not concern gets the answer of one that doesn't exist.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.changing import Changing
from services.chassis.http.command import CommandDep
from services.chassis.http.language import LanguageDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.events.activities.api import BASE
from services.events.activities.domain.activity import Activity, NotScheduled
from services.events.activities.domain.parties import WITHOUT_ACCOUNT
from services.events.activities.domain.seats import NothingOffered, NotWaiting, PositionUnknown, WaitingListFull
from services.events.activities.presenting import ActivityPresenter
from services.events.activities.store import BY_START, without_replaced
from services.events.children.domain import Child
from services.events.children.store import named
from services.events.registrations import domain as rules
from services.events.registrations.consents import require_still
from services.events.registrations.domain import (
    Answer,
    ChangeParty,
    MoveUp,
    NotRegistered,
    Register,
    Remove,
    Standing,
    asks_of_overlaps,
    own_or_desk,
)
from services.events.registrations.store import Part, Standings, When, mine
from services.events.registrations.views import MyActivityView, RegistrationView

ME = "me"
_CHANGE = (UnknownAggregate, NotYours, StaleVersion, NotScheduled, rules.RegistrationClosed)


def routers(
    activities: Aggregates[Activity],
    children: Aggregates[Child],
    standings: Standings,
    present: ActivityPresenter,
    clock: Clock,
) -> list[APIRouter]:
    """The routes of registrations, and the list of one's own activities."""
    own = _mine(activities, present, clock)
    return [_registrations(activities, children, standings, clock), _desk(activities), own]


def _registrations(
    activities: Aggregates[Activity], children: Aggregates[Child], standings: Standings, clock: Clock
) -> APIRouter:
    routes = APIRouter(prefix=BASE + "/activities/{id}/registrations", tags=["registrations"])
    change = Changing(activities, _knows)

    @routes.post(
        "",
        summary="Register: take seats or a place on the waiting list",
        response_model=RegistrationView,
        responses=problems(
            *_CHANGE,
            rules.AlreadyRegistered,
            rules.PartyTooLarge,
            WaitingListFull,
            rules.GuardianMissing,
            rules.AgeNotConfirmed,
            rules.TooOld,
            rules.NoConsentStands,
            rules.GroupsUnclear,
            rules.ChildrenUncounted,
            rules.GuardianOfNobody,
            rules.ChildUnfit,
            rules.NotOpenYet,
            rules.SeatsShort,
            rules.Overlapping,
            rules.OverlappingRefused,
            rules.MissedTooOften,
        ),
    )
    async def register(id: Id, body: Register, command: CommandDep) -> Response:
        by = command.principal
        person = body.person or by.sub
        if body.label is not None and body.person is None:
            person = await command.fresh_id(activities.secret, WITHOUT_ACCOUNT)
        activity = (await known(activities, id, known_to(by))).aggregate
        theirs = await named(children, body.children, activity.community)

        async def act(standing: Standing) -> Response:
            def decide(activity: Activity, now: datetime) -> Decision[Activity]:
                return rules.register(
                    activity,
                    person,
                    body.party,
                    by,
                    now,
                    guardian=body.guardian,
                    ages_confirmed=body.ages_confirmed,
                    asked=body,
                    standing=standing,
                    children=theirs,
                )

            answer = await command.change(
                activities,
                id,
                decide,
                lambda stored: RegistrationView.of(stored.aggregate, person),
                known_to=known_to(by),
            )
            await require_still(activities, children, id, theirs)
            return answer

        if body.label is None and asks_of_overlaps(activity, despite=body.despite_overlap):
            async with standings.claimed(person, activity, clock()) as standing:
                return await act(standing)
        return await act(await standings.of(person, activity, clock()))

    @routes.post(
        "/{person}/change",
        summary="Change a party: more heads or fewer, other groups or children (`me`: one's own)",
        response_model=RegistrationView,
        responses=problems(
            *_CHANGE,
            NotRegistered,
            rules.AlreadyThere,
            rules.PartyTooLarge,
            rules.GroupsUnclear,
            rules.ChildrenUncounted,
            rules.GuardianMissing,
            rules.NoConsentStands,
            rules.ChildUnfit,
            rules.AgeNotConfirmed,
            rules.TooOld,
            rules.NotOpenYet,
            rules.SeatsShort,
            rules.TooLateToWithdraw,
        ),
    )
    async def change_party(id: Id, person: Id, body: ChangeParty, command: CommandDep) -> Response:
        by = command.principal
        whose = by.sub if person == ME else person
        activity = (await known(activities, id, known_to(by))).aggregate
        party = activity.party_of(whose)
        kept = () if party is None or body.children is not None else party.children
        theirs = await named(children, body.children or kept, activity.community)
        answer = await change(
            id, command, lambda each, by, now: rules.change_party(each, whose, body, by, now, theirs), _of(whose)
        )
        await require_still(activities, children, id, theirs)
        return answer

    @routes.get(
        "/{person}",
        summary="The status of a registration (`me`: one's own)",
        responses=problems(UnknownAggregate, NotRegistered),
    )
    async def position(id: Id, person: Id, principal: PrincipalDep) -> RegistrationView:
        whose = principal.sub if person == ME else person
        stored = await known(activities, id, lambda activity: own_or_desk(activity, whose, principal))
        view = RegistrationView.of(stored.aggregate, whose)
        if view.status == "none":
            raise NotRegistered()
        return view

    @routes.post(
        "/{person}/withdraw",
        summary="Give up seats, or a place on the waiting list (`me`: one's own)",
        response_model=RegistrationView,
        responses=problems(*_CHANGE, NotRegistered, rules.TooLateToWithdraw, rules.AlreadyThere),
    )
    async def withdraw(id: Id, person: Id, command: CommandDep) -> Response:
        whose = command.principal.sub if person == ME else person
        return await change(id, command, lambda activity, by, now: rules.withdraw(activity, whose, by, now), _of(whose))

    return routes


def _desk(activities: Aggregates[Activity]) -> APIRouter:
    routes = APIRouter(prefix=BASE + "/activities/{id}/registrations", tags=["registrations"])
    change = Changing(activities, _knows)

    @routes.post(
        "/{person}/answer",
        summary="Answer an offer of seats, a move to another day, or a reminder (`me`: one's own)",
        response_model=RegistrationView,
        responses=problems(*_CHANGE, NotRegistered, NothingOffered, rules.AlreadyThere),
    )
    async def answer(id: Id, person: Id, body: Answer, command: CommandDep) -> Response:
        whose = command.principal.sub if person == ME else person
        return await change(
            id, command, lambda activity, by, now: rules.answer(activity, whose, by, now, comes=body.comes), _of(whose)
        )

    @routes.post(
        "/{person}/remove",
        summary="Remove a party, with a reason (the desk)",
        response_model=RegistrationView,
        responses=problems(*_CHANGE, NotRegistered, rules.AlreadyThere),
    )
    async def remove(id: Id, person: Id, body: Remove, command: CommandDep) -> Response:
        return await change(
            id, command, lambda activity, by, now: rules.remove(activity, person, by, now, body.reason), _of(person)
        )

    @routes.post(
        "/{person}/move-up",
        summary="Move a party on the waiting list, with a reason (staff, the organiser)",
        response_model=RegistrationView,
        responses=problems(*_CHANGE, NotWaiting, PositionUnknown),
    )
    async def move_up(id: Id, person: Id, body: MoveUp, command: CommandDep) -> Response:
        return await change(
            id,
            command,
            lambda activity, by, now: rules.move_up(activity, person, by, now, body.position, body.reason),
            _of(person),
        )

    return routes


def _knows(activity: Activity, by: Principal) -> bool:
    return known_to(by)(activity)


def _of(person: str) -> Callable[[Stored[Activity]], RegistrationView]:
    """The view that shows the registration of `person`."""
    return lambda stored: RegistrationView.of(stored.aggregate, person)


def _mine(activities: Aggregates[Activity], present: ActivityPresenter, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix=BASE, tags=["activities"])

    @routes.get(
        "/my/activities",
        summary="The activities that I organise, attend or help at",
        response_model=PageView[MyActivityView],
    )
    async def own(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        language: LanguageDep,
        part: Annotated[Part | None, Query(alias="as", description="What I do there; left out, anything.")] = None,
        when: Annotated[When | None, Query(description="Ahead with the next one first, or over, latest first.")] = None,
    ) -> Response:
        query = mine(principal.sub, part, when, clock())
        descending = when is not When.AHEAD
        found = await activities.select(
            query, sort=BY_START, descending=descending, limit=page.limit, cursor=page.cursor
        )
        by = principal.sub
        found = await without_replaced(activities, found, mine(by, part, None, clock()))
        await present.prepare(found)
        return paged(
            found, lambda stored: MyActivityView.by(stored, by, present.shown(stored, principal, language)), request
        )

    return routes
