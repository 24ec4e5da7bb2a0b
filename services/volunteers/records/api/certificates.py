"""Certificates over HTTP: asking for one, issuing, refusing and revoking it, the PDF, the register and the public
check."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.chassis.aggregate import Decision
from services.chassis.errors import NotFound, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal, Role
from services.contracts.marks import Id
from services.contracts.volunteers import CertificateStatus
from services.volunteers.hours.domain.stars import hours_text
from services.volunteers.records.checking_page import masked, page_about
from services.volunteers.records.desk import BASE, Desk
from services.volunteers.records.domain import certificate as domain
from services.volunteers.records.domain.certificate import (
    Ask,
    Because,
    CantBeDrawn,
    Issue,
    NothingToCertify,
    NotIdentified,
    NotThisStatus,
    ServiceCertificate,
    StillPosted,
)
from services.volunteers.records.domain.record import OwnRecord
from services.volunteers.records.drawing import drawn
from services.volunteers.records.register import register
from services.volunteers.records.views import CertificateView, CheckedView
from services.volunteers.shared.queries import matching

PDF, SHEET = "application/pdf", "text/csv; charset=utf-8"
_HTML = "text/html"
_PRIVATE = {"Cache-Control": "no-store"}


class NotIssued(NotFound, code="certificate.unknown", zh="查无此证明。", en="There is no such certificate."):
    """No certificate has the code, or it was never issued."""


class _Sheet(StreamingResponse):
    media_type = SHEET


def router(desk: Desk) -> APIRouter:
    """The routes of certificates."""
    routes = APIRouter(prefix=BASE, tags=["certificates"])
    _lists(routes, desk)
    _reading(routes, desk)
    _checked(routes, desk)
    _making(routes, desk)
    return routes


def _lists(routes: APIRouter, desk: Desk) -> None:
    @routes.get("", response_model=PageView[CertificateView], summary="Certificates", responses=problems(NotYours))
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[CertificateStatus | None, Query()] = None,
        person: Annotated[Id | None, Query()] = None,
    ) -> Response:
        """The caller's own certificates; for staff, all of the community."""
        principal.require(community)
        whom = person if principal.has(community, Role.STAFF) else principal.sub
        query = matching(community, status=status, person=whom, erased=False)
        found = await desk.certificates.select(query, limit=page.limit, cursor=page.cursor)
        return paged(found, desk.view(principal), request)

    @routes.get(
        "/register.csv",
        summary="The register of certificates as a CSV sheet (staff)",
        response_class=_Sheet,
        responses={200: {"content": {SHEET: {"schema": {"type": "string"}}}}, **problems(NotYours)},
    )
    async def registered(principal: PrincipalDep, community: Annotated[Id, Query()]) -> StreamingResponse:
        """The register for staff: every certificate that has a number, with those that were revoked."""
        principal.require(community, Role.STAFF)
        headers = {"Content-Disposition": f'attachment; filename="register-{community}.csv"', **_PRIVATE}
        return _Sheet(register(desk.certificates, community), headers=headers)


def _reading(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/{id}", summary="One certificate", responses=problems(UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> CertificateView:
        return desk.view(principal)(await known(desk.certificates, id, _mine(principal)))

    @routes.get(
        "/{id}/pdf",
        summary="A certificate as a PDF",
        response_class=Response,
        responses={
            200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}},
            **problems(UnknownAggregate, NotIssued),
        },
    )
    async def pdf(id: Id, principal: PrincipalDep) -> Response:
        certificate = (await known(desk.certificates, id, _mine(principal))).aggregate
        address = desk.address(certificate)
        if certificate.issued_at is None or address is None:
            raise NotIssued()
        record = await desk.record(certificate.community, certificate.person)
        body = await asyncio.to_thread(drawn, certificate, record, address)
        headers = {"Content-Disposition": f'attachment; filename="{certificate.number}.pdf"', **_PRIVATE}
        return Response(body, media_type=PDF, headers=headers)


def _checked(routes: APIRouter, desk: Desk) -> None:
    @routes.get(
        "/check/{code}",
        summary="Check a certificate, as a page (public)",
        response_class=Response,
        responses={
            200: {"content": {_HTML: {"schema": {"type": "string"}}}},
            404: {"description": "No certificate has this code.", "content": {_HTML: {"schema": {"type": "string"}}}},
        },
    )
    async def page(code: Id) -> Response:
        found = await desk.by_code(code)
        status = 404 if found is None else 200
        return Response(page_about(found), status, media_type="text/html; charset=utf-8", headers=_PRIVATE)

    @routes.get("/checked/{code}", summary="Check a certificate, as data (public)", responses=problems(NotIssued))
    async def data(code: Id) -> CheckedView:
        found = await desk.by_code(code)
        if found is None or found.identity is None or found.issuer is None or found.issued_at is None:
            raise NotIssued()
        return CheckedView(
            status=found.status,
            number=found.number,
            name=masked(found.identity.name),
            minutes=found.minutes,
            hours=hours_text(found.minutes),
            issuer=found.issuer.name,
            issued_at=found.issued_at,
            ended_at=found.ended_at,
        )


Decide = Callable[[ServiceCertificate, Principal, datetime], Decision[ServiceCertificate]]


def _making(routes: APIRouter, desk: Desk) -> None:
    refusals = (NotYours, UnknownAggregate, StaleVersion, OwnRecord, NotThisStatus)

    async def changed(id: str, command: Command, decide: Decide) -> Response:
        by = command.principal
        return await command.change(
            desk.certificates, id, lambda c, now: decide(c, by, now), desk.view(by), known_to=_mine(by)
        )

    @routes.post(
        "",
        status_code=201,
        response_model=CertificateView,
        summary="Ask for a certificate of service",
        responses=problems(NotYours, NothingToCertify),
    )
    async def ask(body: Ask, command: CommandDep) -> Response:
        """Ask for a certificate. It is posted inside the committee for a while, and can be issued after that."""
        by = command.principal
        by.require(body.community)
        account = await desk.account(body.community, body.person or by.sub)
        return await command.create(
            desk.certificates,
            lambda id, now: domain.ask(id, body, account, by, now, desk.notice),
            desk.view(by),
            location=f"{BASE}/{{id}}",
        )

    @routes.post(
        "/{id}/issue",
        response_model=CertificateView,
        summary="Issue a certificate that was posted long enough (staff)",
        responses=problems(*refusals, StillPosted, NotIdentified, NothingToCertify, CantBeDrawn),
    )
    async def issue(id: Id, body: Issue, command: CommandDep) -> Response:
        """Issue the certificate under the next number of the register. Where the font can't draw a character, the
        refusal names it, and nothing is issued."""
        certificate = (await known(desk.certificates, id, _mine(command.principal))).aggregate
        account = await desk.account(certificate.community, certificate.person)
        record = await desk.record(certificate.community, certificate.person)
        number, code = await desk.drawn_number(certificate, record, body, command.principal)
        return await changed(
            id, command, lambda c, by, now: domain.issue(c, body, account, record, number, code, by, now)
        )

    @routes.post(
        "/{id}/refuse",
        response_model=CertificateView,
        summary="Refuse a certificate (staff)",
        responses=problems(*refusals),
    )
    async def refuse(id: Id, body: Because, command: CommandDep) -> Response:
        return await changed(id, command, lambda c, by, now: domain.refuse(c, body, by, now))

    @routes.post(
        "/{id}/revoke",
        response_model=CertificateView,
        summary="Revoke a certificate (staff)",
        responses=problems(*refusals),
    )
    async def revoke(id: Id, body: Because, command: CommandDep) -> Response:
        return await changed(id, command, lambda c, by, now: domain.revoke(c, body, by, now))


def _mine(by: Principal) -> Callable[[ServiceCertificate], bool]:
    """A test of certificates: whether `by` is the holder, or staff."""
    return lambda certificate: certificate.person == by.sub or known_to(by, Role.STAFF)(certificate)
