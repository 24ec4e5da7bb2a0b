"""Persons over HTTP: how somebody wants to be told, where they can be reached, and that they want to be forgotten.

Addresses are shown to that person alone, and only when read: no answer to a change carries them, because such answers
are kept for repeated requests. To staff there are the people whom facts have shown to belong to a community of theirs;
anybody else's id is answered as one that doesn't exist.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.chassis.aggregate import Decision, decided, new_id
from services.chassis.errors import AlreadyExists, NotYours, PersonGone, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.contracts.notices import NoticeChannel, NoticeKind, PersonStatus
from services.notify.persons.belonging import Memberships
from services.notify.persons.codes import code_mark
from services.notify.persons.domain.addresses import Addresses, Proposed
from services.notify.persons.domain.confirming import CodeRefused, ask_for_code, tell_code
from services.notify.persons.domain.kinds import CHANNELS, RULES
from services.notify.persons.domain.person import (
    Choices,
    Language,
    Person,
    change,
    register,
    request_erasure,
    require_decider,
    stranger,
)
from services.notify.persons.domain.quiet import QuietHours

BASE = "/api/notify/v1"


class PutPreferences(BaseModel):
    """How somebody wants to be told. `muted`: channels by kind that they don't want; mandatory kinds come anyway.

    `community`: in which capacity it is asked for; it says of nobody where they belong.
    """

    model_config = ConfigDict(extra="forbid")

    community: Id
    language: Language = "zh"
    quiet_hours: QuietHours | None = QuietHours()
    muted: dict[NoticeKind, frozenset[NoticeChannel]] = Field(default_factory=dict)


class PutAddresses(Addresses):
    """Where somebody can be reached; what is left out is forgotten."""

    community: Id


class RequestErasure(BaseModel):
    """Asks that everything about the person is erased; of staff, all that belongs to `community`."""

    model_config = ConfigDict(extra="forbid")

    community: Id


class TellCode(BaseModel):
    """The code that came to an address which staff have entered."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]


class KindView(BaseModel):
    """A kind of notice and what is set for it."""

    kind: NoticeKind
    mandatory: bool
    channels: dict[NoticeChannel, bool]


class ProposedView(BaseModel):
    """What staff have entered, when, and what of it waits to be confirmed by the person: nothing but a code is sent."""

    unconfirmed: list[Literal["email", "phone"]]
    by: str
    at: datetime


class PartView(BaseModel):
    """The erasure of what belongs to one community."""

    community: str
    request: str
    by: str
    requested_at: datetime
    answers: list[str]
    erased_at: datetime | None


class PersonView(BaseModel):
    """A person without their addresses. `parts`: communities whose staff had their part erased."""

    person: str
    status: PersonStatus
    language: Language
    quiet_hours: QuietHours | None
    kinds: list[KindView]
    has_email: bool
    has_phone: bool
    proposed: ProposedView | None = None
    parts: list[PartView] = []
    requested_at: datetime | None = None
    answers: list[str] = []
    erased_at: datetime | None = None


class MeView(PersonView):
    """A person, for themselves. `proposed_addresses`: entered by staff, not confirmed yet."""

    addresses: Addresses
    proposed_addresses: Addresses | None = None


_FIRST: dict[str, Any] = {"model": PersonView, "description": "Nothing was known of the person before."}


def person_view(stored: Stored[Person]) -> PersonView:
    """For answers that are kept, and for staff."""
    return PersonView(**_shown(stored.aggregate))


def me_view(stored: Stored[Person]) -> MeView:
    """For the person."""
    person = stored.aggregate
    proposed = None if person.proposed is None else person.proposed.addresses
    return MeView(**_shown(person), addresses=person.addresses, proposed_addresses=proposed)


def router(persons: Aggregates[Person], memberships: Memberships) -> APIRouter:
    """The routes of persons."""
    routes = APIRouter(prefix=BASE, tags=["persons"])
    desk = _Desk(persons, memberships)
    mine = {201: _FIRST, **problems(NotYours, PersonGone)}
    forgetting = {201: _FIRST, **problems(NotYours)}
    theirs = {201: _FIRST, **problems(NotYours, UnknownAggregate, PersonGone)}

    @routes.get("/me", response_model=MeView, summary="What is known of me", responses=problems(NotYours))
    async def me(request: Request, principal: PrincipalDep) -> Response:
        found = await persons.find(principal.sub) or Stored(stranger(principal.sub, ""), 0)
        return etagged(found, me_view, request)

    @routes.get(
        "/persons/{person}",
        response_model=PersonView,
        summary="For staff: without addresses",
        responses=problems(UnknownAggregate),
    )
    async def one(person: Id, request: Request, principal: PrincipalDep) -> Response:
        return etagged(await desk.shown_to(principal, person), _view_for(principal), request)

    @routes.put("/me/preferences", response_model=PersonView, summary="How I want to be told", responses=mine)
    async def put_my_preferences(body: PutPreferences, command: CommandDep) -> Response:
        return await desk.put(command, command.principal.sub, body.community, choices=_choices(body))

    @routes.put("/me/addresses", response_model=PersonView, summary="Where I can be reached", responses=mine)
    async def put_my_addresses(body: PutAddresses, command: CommandDep) -> Response:
        return await desk.put(command, command.principal.sub, body.community, addresses=_addresses(body))

    @routes.post("/me/erasure", response_model=PersonView, summary="Forget me", responses=forgetting)
    async def erase_me(body: RequestErasure, command: CommandDep) -> Response:
        return await desk.erase(command, command.principal.sub, body.community)

    @routes.put(
        "/persons/{person}/preferences", response_model=PersonView, summary="By staff, on record", responses=theirs
    )
    async def put_preferences(person: Id, body: PutPreferences, command: CommandDep) -> Response:
        return await desk.put(command, person, body.community, choices=_choices(body))

    @routes.put(
        "/persons/{person}/addresses", response_model=PersonView, summary="By staff, on record", responses=theirs
    )
    async def put_addresses(person: Id, body: PutAddresses, command: CommandDep) -> Response:
        """What staff enter is proposed. It holds once the person has told the code that is sent to it; what the person
        has entered or confirmed goes on to hold, and a phone stays unconfirmed."""
        return await desk.put(command, person, body.community, addresses=_addresses(body))

    @routes.post(
        "/persons/{person}/erasure", response_model=PersonView, summary="By staff, on record", responses=theirs
    )
    async def erase(person: Id, body: RequestErasure, command: CommandDep) -> Response:
        """Of what belongs to the community; all of it goes where the person asks."""
        return await desk.erase(command, person, body.community)

    _confirming(routes, persons)
    return routes


def _confirming(routes: APIRouter, persons: Aggregates[Person]) -> None:
    refused = problems(UnknownAggregate, PersonGone, CodeRefused)

    @routes.post("/me/addresses/code", response_model=PersonView, summary="Send me the code again", responses=refused)
    async def send_code(command: CommandDep) -> Response:
        """Three a day, whatever was entered."""
        by = command.principal
        return await command.change(persons, by.sub, lambda known, now: ask_for_code(known, by, now), person_view)

    @routes.post("/me/addresses/confirm", response_model=PersonView, summary="This address is mine", responses=refused)
    async def confirm(body: TellCode, command: CommandDep) -> PersonView:
        """A code holds for a day and for five tries; a try counts, whatever comes of it, and is never replayed."""
        by = command.principal
        before = await persons.get(by.sub)
        mark = await code_mark(persons.secret, before.aggregate, body.code)
        told = await persons.change(by.sub, lambda known, now: tell_code(known, mark, by, now), command.cause)
        if told.aggregate.addresses == before.aggregate.addresses:
            raise CodeRefused()
        return person_view(told)


class _Desk:
    """Who may decide about whom, and what is decided."""

    def __init__(self, persons: Aggregates[Person], memberships: Memberships) -> None:
        self._persons = persons
        self._memberships = memberships

    async def shown_to(self, by: Principal, person: str) -> Stored[Person]:
        """The person, to themselves and to staff of where they belong or belonged until that part was erased.

        Raises:
            UnknownAggregate: nobody is known by that id, or not to `by`.
        """
        found = await self._persons.find(person)
        if found is not None and by.sub == person:
            return found
        staff_in = by.where(Role.STAFF)
        erased = frozenset[str]() if found is None else {part.community for part in found.aggregate.parts}
        if staff_in.isdisjoint(await self._communities(person, found) | erased):
            raise UnknownAggregate(kind="person", id=person)
        return found or Stored(stranger(person, min(staff_in)), 0)

    async def put(
        self,
        command: Command,
        person: str,
        community: str,
        choices: Choices | None = None,
        addresses: Addresses | None = None,
    ) -> Response:
        by = command.principal
        return await self._create_or_change(
            command,
            person,
            community,
            lambda id, now: register(stranger(id, community), choices, addresses, community, by, now),
            lambda known, now: change(known, choices, addresses, community, by, now),
        )

    async def erase(self, command: Command, person: str, community: str) -> Response:
        by, request = command.principal, new_id("erasure")
        return await self._create_or_change(
            command,
            person,
            community,
            lambda id, now: request_erasure(stranger(id, community), request, community, by, now, new=True),
            lambda known, now: request_erasure(known, request, community, by, now),
            erasing=True,
        )

    async def _create_or_change(
        self,
        command: Command,
        person: str,
        community: str,
        create: Callable[[str, datetime], Decision[Person]],
        change: Callable[[Person, datetime], Decision[Person]],
        *,
        erasing: bool = False,
    ) -> Response:
        """Raises NotYours where the caller is not staff of `community`, UnknownAggregate where the person is not known
        there: it says the same of who is known elsewhere and of who is not known at all.
        """
        by, persons = command.principal, self._persons
        require_decider(by, person, community)
        found = await persons.find(person)
        if by.sub != person and community not in await self._communities(person, found):
            if not erasing or found is None or found.aggregate.part_of(community) is None:
                raise UnknownAggregate(kind="person", id=person)
            return await command.change(
                persons, person, lambda known, _: decided(known), _view_for(by)
            )  # once is enough
        if found is None:
            with suppress(AlreadyExists):  # by another request, just now
                location = f"{BASE}/persons/{person}"
                return await command.create(persons, create, _view_for(by), id=person, location=location)
        return await command.change(persons, person, change, _view_for(by))

    async def _communities(self, person: str, found: Stored[Person] | None) -> frozenset[str]:
        said = frozenset[str]() if found is None else found.aggregate.communities
        return said | await self._memberships.of(person)


def _view_for(by: Principal) -> Callable[[Stored[Person]], PersonView]:
    """What `by` is shown: staff see the parts of their own communities alone."""

    def view(stored: Stored[Person]) -> PersonView:
        person = stored.aggregate
        if by.sub == person.id:
            return person_view(stored)
        mine = tuple(part for part in person.parts if part.community in by.where(Role.STAFF))
        return person_view(Stored(person.model_copy(update={"parts": mine}), stored.version))

    return view


def _choices(body: PutPreferences) -> Choices:
    return Choices(language=body.language, muted=body.muted, quiet=body.quiet_hours)


def _addresses(body: PutAddresses) -> Addresses:
    return Addresses(email=body.email, phone=body.phone)


def _shown(person: Person) -> dict[str, Any]:
    return {
        "person": person.id,
        "status": person.status,
        "language": person.choices.language,
        "quiet_hours": person.choices.quiet,
        "kinds": [
            KindView(
                kind=kind,
                mandatory=rule.mandatory,
                channels={channel: rule.mandatory or not person.mutes(kind, channel) for channel in CHANNELS},
            )
            for kind, rule in RULES.items()
        ],
        "has_email": person.addresses.email is not None,
        "has_phone": person.addresses.phone is not None,
        "proposed": _proposed(person.proposed),
        "parts": [PartView(**part.model_dump() | {"answers": sorted(part.answers)}) for part in person.parts],
        "requested_at": person.requested_at,
        "answers": sorted(person.answers),
        "erased_at": person.erased_at,
    }


def _proposed(proposed: Proposed | None) -> ProposedView | None:
    if proposed is None:
        return None
    waiting: list[Literal["email", "phone"]] = []
    waiting += ["email"] if proposed.addresses.email is not None else []
    waiting += ["phone"] if proposed.addresses.phone is not None else []
    return ProposedView(unconfirmed=waiting, by=proposed.by, at=proposed.at)
