"""Drafts over HTTP, for their authors and staff. To everybody else they answer as if they weren't there."""

from contextlib import AsyncExitStack
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates
from services.contracts.activities import DraftStatus
from services.contracts.marks import Id
from services.events.activities.api import BASE, PLACE, TERMS, TIMES, wanted_by
from services.events.drafts import domain as rules
from services.events.drafts.domain import Draft, KeepDraft, SendBack, WriteDraft
from services.events.drafts.store import visible
from services.events.drafts.views import DraftView
from services.events.venues.bookings import Bookings

_CHANGE = (UnknownAggregate, NotYours, StaleVersion, rules.NotADraft)


def router(drafts: Aggregates[Draft], bookings: Bookings, clock: Clock) -> APIRouter:
    """The routes of drafts."""
    routes = APIRouter(prefix=BASE + "/drafts", tags=["drafts"])
    _reading(routes, drafts)
    _writing(routes, drafts)
    _deciding(routes, drafts, bookings, clock)
    return routes


def _reading(routes: APIRouter, drafts: Aggregates[Draft]) -> None:
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
        community: Annotated[Id, Query()],
        status: DraftStatus | None = None,
    ) -> Response:
        by.require(community, Role.STAFF, Role.ORGANISER)
        author = None if by.has(community, Role.STAFF) else by.sub
        found = await drafts.select(visible(community, author, status), limit=page.limit, cursor=page.cursor)
        return paged(found, DraftView.of, request)

    @routes.get("/{id}", summary="One draft", response_model=DraftView, responses=problems(UnknownAggregate))
    async def one(id: Id, request: Request, by: PrincipalDep) -> Response:
        return etagged(await known(drafts, id, lambda draft: draft.is_known_to(by)), DraftView.of, request)


def _writing(routes: APIRouter, drafts: Aggregates[Draft]) -> None:
    @routes.post(
        "",
        status_code=201,
        summary="Begin a draft or a template, with a template or without (staff, organisers)",
        response_model=DraftView,
        responses=problems(NotYours, UnknownAggregate, rules.DraftIncomplete, *TERMS),
    )
    async def keep(body: KeepDraft, command: CommandDep) -> Response:
        by, template = command.principal, None
        if body.based_on is not None:
            template = (await known(drafts, body.based_on, lambda each: _is_template_for(each, body, by))).aggregate
        return await command.create(
            drafts,
            lambda id, now: rules.keep(id, body, template, by, now),
            DraftView.of,
            location=BASE + "/drafts/{id}",
        )

    @routes.post(
        "/{id}/write",
        summary="Write it anew (its author, staff)",
        response_model=DraftView,
        responses=problems(*_CHANGE, *TERMS),
    )
    async def write(id: Id, body: WriteDraft, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            drafts,
            id,
            lambda draft, now: rules.write(draft, body, by, now),
            DraftView.of,
            known_to=lambda draft: draft.is_known_to(by),
        )

    @routes.post(
        "/{id}/drop", summary="It is not wanted any more", response_model=DraftView, responses=problems(*_CHANGE)
    )
    async def drop(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            drafts,
            id,
            lambda draft, now: rules.drop(draft, by, now),
            DraftView.of,
            known_to=lambda draft: draft.is_known_to(by),
        )


def _deciding(routes: APIRouter, drafts: Aggregates[Draft], bookings: Bookings, clock: Clock) -> None:
    @routes.post(
        "/{id}/submit",
        summary="Ask staff to approve it",
        response_model=DraftView,
        responses=problems(*_CHANGE, rules.DraftIncomplete, *TIMES),
    )
    async def submit(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            drafts,
            id,
            lambda draft, now: rules.submit(draft, by, now),
            DraftView.of,
            known_to=lambda draft: draft.is_known_to(by),
        )

    @routes.post(
        "/{id}/send-back",
        summary="Its author writes it anew (staff)",
        response_model=DraftView,
        responses=problems(*_CHANGE),
    )
    async def send_back(id: Id, body: SendBack, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            drafts,
            id,
            lambda draft, now: rules.send_back(draft, body, by, now),
            DraftView.of,
            known_to=lambda draft: draft.is_known_to(by),
        )

    @routes.post(
        "/{id}/approve",
        summary="It takes place (staff)",
        response_model=DraftView,
        responses=problems(*_CHANGE, rules.DraftIncomplete, *TIMES, *PLACE),
    )
    async def approve(id: Id, command: CommandDep) -> Response:
        by = command.principal
        async with AsyncExitStack() as held:
            found = await drafts.find(id)
            if found is not None and _would_take(found.aggregate, by, clock):
                draft = found.aggregate
                wanted = wanted_by(rules.activity_of(id), draft.community, draft.plan())
                await held.enter_async_context(bookings.claimed(wanted))
            return await command.change(
                drafts,
                id,
                lambda draft, now: rules.approve(draft, by, now),
                DraftView.of,
                known_to=lambda draft: draft.is_known_to(by),
            )


def _is_template_for(template: Draft, body: KeepDraft, by: Principal) -> bool:
    is_here = template.community == body.community and template.is_known_to(by)
    return is_here and template.status is DraftStatus.TEMPLATE


def _would_take(draft: Draft, by: Principal, clock: Clock) -> bool:
    """Whether the approval will be given; what is refused is told by the command, and holds no place meanwhile."""
    try:
        rules.approve(draft, by, clock())
    except CommunityError:
        return False
    return True
