"""Cases over HTTP: report, the commands of the table, one, many, and the table itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.issues import CaseStatus
from services.contracts.marks import Code, Id
from services.issues.cases.contacts import opened, sealing
from services.issues.cases.domain import aftermath, handling, reporting
from services.issues.cases.domain import case as cases
from services.issues.cases.domain.affected import NobodyJoins, YourOwnCase
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.domain.transitions import TRANSITIONS, WHO, CaseCommand, NotNow
from services.issues.cases.store import visible_to
from services.issues.cases.views import CaseView, case_view
from services.issues.cases.visibility import known_by, known_case
from services.issues.catalogue.domain.catalogue import UnknownCategory
from services.issues.catalogue.domain.questions import AnswersRefused
from services.issues.places.domain.places import PlaceIsRetired
from services.issues.places.service import reportable
from services.issues.privacy.domain.contact import GuardianMustAgree
from services.issues.shared.queries import matching
from services.issues.store import Store
from services.issues.supports.domain.supports import GiveSupport
from services.issues.uploads.attachments import NotYourAttachment
from services.issues.uploads.photos import NotYourPhoto

B = TypeVar("B", bound=BaseModel)

BASE = "/api/issues/v1/cases"


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

REFUSALS = (UnknownAggregate, NotYours, NotNow, StaleVersion)


def router(store: Store) -> APIRouter:
    """The routes of cases, on `store`."""
    routes = APIRouter(prefix=BASE, tags=["cases"])

    @routes.get("/transitions", summary="The table of transitions")
    async def transitions(principal: PrincipalDep) -> list[TransitionView]:
        return TABLE

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
            cases.TitleByResident,
            cases.EvidenceMissing,
            cases.PlaceElsewhere,
            PlaceIsRetired,
            AnswersRefused,
            NotYourAttachment,
            cases.AnonymousIsNobody,
            GuardianMustAgree,
            NobodyJoins,
            YourOwnCase,
        )
        | {200: {"model": CaseView, "description": "`me_too` was accepted: the case that the caller has joined."}},
    )
    async def report(body: reporting.Report, request: Request, command: CommandDep) -> Response:
        by = await store.vault.known(command.principal)
        if body.me_too is not None:
            joined = await store.joining.join(body.me_too, GiveSupport(), command)
            return etagged(joined, _view(by), request)
        place = (await reportable(store.places, body.place))[-1]
        catalogue = await store.catalogues.of(body.community)
        await store.photos.require((*body.before, *body.after), body.community, by)
        await store.attachments.require(body.attachments, body.community, by)
        sealed = await sealing(store.vault, body, by)
        return await command.create(
            store.cases,
            lambda id, now: reporting.report(
                id, body, place, catalogue, by, now, contact=sealed(id), clocks=store.clocks
            ),
            _view(by),
            location=lambda id: f"{BASE}/{id}",
        )

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
        by = await store.vault.known(principal)
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
        return paged(await store.cases.select(query, limit=page.limit, cursor=page.cursor), _view(by), request)

    @routes.get("/{id}", response_model=CaseView, summary="One case", responses=problems(UnknownAggregate, NotYours))
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored, by = await known_case(store, id, principal)
        contact = await opened(store.vault, stored.aggregate, by)
        return etagged(stored, lambda stored: case_view(stored, by, contact), request)

    _filing(routes, store)
    _handling(routes, store)
    _aftermath(routes, store)
    return routes


def _view(by: Principal) -> Callable[[Stored[Case]], CaseView]:
    return lambda stored: case_view(stored, by)


async def change(
    store: Store,
    id: str,
    body: B,
    command: CommandDep,
    decide: Callable[[Case, B, Principal, datetime], Decision[Case]],
) -> Response:
    by = await store.vault.known(command.principal)
    return await command.change(
        store.cases, id, lambda case, now: decide(case, body, by, now), _view(by), known_to=known_by(by)
    )


def timed(
    store: Store, decide: Callable[[Case, B, Clocks, Principal, datetime], Decision[Case]]
) -> Callable[[Case, B, Principal, datetime], Decision[Case]]:
    """`decide` with the clocks of this deployment."""
    return lambda case, body, by, now: decide(case, body, store.clocks, by, now)


def _filing(routes: APIRouter, store: Store) -> None:
    @routes.post("/{id}/accept", response_model=CaseView, responses=problems(*REFUSALS, UnknownCategory))
    async def accept(id: Id, body: reporting.Accept, command: CommandDep) -> Response:
        community = (await store.cases.get(id)).aggregate.community
        catalogue = await store.catalogues.of(community)
        return await change(
            store, id, body, command, lambda case, body, by, now: reporting.accept(case, body, catalogue, by, now)
        )

    @routes.post("/{id}/reject", response_model=CaseView, responses=problems(*REFUSALS))
    async def reject(id: Id, body: reporting.Reject, command: CommandDep) -> Response:
        return await change(store, id, body, command, reporting.reject)

    @routes.post(
        "/{id}/dispatch",
        response_model=CaseView,
        responses=problems(*REFUSALS, cases.UnitElsewhere, cases.DueInThePast, cases.DueTooFar),
    )
    async def dispatch(id: Id, body: handling.Dispatch, command: CommandDep) -> Response:
        unit = await store.units.get(body.unit)
        return await change(
            store,
            id,
            body,
            command,
            lambda case, body, by, now: handling.dispatch(case, body, unit, store.clocks, by, now),
        )

    @routes.post(
        "/{id}/reassign",
        response_model=CaseView,
        responses=problems(*REFUSALS, cases.UnitElsewhere, cases.DueInThePast, cases.DueTooFar, cases.AlreadyTheirs),
    )
    async def reassign(id: Id, body: handling.Reassign, command: CommandDep) -> Response:
        """Take it from the unit that has it and has not begun, and give it to another."""
        unit = await store.units.get(body.unit)
        return await change(
            store,
            id,
            body,
            command,
            lambda case, body, by, now: handling.reassign(case, body, unit, store.clocks, by, now),
        )


def _handling(routes: APIRouter, store: Store) -> None:
    @routes.post("/{id}/return", response_model=CaseView, responses=problems(*REFUSALS, handling.ReturnedTooOften))
    async def give_back(id: Id, body: handling.Return, command: CommandDep) -> Response:
        return await change(store, id, body, command, handling.give_back)

    @routes.post("/{id}/start", response_model=CaseView, responses=problems(*REFUSALS))
    async def start(id: Id, command: CommandDep, body: handling.Start | None = None) -> Response:
        return await change(store, id, body or handling.Start(), command, timed(store, handling.start))

    @routes.post("/{id}/contact", response_model=CaseView, responses=problems(*REFUSALS, cases.AlreadyContacted))
    async def contact(id: Id, command: CommandDep, body: handling.Contact | None = None) -> Response:
        """The reporter was spoken with for the first time."""
        return await change(store, id, body or handling.Contact(), command, timed(store, handling.contact))

    @routes.post(
        "/{id}/handle",
        response_model=CaseView,
        responses=problems(
            *REFUSALS,
            NotYourPhoto,
            NotYourAttachment,
            cases.EvidenceMissing,
            cases.TooManyPhotos,
            cases.TooManyAttachments,
        ),
    )
    async def handle(id: Id, body: handling.Handle, command: CommandDep) -> Response:
        if body.photos or body.attachments:
            community = (await known_case(store, id, command.principal))[0].aggregate.community
            await store.photos.require(body.photos, community, command.principal)
            await store.attachments.require(body.attachments, community, command.principal)
        return await change(store, id, body, command, timed(store, handling.handle))

    verifying = problems(*REFUSALS, cases.VerifierIsHandler, cases.VerifierIsReporter)

    @routes.post("/{id}/verify", response_model=CaseView, responses=verifying)
    async def verify(id: Id, body: handling.Verify, command: CommandDep) -> Response:
        return await change(store, id, body, command, handling.verify)

    @routes.post("/{id}/send-back", response_model=CaseView, responses=verifying)
    async def send_back(id: Id, body: handling.SendBack, command: CommandDep) -> Response:
        return await change(store, id, body, command, timed(store, handling.send_back))


def _aftermath(routes: APIRouter, store: Store) -> None:
    judging = problems(*REFUSALS, cases.OnlyTheReporter, cases.TooLateToRate)

    @routes.post(
        "/{id}/reopen",
        response_model=CaseView,
        responses=problems(*REFUSALS, cases.OnlyTheReporter, cases.TooLateToReopen),
    )
    async def reopen(id: Id, body: aftermath.Reopen, command: CommandDep) -> Response:
        return await change(store, id, body, command, aftermath.reopen)

    @routes.post("/{id}/rate", response_model=CaseView, responses=judging)
    async def rate(id: Id, body: aftermath.Rate, command: CommandDep) -> Response:
        return await change(store, id, body, command, aftermath.rate)
