"""Routes of the clocks of a case: it is paused and resumed; extensions are asked for, granted and refused."""

from fastapi import APIRouter, Response

from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.contracts.marks import Id
from services.issues.cases.api.changes import BASE, REFUSALS, Changes
from services.issues.cases.domain import extension, handling, pausing
from services.issues.cases.views import CaseView


def router(changes: Changes) -> APIRouter:
    """The routes of pauses and extensions."""
    routes = APIRouter(prefix=BASE, tags=["cases"])

    @routes.post("/{id}/pause", response_model=CaseView, responses=problems(*REFUSALS, pausing.PauseTooLong))
    async def pause(id: Id, body: pausing.Pause, command: CommandDep) -> Response:
        """A case that can't be handled now is put off (缓办): its clocks stand still until it goes on by itself."""
        return await changes.change_in_time(id, body, command, pausing.pause)

    @routes.post("/{id}/resume", response_model=CaseView, responses=problems(*REFUSALS))
    async def resume(id: Id, command: CommandDep, body: pausing.Resume | None = None) -> Response:
        """The case goes on before the pause is over, with the time that was left."""
        return await changes.change_in_time(id, body or pausing.Resume(), command, pausing.resume)

    _extensions(routes, changes)
    return routes


def _extensions(routes: APIRouter, changes: Changes) -> None:
    @routes.post(
        "/{id}/request-extension",
        response_model=CaseView,
        responses=problems(
            *REFUSALS,
            extension.NoMoreTime,
            handling.DueTooFar,
            extension.ExtensionTooLate,
            extension.ExtensionPending,
        ),
    )
    async def request_extension(id: Id, body: extension.RequestExtension, command: CommandDep) -> Response:
        """The handling unit asks for more time (延期)."""
        return await changes.change(id, body, command, extension.request_extension)

    answering = problems(*REFUSALS, extension.NoExtension, extension.ApproverIsRequester)

    @routes.post(
        "/{id}/grant-extension",
        response_model=CaseView,
        responses=problems(
            *REFUSALS,
            extension.NoExtension,
            extension.ApproverIsRequester,
            extension.ExtensionTooLate,
            extension.NoMoreTime,
        ),
    )
    async def grant_extension(id: Id, command: CommandDep, body: extension.GrantExtension | None = None) -> Response:
        """The deadline moves to what was asked for."""
        asked = body or extension.GrantExtension()
        return await changes.change_in_time(id, asked, command, extension.grant_extension)

    @routes.post("/{id}/refuse-extension", response_model=CaseView, responses=answering)
    async def refuse_extension(id: Id, body: extension.RefuseExtension, command: CommandDep) -> Response:
        """The deadline stays."""
        return await changes.change(id, body, command, extension.refuse_extension)
