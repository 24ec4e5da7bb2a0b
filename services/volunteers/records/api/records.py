"""Records over HTTP: staff enter and strike out, and the volunteer reads all five parts."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from services.chassis.aggregate import Decision, new_id
from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.volunteers.hours.domain.ledger import Account, account_id, new_account
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.mergers import last_record
from services.volunteers.records.domain import record as domain
from services.volunteers.records.domain.certificate import CantBeDrawn
from services.volunteers.records.domain.record import (
    Enter,
    Identify,
    NotYetOn,
    OwnRecord,
    Record,
    RecordFull,
    Strike,
    UnknownLine,
    new_record,
    record_id,
)
from services.volunteers.records.export import Export, Sheet
from services.volunteers.records.lettering import missing_in
from services.volunteers.records.views import RecordView, record_view

BASE = "/api/volunteers/v1/records"
SHEET = "text/csv; charset=utf-8"
_REFUSALS = (NotYours, UnknownAggregate, StaleVersion, OwnRecord)

Decide = Callable[[Record, datetime], Decision[Record]]
View = Callable[[Stored[Record]], RecordView]


class _Sheet(StreamingResponse):
    media_type = SHEET


class Keeping:
    """Changes and shows records, each with the services on its volunteer's account."""

    def __init__(
        self, records: Aggregates[Record], accounts: Aggregates[Account], volunteers: Aggregates[Volunteer]
    ) -> None:
        self.records = records
        self._accounts = accounts
        self._volunteers = volunteers

    async def view(self, record: Record) -> View:
        """The view that shows `record`."""
        account = await self._accounts.find(account_id(record.community, record.person))
        of = new_account(record.community, record.person) if account is None else account.aggregate
        return lambda stored: record_view(stored, of)

    async def keep(self, community: str, person: str, command: Command, decide: Decide) -> Response:
        """Change the record of `person`, a volunteer, and create it if there is none yet. Where they go on under
        another record, that one is changed.

        Raises:
            NotYours: the caller is not staff.
            UnknownAggregate: there is no such volunteer.
        """
        command.principal.require(community, Role.STAFF)
        last = await last_record(self._volunteers, community, person)
        if last is None or last.erased:
            raise UnknownAggregate(kind=self._volunteers.kind.name, id=volunteer_id(community, person))
        id, record = record_id(community, last.person), new_record(community, last.person)
        view = await self.view(record)
        if await self.records.find(id) is None:
            try:
                return await command.create(
                    self.records, lambda _, now: decide(record, now), view, id=id, location=f"{BASE}/{{id}}"
                )
            except AlreadyExists:
                pass  # another entry has created the record meanwhile
        return await command.change(self.records, id, decide, view)


def router(keeping: Keeping, export: Export) -> APIRouter:
    """The routes of records."""
    routes = APIRouter(prefix=BASE, tags=["records"])

    @routes.get("/me", summary="My record in its five parts", responses=problems(NotYours))
    async def me(principal: PrincipalDep, community: Annotated[Id, Query()]) -> RecordView:
        """The caller's record. Its version is 0 before the first entry."""
        principal.require(community)
        stored = await keeping.records.find(record_id(community, principal.sub))
        stored = stored or Stored(new_record(community, principal.sub), 0)
        return (await keeping.view(stored.aggregate))(stored)

    @routes.get(
        "/export.csv",
        summary="One of the five parts of all records, for the ministry's system",
        response_class=_Sheet,
        responses={200: {"content": {SHEET: {"schema": {"type": "string"}}}}, **problems(NotYours)},
    )
    async def exported(
        principal: PrincipalDep, community: Annotated[Id, Query()], part: Annotated[Sheet, Query()]
    ) -> StreamingResponse:
        """A sheet for staff, with names and numbers of documents."""
        principal.require(community, Role.STAFF)
        name = f"{part.value}-{community}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return _Sheet(export.sheet(part, community), headers=headers)

    @routes.get("/{id}", summary="A record in its five parts", responses=problems(UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> RecordView:
        """A record, for its volunteer and staff."""
        stored = await known(keeping.records, id, _mine(principal))
        return (await keeping.view(stored.aggregate))(stored)

    _changing(routes, keeping)
    return routes


def _changing(routes: APIRouter, keeping: Keeping) -> None:
    @routes.post(
        "/identify",
        response_model=RecordView,
        summary="Enter a volunteer's identity (staff)",
        responses=problems(*_REFUSALS, CantBeDrawn),
    )
    async def identify(body: Identify, command: CommandDep) -> Response:
        """Enter the identity of a volunteer, whose document staff have seen. A refusal names characters that no
        certificate could show."""
        _require_drawable(body.identity.name, body.identity.document_number, body.identity.number)
        by = command.principal
        return await keeping.keep(body.community, body.person, command, lambda r, now: domain.identify(r, body, by))

    @routes.post(
        "/enter",
        response_model=RecordView,
        summary="Enter a training, a commendation or an evaluation (staff)",
        responses=problems(*_REFUSALS, RecordFull, NotYetOn, CantBeDrawn),
    )
    async def enter(body: Enter, command: CommandDep) -> Response:
        _require_drawable(body.title, body.by_whom, body.text)
        by, entry = command.principal, new_id("entry")
        return await keeping.keep(
            body.community, body.person, command, lambda r, now: domain.enter(r, body, entry, by, now)
        )

    @routes.post(
        "/{id}/strike",
        response_model=RecordView,
        summary="Strike out a wrong entry, which stays readable (staff)",
        responses=problems(*_REFUSALS, UnknownLine),
    )
    async def strike(id: Id, body: Strike, command: CommandDep) -> Response:
        by = command.principal
        view = await keeping.view((await known(keeping.records, id, _mine(by))).aggregate)
        return await command.change(
            keeping.records, id, lambda record, now: domain.strike(record, body, by), view, known_to=_mine(by)
        )


def _require_drawable(*texts: str | None) -> None:
    missing = missing_in(*texts)
    if missing:
        raise CantBeDrawn(characters="、".join(missing))


def _mine(by: Principal) -> Callable[[Record], bool]:
    """A test of records: whether `by` is the volunteer, or staff."""
    return lambda record: record.person == by.sub or known_to(by, Role.STAFF)(record)
