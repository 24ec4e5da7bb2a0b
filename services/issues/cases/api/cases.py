"""Routes of cases: reports, the commands of the table of transitions, lists and single cases, and the table itself."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.issues import CaseStatus
from services.contracts.marks import Code, Id
from services.issues.cases.api.changes import BASE, REFUSALS, Changes
from services.issues.cases.api.filing import Filing
from services.issues.cases.contacts import sealing
from services.issues.cases.domain import evidence, handling, reporting, verdict
from services.issues.cases.domain.affected import NobodyJoins, YourOwnCase
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.handling_rules import (
    AlreadyContacted,
    ReturnedTooOften,
    VerifierIsHandler,
    VerifierIsReporter,
)
from services.issues.cases.domain.number import read_number
from services.issues.cases.domain.transitions import TRANSITIONS, WHO, CaseCommand
from services.issues.cases.joining import CaseJoining
from services.issues.cases.store import numbered, visible_to
from services.issues.cases.views import CaseView
from services.issues.catalogue.domain.catalogue import UnknownCategory
from services.issues.catalogue.domain.questions import AnswersRefused
from services.issues.catalogue.store import Catalogues
from services.issues.places.domain.floors import FloorNotThere, NoFloors, require_floor
from services.issues.places.domain.places import PlaceIsRetired, PointFarAway, require_near
from services.issues.places.service import reportable
from services.issues.privacy.domain.contact import GuardianMustAgree
from services.issues.shared.queries import matching
from services.issues.shared.unchanging import Unchanging
from services.issues.shared.values import PhotoOrigin
from services.issues.supports.domain.supports import GiveSupport
from services.issues.units.domain import Unit
from services.issues.uploads.attachments import NotYourAttachment
from services.issues.uploads.photos import NotYourPhoto


class TransitionView(BaseModel):
    """One row of the table. `source` null: the case begins. `roles` empty: any member of the community."""

    source: CaseStatus | None
    command: CaseCommand
    target: CaseStatus
    roles: list[Role]
    reason: str | None


TABLE = [
    TransitionView(source=t.source, command=t.command, target=t.target, roles=sorted(WHO[t.command]), reason=t.reason)
    for t in TRANSITIONS
]


def router(changes: Changes, filing: Filing, units: Unchanging[Unit], joining: CaseJoining) -> APIRouter:
    """The routes of reports and of the commands on cases. `joining`: for a report that turns into a me-too."""
    routes = APIRouter(prefix=BASE, tags=["cases"])
    _reading(routes, changes)
    _reporting(routes, changes, filing, joining)

    _filing(routes, changes, filing.catalogues, units)
    _handling(routes, changes, filing)
    _judging(routes, changes)
    return routes


def _reading(routes: APIRouter, changes: Changes) -> None:
    @routes.get("/transitions", summary="The table of a case's transitions")
    async def transitions(principal: PrincipalDep) -> list[TransitionView]:
        return TABLE

    @routes.get("", response_model=PageView[CaseView], summary="Cases of a community", responses=problems(NotYours))
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[list[CaseStatus] | None, Query(max_length=13)] = None,
        unit: Annotated[Id | None, Query()] = None,
        first_unit: Annotated[Id | None, Query(description="The unit that stays answerable to the reporter.")] = None,
        building: Annotated[Id | None, Query()] = None,
        round: Annotated[Id | None, Query()] = None,
        category: Annotated[Code | None, Query()] = None,
        overdue: Annotated[bool | None, Query()] = None,
        reporter: Annotated[Literal["me"] | None, Query(description="Only those that the caller reported.")] = None,
    ) -> Response:
        principal.require(community)
        by = await changes.vault.known(principal)
        query = matching(
            community,
            status=status,
            unit=unit,
            first_unit=first_unit,
            building=building,
            round=round,
            category=category,
            overdue=overdue,
            reporter=[by.sub, by.alias] if reporter == "me" else None,
        )
        query |= visible_to(by, community)
        return await changes.many(await changes.cases.select(query, limit=page.limit, cursor=page.cursor), by, request)

    @routes.get("/{id}", response_model=CaseView, summary="One case", responses=problems(UnknownAggregate, NotYours))
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored, by = await changes.known(id, principal)
        return await changes.one(stored, by, request)


def by_number(changes: Changes) -> APIRouter:
    """The route by which a case is found that somebody names by its number."""
    routes = APIRouter(prefix="/api/issues/v1/case-numbers", tags=["cases"])

    @routes.get(
        "/{number}",
        response_model=CaseView,
        summary="A case by its short number",
        responses=problems(UnknownAggregate, NotYours),
    )
    async def one(number: Annotated[str, Path(max_length=40)], request: Request, principal: PrincipalDep) -> Response:
        """In whichever of the caller's communities; the number as people type it: `yg2611-42` finds `YG-2611-0042`."""
        by = await changes.vault.known(principal)
        return await changes.one(await _numbered(changes, number, by), by, request)

    return routes


async def _numbered(changes: Changes, number: str, by: Principal) -> Stored[Case]:
    read = read_number(number)
    if read is not None:
        for stored in (await changes.cases.select(numbered(read, sorted(by.communities)))).items:
            if stored.aggregate.shows_itself_to(by):
                return stored
    raise UnknownAggregate(kind="case", id=number)


def _reporting(routes: APIRouter, changes: Changes, filing: Filing, joining: CaseJoining) -> None:
    @routes.post(
        "",
        status_code=201,
        response_model=CaseView,
        summary="Report a problem",
        responses=problems(
            UnknownAggregate,
            NotYours,
            UnknownCategory,
            NotYourPhoto,
            reporting.TitleByResident,
            handling.EvidenceMissing,
            evidence.EvidenceUsed,
            reporting.PlaceElsewhere,
            PlaceIsRetired,
            PointFarAway,
            NoFloors,
            FloorNotThere,
            AnswersRefused,
            NotYourAttachment,
            reporting.AnonymousIsNobody,
            GuardianMustAgree,
            NobodyJoins,
            YourOwnCase,
        )
        | {200: {"model": CaseView, "description": "`me_too` was accepted: the case that the caller has joined."}},
    )
    async def report(body: reporting.Report, request: Request, command: CommandDep) -> Response:
        by = await changes.vault.known(command.principal)
        if body.me_too is not None:
            joined = await joining.join(body.me_too, GiveSupport(), command)
            await changes.presenter.prepare([joined.aggregate])
            return etagged(joined, changes.presenter.view(by, command.language), request)
        steps = await reportable(filing.places, body.place)
        place = steps[-1]
        if place.community == body.community:
            require_near(steps, body.point)
            require_floor(steps, body.floor)
        catalogue = await filing.catalogues.of(body.community)
        await filing.photos.require((*body.before, *body.after), body.community, by)
        await filing.attachments.require(body.attachments, body.community, by)
        seen = await filing.evidence.of(body.after if body.fixed else (), None, body.community)
        sealed = await sealing(changes.vault, body, by)
        number, clocks = await changes.numbers.draw(body.community), changes.clocks.of(body.community)
        return await command.create(
            changes.cases,
            lambda id, now: reporting.report(
                id, body, place, catalogue, by, now, contact=sealed(id), clocks=clocks, number=number, seen=seen
            ),
            changes.presenter.view(by, command.language),
            location=lambda id: f"{BASE}/{id}",
        )


def _filing(routes: APIRouter, changes: Changes, catalogues: Catalogues, units: Unchanging[Unit]) -> None:
    @routes.post("/{id}/accept", response_model=CaseView, responses=problems(*REFUSALS, UnknownCategory))
    async def accept(id: Id, body: reporting.Accept, command: CommandDep) -> Response:
        community = (await changes.cases.get(id)).aggregate.community
        catalogue = await catalogues.of(community)
        return await changes.change(
            id, body, command, lambda case, body, by, now: reporting.accept(case, body, catalogue, by, now)
        )

    @routes.post("/{id}/reject", response_model=CaseView, responses=problems(*REFUSALS))
    async def reject(id: Id, body: reporting.Reject, command: CommandDep) -> Response:
        return await changes.change(id, body, command, reporting.reject)

    @routes.post(
        "/{id}/dispatch",
        response_model=CaseView,
        responses=problems(*REFUSALS, handling.UnitElsewhere, handling.DueInThePast, handling.DueTooFar),
    )
    async def dispatch(id: Id, body: handling.Dispatch, command: CommandDep) -> Response:
        unit = await units.get(body.unit)
        return await changes.change(
            id,
            body,
            command,
            lambda case, body, by, now: handling.dispatch(case, body, unit, changes.clocks.of(case.community), by, now),
        )

    @routes.post(
        "/{id}/reassign",
        response_model=CaseView,
        responses=problems(
            *REFUSALS, handling.UnitElsewhere, handling.DueInThePast, handling.DueTooFar, handling.AlreadyTheirs
        ),
    )
    async def reassign(id: Id, body: handling.Reassign, command: CommandDep) -> Response:
        """The staff take a case from a unit that has not begun, and give it to another."""
        unit = await units.get(body.unit)
        return await changes.change(
            id,
            body,
            command,
            lambda case, body, by, now: handling.reassign(case, body, unit, changes.clocks.of(case.community), by, now),
        )


def _handling(routes: APIRouter, changes: Changes, filing: Filing) -> None:
    @routes.post("/{id}/return", response_model=CaseView, responses=problems(*REFUSALS, ReturnedTooOften))
    async def give_back(id: Id, body: handling.Return, command: CommandDep) -> Response:
        return await changes.change(id, body, command, handling.give_back)

    @routes.post("/{id}/start", response_model=CaseView, responses=problems(*REFUSALS))
    async def start(id: Id, command: CommandDep, body: handling.Start | None = None) -> Response:
        return await changes.change_in_time(id, body or handling.Start(), command, handling.start)

    @routes.post("/{id}/contact", response_model=CaseView, responses=problems(*REFUSALS, AlreadyContacted))
    async def contact(id: Id, command: CommandDep, body: handling.ContactReporter | None = None) -> Response:
        """The reporter was spoken with for the first time."""
        return await changes.change_in_time(id, body or handling.ContactReporter(), command, handling.contact)

    @routes.post(
        "/{id}/handle",
        response_model=CaseView,
        responses=problems(
            *REFUSALS,
            NotYourPhoto,
            NotYourAttachment,
            handling.EvidenceMissing,
            evidence.EvidenceUsed,
            evidence.EvidenceOld,
            handling.TooManyPhotos,
            handling.TooManyAttachments,
        ),
    )
    async def handle(id: Id, body: handling.Handle, command: CommandDep) -> Response:
        """With photos taken afterwards: each uploaded since the unit got the case or got it back, and used once."""
        seen: Mapping[str, PhotoOrigin] = {}
        if body.photos or body.attachments:
            community = (await changes.known(id, command.principal))[0].aggregate.community
            await filing.photos.require(body.photos, community, command.principal)
            await filing.attachments.require(body.attachments, community, command.principal)
            seen = await filing.evidence.of(body.photos, id, community)
        return await changes.change_in_time(id, body, command, partial(handling.handle, seen=seen))

    verifying = problems(*REFUSALS, VerifierIsHandler, VerifierIsReporter)

    @routes.post("/{id}/verify", response_model=CaseView, responses=verifying)
    async def verify(id: Id, body: handling.Verify, command: CommandDep) -> Response:
        return await changes.change(id, body, command, handling.verify)

    @routes.post("/{id}/send-back", response_model=CaseView, responses=verifying)
    async def send_back(id: Id, body: handling.SendBack, command: CommandDep) -> Response:
        return await changes.change_in_time(id, body, command, handling.send_back)


def _judging(routes: APIRouter, changes: Changes) -> None:
    judging = problems(*REFUSALS, verdict.OnlyTheReporter, verdict.TooLateToRate)

    @routes.post(
        "/{id}/reopen",
        response_model=CaseView,
        responses=problems(*REFUSALS, verdict.OnlyTheReporter, verdict.TooLateToReopen),
    )
    async def reopen(id: Id, body: verdict.Reopen, command: CommandDep) -> Response:
        return await changes.change(id, body, command, verdict.reopen)

    @routes.post("/{id}/rate", response_model=CaseView, responses=judging)
    async def rate(id: Id, body: verdict.Rate, command: CommandDep) -> Response:
        return await changes.change(id, body, command, verdict.rate)
