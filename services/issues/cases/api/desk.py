"""Routes by which a case is put right, remarked on, and taken or given on within its unit."""

from fastapi import APIRouter, Response

from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.contracts.marks import Id
from services.issues.cases.api.changes import BASE, REFUSALS, Changes
from services.issues.cases.api.filing import Filing
from services.issues.cases.domain import amending, assigning, handling, remarks, reporting, verdict
from services.issues.cases.store import has_or_had_one
from services.issues.cases.views import CaseView
from services.issues.catalogue.domain.catalogue import Catalogue, UnknownCategory
from services.issues.catalogue.domain.questions import AnswersRefused
from services.issues.places.domain.floors import FloorNotThere, NoFloors, require_floor
from services.issues.places.domain.places import PlaceIsRetired, PointFarAway, require_near
from services.issues.places.service import path_to, reportable
from services.issues.uploads.attachments import NotYourAttachment
from services.issues.uploads.photos import NotYourPhoto


def router(changes: Changes, filing: Filing) -> APIRouter:
    """The routes of corrections, remarks, and colleagues."""
    routes = APIRouter(prefix=BASE, tags=["cases"])
    _amending(routes, changes, filing)
    _remarks(routes, changes, filing)
    _colleagues(routes, changes)
    return routes


def _amending(routes: APIRouter, changes: Changes, filing: Filing) -> None:
    @routes.post(
        "/{id}/amend",
        response_model=CaseView,
        summary="Correct a case (staff)",
        responses=problems(
            *REFUSALS,
            amending.NothingToAmend,
            UnknownCategory,
            AnswersRefused,
            reporting.PlaceElsewhere,
            PlaceIsRetired,
            PointFarAway,
            NoFloors,
            FloorNotThere,
        ),
    )
    async def amend(id: Id, body: amending.Amend, command: CommandDep) -> Response:
        """The staff correct category, title, priority, place or answers of an open case (更正), with a reason.

        Another category asks its own questions: answers that fit them are kept.
        """
        case = (await changes.known(id, command.principal))[0].aggregate
        amending.may_amend(case, command.principal, changes.clock())
        catalogue: Catalogue = await (
            filing.catalogues.edition(case.community, case.catalogue)
            if body.category is None
            else filing.catalogues.of(case.community)
        )
        steps = [] if body.place is None else await reportable(filing.places, body.place)
        place = steps[-1] if steps else None
        located = body.floor is not None or body.point is not None
        if located and (place is None or place.community == case.community):
            there = steps or await path_to(filing.places, case.at or case.place)
            require_floor(there, body.floor)
            require_near(there, body.point)
        return await changes.change_in_time(
            id,
            body,
            command,
            lambda case, body, clocks, by, now: amending.amend(case, body, catalogue, place, clocks, by, now),
        )


def _remarks(routes: APIRouter, changes: Changes, filing: Filing) -> None:
    @routes.post(
        "/{id}/remark",
        response_model=CaseView,
        summary="Add a remark to a case",
        responses=problems(
            *REFUSALS,
            NotYourPhoto,
            NotYourAttachment,
            verdict.OnlyTheReporter,
            remarks.InternalByReporter,
            remarks.TooManyRemarks,
            handling.TooManyPhotos,
            handling.TooManyAttachments,
        ),
    )
    async def remark(id: Id, body: remarks.AddRemark, command: CommandDep) -> Response:
        """The reporter and who works on the case add words, photos and files; `internal`: not for the reporter."""
        community = (await changes.known(id, command.principal))[0].aggregate.community
        await filing.photos.require(body.photos, community, command.principal)
        await filing.attachments.require(body.attachments, community, command.principal)
        return await changes.change(id, body, command, remarks.remark)


def _colleagues(routes: APIRouter, changes: Changes) -> None:
    @routes.post(
        "/{id}/take",
        response_model=CaseView,
        summary="Take a case of one's unit on",
        responses=problems(*REFUSALS, assigning.TakenAlready),
    )
    async def take(id: Id, command: CommandDep, body: assigning.Take | None = None) -> Response:
        """A person of the unit takes the case (认领), from a colleague too."""
        return await changes.change(id, body or assigning.Take(), command, assigning.take)

    @routes.post(
        "/{id}/give-on",
        response_model=CaseView,
        summary="Give a case on to a colleague",
        responses=problems(*REFUSALS, assigning.HasItAlready, assigning.NotKnownAsColleague),
    )
    async def give_on(id: Id, command: CommandDep, body: assigning.GiveOn | None = None) -> Response:
        """A person of the unit gives the case on to a colleague, or back to all of the unit (转交).

        `to` has had this case for the unit, has another of its cases, or had one last. Anybody else of the unit takes
        the case themselves.
        """
        asked = body or assigning.GiveOn()
        case = (await changes.known(id, command.principal))[0].aggregate
        known = asked.to is not None and await has_or_had_one(changes.cases, case.unit, asked.to)
        unit = case.unit if known else None
        return await changes.change(
            id,
            asked,
            command,
            lambda case, body, by, now: assigning.give_on(case, body, by, now, colleague_in=unit),
        )
