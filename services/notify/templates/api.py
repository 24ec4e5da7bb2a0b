"""Templates over HTTP: staff write the texts of their community, see them filled, and every version stays."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists, NotFound, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.notify.routing.domain.kinds import KindName
from services.notify.templates.domain.checking import TemplateRefused, in_one_line, render, samples
from services.notify.templates.domain.template import (
    LIMITS,
    EnoughVersions,
    NoticeTemplate,
    Version,
    Written,
    require_fit,
    save,
    withdraw,
)
from services.notify.templates.saved import Saved
from services.notify.templates.store import template_id

BASE = "/api/notify/v1/communities/{community}/templates/{kind}"
Variables = Callable[[str, str], Awaitable[Mapping[str, type] | None]]
"""The variables that a text of a kind in a community may ask for; None where there is no such kind."""


class UnknownKind(NotFound, code="template.unknown-kind", zh="没有这种通知。", en="There is no such kind of notice."):
    """Texts are written for kinds that there are."""


class PutTemplate(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(extra="forbid")

    zh: Written
    en: Written


class PreviewView(BaseModel):
    """A text, filled with samples."""

    zh: Written
    en: Written
    variables: dict[str, str]


class TemplateView(BaseModel):
    """The versions of a text; `current` is the one that holds, None where the shipped text does."""

    kind: str
    current: int | None
    versions: list[Version]


def router(templates: Aggregates[NoticeTemplate], saved: Saved, variables: Variables) -> APIRouter:
    """The routes of templates."""
    routes = APIRouter(tags=["templates"])

    async def variables_of(community: str, kind: str) -> Mapping[str, type]:
        found = await variables(community, kind)
        if found is None:
            raise UnknownKind()
        return found

    @routes.get(BASE, response_model=TemplateView, summary="A text and its versions", responses=problems(NotYours))
    async def show(community: Id, kind: KindName, request: Request, principal: PrincipalDep) -> Response:
        principal.require(community, Role.STAFF)
        found = await templates.find(template_id(community, kind))
        return etagged(found or Stored(_unwritten(community, kind), 0), _view, request)

    @routes.put(
        BASE,
        response_model=TemplateView,
        summary="Write a version of a text",
        responses={
            201: {"model": TemplateView, "description": "The first one."},
            **problems(NotYours, UnknownKind, TemplateRefused, EnoughVersions),
        },
    )
    async def put(community: Id, kind: KindName, body: PutTemplate, command: CommandDep) -> Response:
        by = command.principal
        by.require(community, Role.STAFF)
        known = await variables_of(community, kind)
        saved.forget(community)
        id = template_id(community, kind)

        def write(template: NoticeTemplate, now: datetime) -> Decision[NoticeTemplate]:
            return save(template, body.zh, body.en, known, by, now)

        if await templates.find(id) is None:
            with suppress(AlreadyExists):  # by another request, just now
                location = BASE.format(community=community, kind=kind)
                return await command.create(
                    templates, lambda _, now: write(_unwritten(community, kind), now), _view, id=id, location=location
                )
        return await command.change(templates, id, write, _view)

    @routes.post(
        f"{BASE}/preview",
        summary="Preview a text with values, before it is saved",
        responses=problems(NotYours, UnknownKind, TemplateRefused),
    )
    async def preview(community: Id, kind: KindName, body: PutTemplate, principal: PrincipalDep) -> PreviewView:
        principal.require(community, Role.STAFF)
        known = await variables_of(community, kind)
        return PreviewView(
            zh=_filled(kind, body.zh, known),
            en=_filled(kind, body.en, known),
            variables={name: each.__name__ for name, each in known.items()},
        )

    @routes.post(
        f"{BASE}/withdraw",
        response_model=TemplateView,
        summary="Withdraw a community's text, so that the shipped one is used again",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def take_back(community: Id, kind: KindName, command: CommandDep) -> Response:
        by = command.principal
        by.require(community, Role.STAFF)
        saved.forget(community)
        return await command.change(templates, template_id(community, kind), lambda each, _: withdraw(each, by), _view)

    return routes


def _filled(kind: str, written: Written, variables: Mapping[str, type]) -> Written:
    require_fit(kind, written, variables)
    values = samples(variables)
    filled = {}
    for part in LIMITS:
        source = getattr(written, part)
        if source is not None:
            filled[part] = (render if part == "body" else in_one_line)(source, values)
    return Written(**filled)


def _unwritten(community: str, kind: str) -> NoticeTemplate:
    return NoticeTemplate(id=template_id(community, kind), community=community, kind=kind)


def _view(stored: Stored[NoticeTemplate]) -> TemplateView:
    template = stored.aggregate
    return TemplateView(kind=template.kind, current=template.current, versions=list(template.versions))
