"""A person's inbox over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.errors import UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.language import LanguageDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.contracts.notices import NoticeKind, NoticeStatus
from services.notify.notices import store
from services.notify.notices.domain.notice import Notice, NotInTheInbox, read
from services.notify.notices.wording import Wording

BASE = "/api/notify/v1/me"


class NoticeView(BaseModel):
    """A notice as its recipient reads it."""

    id: str
    kind: NoticeKind
    about: str
    subject: str
    body: str
    delivered_at: datetime | None
    read_at: datetime | None


class UnreadView(BaseModel):
    """How many notices are not read; exact."""

    unread: int


def router(notices: Aggregates[Notice], wording: Wording) -> APIRouter:
    """The routes of the inbox."""
    routes = APIRouter(prefix=BASE, tags=["inbox"])

    def view(stored: Stored[Notice], language: str) -> NoticeView:
        notice = stored.aggregate
        words = wording.render(notice.kind, notice.template, language, notice.community, notice.particulars)
        return NoticeView(
            id=notice.id,
            kind=notice.kind,
            about=notice.about,
            subject=words.subject,
            body=words.body,
            delivered_at=notice.delivered_at,
            read_at=notice.read_at,
        )

    @routes.get("/notices", response_model=PageView[NoticeView], summary="My inbox, newest first")
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        language: LanguageDep,
        unread: Annotated[bool, Query(description="Only what is not read.")] = False,
    ) -> Response:
        query = store.inbox(principal.sub)
        if unread:
            query["state.status"] = NoticeStatus.DELIVERED
        found = await notices.select(query, sort="state.delivered_at", limit=page.limit, cursor=page.cursor)
        return paged(found, lambda stored: view(stored, language), request)

    @routes.get("/unread", response_model=UnreadView, summary="How many are not read")
    async def count(principal: PrincipalDep) -> UnreadView:
        return UnreadView(unread=await store.Notices(notices).unread(principal.sub))

    @routes.post(
        "/notices/{id}/read",
        response_model=NoticeView,
        summary="I have seen it",
        responses=problems(UnknownAggregate, NotInTheInbox),
    )
    async def seen(id: Id, command: CommandDep, language: LanguageDep) -> Response:
        return await command.change(
            notices,
            id,
            lambda notice, now: read(notice, command.principal, now),
            lambda stored: view(stored, language),
            known_to=lambda notice: notice.recipient == command.principal.sub,
        )

    return routes
