"""Announcements over HTTP: staff post, edit and withdraw them; everybody may read what hangs on the board."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.clock import Clock
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import MaybePrincipalDep, PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.notify.announcements import domain
from services.notify.announcements.domain import (
    Announcement,
    AnnouncementGone,
    Edit,
    EndsBeforeItBegins,
    OtherLanguageLeft,
    OverAlready,
    Post,
    TooManyEdits,
    Withdraw,
)
from services.notify.announcements.store import hanging
from services.notify.announcements.views import AnnouncementView, announcement_view

BASE = "/api/notify/v1/announcements"


def router(announcements: Aggregates[Announcement], clock: Clock) -> APIRouter:
    """The routes of announcements."""
    routes = APIRouter(prefix=BASE, tags=["announcements"])

    @routes.post(
        "",
        status_code=201,
        response_model=AnnouncementView,
        summary="Post an announcement",
        responses=problems(NotYours, EndsBeforeItBegins, OverAlready),
    )
    async def post(body: Post, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            announcements,
            lambda id, now: domain.post(id, body, by, now),
            announcement_view,
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get("", response_model=PageView[AnnouncementView], summary="The announcements on a community's board now")
    async def many(request: Request, page: PageDep, community: Annotated[Id, Query()]) -> Response:
        found = await announcements.select(
            hanging(community, clock()), sort="state.posted_at", limit=page.limit, cursor=page.cursor
        )
        return paged(found, announcement_view, request)

    @routes.get(
        "/all",
        response_model=PageView[AnnouncementView],
        summary="All announcements of a community, also those ahead, over and withdrawn (staff)",
        responses=problems(NotYours),
    )
    async def every(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community, Role.STAFF)
        found = await announcements.select(
            {"state.community": community}, sort="state.posted_at", limit=page.limit, cursor=page.cursor
        )
        return paged(found, announcement_view, request)

    @routes.get("/{id}", summary="One announcement with its log of edits", responses=problems(UnknownAggregate))
    async def one(id: Id, by: MaybePrincipalDep) -> AnnouncementView:
        """What is only ahead, and what was taken down, staff of the community alone may read."""
        now = clock()
        return announcement_view(await known(announcements, id, lambda each: _may_read(each, by, now)))

    _changes(routes, announcements)
    return routes


def _may_read(announcement: Announcement, by: Principal | None, now: datetime) -> bool:
    if by is not None and by.has(announcement.community, Role.STAFF):
        return True
    return announcement.told_at(now)


def _changes(routes: APIRouter, announcements: Aggregates[Announcement]) -> None:
    refusals = (NotYours, UnknownAggregate, StaleVersion)

    @routes.patch(
        "/{id}",
        response_model=AnnouncementView,
        summary="Edit an announcement, with a reason that everybody reads",
        responses=problems(*refusals, AnnouncementGone, EndsBeforeItBegins, OtherLanguageLeft, TooManyEdits),
    )
    async def edit(id: Id, body: Edit, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            announcements,
            id,
            lambda each, now: domain.edit(each, body, by, now),
            announcement_view,
            known_to=known_to(by),
        )

    @routes.post(
        "/{id}/withdraw",
        response_model=AnnouncementView,
        summary="Take an announcement down",
        responses=problems(*refusals),
    )
    async def withdraw(id: Id, body: Withdraw, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            announcements,
            id,
            lambda each, now: domain.withdraw(each, body, by, now),
            announcement_view,
            known_to=known_to(by),
        )
