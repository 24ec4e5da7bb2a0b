"""Drafts over HTTP, for their authors and staff. Everybody else gets the answer of a draft that doesn't exist."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.language import LanguageDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged_as_shown
from services.chassis.http.visibility import known
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates
from services.contracts.activities import DraftStatus
from services.contracts.marks import Id
from services.events.activities.api import BASE, PLACE, TERMS, TIMES, wanted_by
from services.events.activities.domain.formalities import Formalities, FormalitiesMissing
from services.events.drafts import domain as rules
from services.events.drafts.domain import Draft, KeepDraft, SendBack, WriteDraft
from services.events.drafts.presenting import DraftPresenter
from services.events.drafts.store import visible
from services.events.drafts.views import DraftView
from services.events.pictures.store import Pictures
from services.events.venues.bookings import Bookings

_CHANGE = (UnknownAggregate, NotYours, StaleVersion, rules.NotADraft)

Decide = Callable[[Draft, datetime], Decision[Draft]]
Step = Callable[[Draft, Principal, datetime], Decision[Draft]]


def router(
    drafts: Aggregates[Draft],
    bookings: Bookings,
    pictures: Pictures,
    present: DraftPresenter,
    formalities: Formalities,
    clock: Clock,
) -> APIRouter:
    """The routes of drafts."""
    routes = APIRouter(prefix=BASE + "/drafts", tags=["drafts"])
    changes = _Changes(drafts, present)
    _reading(routes, drafts, present)
    _writing(routes, drafts, changes, pictures, present)
    _deciding(routes, drafts, changes, bookings, formalities, clock)
    return routes


class _Changes:
    """Carries a change of a draft out, and shows what came of it to whoever asked."""

    def __init__(self, drafts: Aggregates[Draft], present: DraftPresenter) -> None:
        self._drafts = drafts
        self._present = present

    async def __call__(self, id: str, command: Command, decide: Decide) -> Response:
        by = command.principal
        await self._present.ready(id)
        view = self._present.view(by, command.language)
        return await command.change(self._drafts, id, decide, view, known_to=lambda draft: draft.is_known_to(by))


def _reading(routes: APIRouter, drafts: Aggregates[Draft], present: DraftPresenter) -> None:
    @routes.get(
        "",
        summary="Drafts and templates (staff: all, organisers: their own and templates)",
        response_model=PageView[DraftView],
        responses=problems(NotYours),
    )
    async def many(
        request: Request,
        by: PrincipalDep,
        page: PageDep,
        language: LanguageDep,
        community: Annotated[Id, Query()],
        status: DraftStatus | None = None,
    ) -> Response:
        by.require(community, Role.STAFF, Role.ORGANISER)
        author = None if by.has(community, Role.STAFF) else by.sub
        found = await drafts.select(visible(community, author, status), limit=page.limit, cursor=page.cursor)
        await present.at_home(community)
        return paged(found, present.view(by, language), request)

    @routes.get("/{id}", summary="One draft", response_model=DraftView, responses=problems(UnknownAggregate))
    async def one(id: Id, request: Request, by: PrincipalDep, language: LanguageDep) -> Response:
        stored = await known(drafts, id, lambda draft: draft.is_known_to(by))
        await present.at_home(stored.aggregate.community)
        return etagged_as_shown(stored, present.view(by, language), request)


def _writing(
    routes: APIRouter, drafts: Aggregates[Draft], changes: _Changes, pictures: Pictures, present: DraftPresenter
) -> None:
    @routes.post(
        "",
        status_code=201,
        summary="Begin a draft or a template, from a template or from nothing (staff, organisers)",
        response_model=DraftView,
        responses=problems(NotYours, UnknownAggregate, rules.DraftIncomplete, *TERMS),
    )
    async def keep(body: KeepDraft, command: CommandDep) -> Response:
        by, template = command.principal, None
        if body.based_on is not None:
            template = (await known(drafts, body.based_on, lambda each: _is_template_for(each, body, by))).aggregate
        if body.details is not None and body.details.pictures:
            by.require(body.community, Role.STAFF, Role.ORGANISER)
            await pictures.require(body.details.shown, body.community)
        await present.at_home(body.community)
        return await command.create(
            drafts,
            lambda id, now: rules.keep(id, body, template, by, now),
            present.view(by, command.language),
            location=BASE + "/drafts/{id}",
        )

    @routes.post(
        "/{id}/write",
        summary="Change a draft (its author, staff)",
        response_model=DraftView,
        responses=problems(*_CHANGE, *TERMS),
    )
    async def write(id: Id, body: WriteDraft, command: CommandDep) -> Response:
        by = command.principal
        if body.details is not None and body.details.pictures:
            draft = (await known(drafts, id, lambda draft: draft.is_known_to(by))).aggregate
            await pictures.require(body.details.shown, draft.community)
        return await changes(id, command, lambda draft, now: rules.write(draft, body, by, now))

    @routes.post(
        "/{id}/drop", summary="Drop a draft (its author, staff)", response_model=DraftView, responses=problems(*_CHANGE)
    )
    async def drop(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await changes(id, command, lambda draft, now: rules.drop(draft, by, now))


def _deciding(
    routes: APIRouter,
    drafts: Aggregates[Draft],
    changes: _Changes,
    bookings: Bookings,
    formalities: Formalities,
    clock: Clock,
) -> None:
    @routes.post(
        "/{id}/submit",
        summary="Submit a draft, so that staff approve it (its author)",
        response_model=DraftView,
        responses=problems(*_CHANGE, rules.DraftIncomplete, FormalitiesMissing, *TIMES),
    )
    async def submit(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await changes(id, command, _complete(rules.submit, by, formalities))

    @routes.post(
        "/{id}/send-back",
        summary="Send a draft back to its author (staff)",
        response_model=DraftView,
        responses=problems(*_CHANGE),
    )
    async def send_back(id: Id, body: SendBack, command: CommandDep) -> Response:
        by = command.principal
        return await changes(id, command, lambda draft, now: rules.send_back(draft, body, by, now))

    @routes.post(
        "/{id}/approve",
        summary="Approve a draft, which becomes an activity (staff)",
        response_model=DraftView,
        responses=problems(*_CHANGE, rules.DraftIncomplete, FormalitiesMissing, *TIMES, *PLACE),
    )
    async def approve(id: Id, command: CommandDep) -> Response:
        by = command.principal
        decide = _complete(rules.approve, by, formalities)
        async with AsyncExitStack() as held:
            found = await drafts.find(id)
            if found is not None and _would_take(found.aggregate, decide, clock):
                draft = found.aggregate
                wanted = wanted_by(rules.activity_of(id), draft.community, draft.plan())
                await held.enter_async_context(bookings.claimed(wanted))
            return await changes(id, command, decide)


def _is_template_for(template: Draft, body: KeepDraft, by: Principal) -> bool:
    is_here = template.community == body.community and template.is_known_to(by)
    return is_here and template.status is DraftStatus.TEMPLATE


def _complete(step: Step, by: Principal, formalities: Formalities) -> Decide:
    """`step`, which is refused where the plan lacks a paper that a rule asks for."""

    def decided(draft: Draft, now: datetime) -> Decision[Draft]:
        decision = step(draft, by, now)
        formalities.require(draft.plan())
        return decision

    return decided


def _would_take(draft: Draft, decide: Decide, clock: Clock) -> bool:
    """Whether an approval will be carried out. One that will be refused must not book the place; the command tells its
    refusal."""
    try:
        decide(draft, clock())
    except CommunityError:
        return False
    return True
