"""A person's inbox over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.language import Language, LanguageDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.contracts.notices import NoticeStatus
from services.notify.notices.domain.notice import Notice
from services.notify.notices.domain.reading import NotInTheInbox, archive, read
from services.notify.notices.store import Notices, inbox
from services.notify.notices.views import NoticeView, UnreadView, notice_view
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person

BASE = "/api/notify/v1/me"


def router(notices: Aggregates[Notice], persons: Aggregates[Person], wording: Wording) -> APIRouter:
    """The routes of the inbox."""
    routes = APIRouter(prefix=BASE, tags=["inbox"])

    async def prepared(principal: Principal, language: Language) -> Language:
        """The language in which the caller reads: what they chose, for mail and inbox alike, else what they ask for."""
        await wording.ready(sorted(principal.communities))
        known = await persons.find(principal.sub)
        return language if known is None else known.aggregate.choices.language

    @routes.get("/notices", response_model=PageView[NoticeView], summary="My inbox, newest first")
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        language: LanguageDep,
        unread: Annotated[bool, Query(description="Only what is not read.")] = False,
        archived: Annotated[bool, Query(description="What was put away.")] = False,
    ) -> Response:
        """A page of the inbox. `GET /api/notify/v1/me/notices/live` is the same as it fills (`text/event-stream`):
        an event `notice` with an item as it stands here, and an event `unread` with `{"unread": 3}` at the beginning
        and whenever that changes. Who comes back with `Last-Event-ID` gets what was missed, once and in order. That
        stream stands in this description alone, since it does not end."""
        query = inbox(principal.sub)
        if archived:
            query["state.archived_at"] = {"$ne": None}
        if unread:
            query["state.status"] = NoticeStatus.DELIVERED
        reads = await prepared(principal, language)
        found = await notices.select(query, sort="state.delivered_at", limit=page.limit, cursor=page.cursor)
        return paged(found, lambda stored: notice_view(stored, wording, reads), request)

    @routes.get("/unread", response_model=UnreadView, summary="The number of unread notices")
    async def count(principal: PrincipalDep) -> UnreadView:
        return UnreadView(unread=await Notices(notices).unread(principal.sub))

    @routes.post(
        "/notices/{id}/read",
        response_model=NoticeView,
        summary="Mark a notice as read",
        responses=problems(UnknownAggregate, NotInTheInbox),
    )
    async def seen(id: Id, command: CommandDep, language: LanguageDep) -> Response:
        reads = await prepared(command.principal, language)
        return await command.change(
            notices,
            id,
            lambda notice, now: read(notice, command.principal, now),
            lambda stored: notice_view(stored, wording, reads),
            known_to=lambda notice: notice.recipient == command.principal.sub,
        )

    @routes.post("/notices/read-all", response_model=UnreadView, summary="Mark all notices up to now as read")
    async def seen_all(command: CommandDep) -> UnreadView:
        """What comes meanwhile stays unread."""
        by, asked = command.principal, Notices(notices)
        for id in await asked.unread_ids(by.sub):
            await notices.change(id, lambda notice, now: read(notice, by, now), command.cause)
        return UnreadView(unread=await asked.unread(by.sub))

    @routes.post(
        "/notices/{id}/archive",
        response_model=NoticeView,
        summary="Archive a notice",
        responses=problems(UnknownAggregate, NotInTheInbox),
    )
    async def away(id: Id, command: CommandDep, language: LanguageDep) -> Response:
        """It counts as read, and stands in the list only where archived ones are asked for."""
        reads = await prepared(command.principal, language)
        return await command.change(
            notices,
            id,
            lambda notice, now: archive(notice, command.principal, now),
            lambda stored: notice_view(stored, wording, reads),
            known_to=lambda notice: notice.recipient == command.principal.sub,
        )

    return routes
