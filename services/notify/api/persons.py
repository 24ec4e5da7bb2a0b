"""Persons over HTTP: how somebody wants to be told, where they can be reached, and that they want to be forgotten.

Addresses are shown to that person alone, and only when read: no answer to a change carries them, because such answers
are kept for repeated requests.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.aggregate import Decision, new_id
from services.chassis.errors import AlreadyExists, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Role
from services.chassis.store import Aggregates, Stored
from services.contracts.marks import Id
from services.contracts.notices import NoticeChannel, NoticeKind, PersonStatus
from services.notify.domain.kinds import CHANNELS, RULES
from services.notify.domain.person import (
    Addresses,
    Choices,
    Language,
    Person,
    PersonGone,
    change,
    register,
    request_erasure,
    require_self_or_staff,
    stranger,
)
from services.notify.domain.quiet import QuietHours

BASE = "/api/notify/v1"


class PutPreferences(BaseModel):
    """How somebody wants to be told. `muted`: channels by kind that they don't want; mandatory kinds come anyway."""

    model_config = ConfigDict(extra="forbid")

    community: Id
    language: Language = "zh"
    quiet_hours: QuietHours | None = QuietHours()
    muted: dict[NoticeKind, frozenset[NoticeChannel]] = Field(default_factory=dict)


class PutAddresses(Addresses):
    """Where somebody can be reached; what is left out is forgotten."""

    community: Id


class RequestErasure(BaseModel):
    """Asks that everything about the person is erased."""

    model_config = ConfigDict(extra="forbid")

    community: Id


class KindView(BaseModel):
    """A kind of notice and what is set for it."""

    kind: NoticeKind
    mandatory: bool
    channels: dict[NoticeChannel, bool]


class PersonView(BaseModel):
    """A person without their addresses."""

    person: str
    status: PersonStatus
    language: Language
    quiet_hours: QuietHours | None
    kinds: list[KindView]
    has_email: bool
    has_phone: bool
    requested_at: datetime | None = None
    answers: list[str] = []
    erased_at: datetime | None = None


class MeView(PersonView):
    """A person, for themselves."""

    addresses: Addresses


_FIRST: dict[str, Any] = {"model": PersonView, "description": "Nothing was known of the person before."}


def person_view(stored: Stored[Person]) -> PersonView:
    """For answers that are kept, and for staff."""
    return PersonView(**_shown(stored.aggregate))


def me_view(stored: Stored[Person]) -> MeView:
    """For the person."""
    return MeView(**_shown(stored.aggregate), addresses=stored.aggregate.addresses)


def router(persons: Aggregates[Person]) -> APIRouter:
    """The routes of persons."""
    routes = APIRouter(prefix=BASE, tags=["persons"])
    refusals = {201: _FIRST, **problems(NotYours, PersonGone)}
    erasing = {201: _FIRST, **problems(NotYours)}

    @routes.get("/me", response_model=MeView, summary="What is known of me", responses=problems(NotYours))
    async def me(request: Request, principal: PrincipalDep) -> Response:
        found = await persons.find(principal.sub) or Stored(stranger(principal.sub, ""), 0)
        return etagged(found, me_view, request)

    @routes.get(
        "/persons/{person}",
        response_model=PersonView,
        summary="For staff: without addresses",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def one(person: Id, request: Request, principal: PrincipalDep) -> Response:
        found = await persons.get(person)
        require_self_or_staff(principal, found.aggregate)
        return etagged(found, person_view, request)

    @routes.put("/me/preferences", response_model=PersonView, summary="How I want to be told", responses=refusals)
    async def put_my_preferences(body: PutPreferences, command: CommandDep) -> Response:
        return await _put(persons, command, command.principal.sub, body.community, choices=_choices(body))

    @routes.put("/me/addresses", response_model=PersonView, summary="Where I can be reached", responses=refusals)
    async def put_my_addresses(body: PutAddresses, command: CommandDep) -> Response:
        return await _put(persons, command, command.principal.sub, body.community, addresses=_addresses(body))

    @routes.post("/me/erasure", response_model=PersonView, summary="Forget me", responses=erasing)
    async def erase_me(body: RequestErasure, command: CommandDep) -> Response:
        return await _erase(persons, command, command.principal.sub, body.community)

    @routes.put(
        "/persons/{person}/preferences", response_model=PersonView, summary="By staff, on record", responses=refusals
    )
    async def put_preferences(person: Id, body: PutPreferences, command: CommandDep) -> Response:
        return await _put(persons, command, person, body.community, choices=_choices(body))

    @routes.put(
        "/persons/{person}/addresses", response_model=PersonView, summary="By staff, on record", responses=refusals
    )
    async def put_addresses(person: Id, body: PutAddresses, command: CommandDep) -> Response:
        return await _put(persons, command, person, body.community, addresses=_addresses(body))

    @routes.post(
        "/persons/{person}/erasure", response_model=PersonView, summary="By staff, on record", responses=erasing
    )
    async def erase(person: Id, body: RequestErasure, command: CommandDep) -> Response:
        return await _erase(persons, command, person, body.community)

    return routes


async def _put(
    persons: Aggregates[Person],
    command: Command,
    person: str,
    community: str,
    choices: Choices | None = None,
    addresses: Addresses | None = None,
) -> Response:
    by = command.principal
    return await _create_or_change(
        persons,
        command,
        person,
        community,
        lambda id, _now: register(stranger(id, community), choices, addresses, by),
        lambda known, _now: change(known, choices, addresses, community, by),
    )


async def _erase(persons: Aggregates[Person], command: Command, person: str, community: str) -> Response:
    by, request = command.principal, new_id("erasure")
    return await _create_or_change(
        persons,
        command,
        person,
        community,
        lambda id, now: request_erasure(stranger(id, community), request, by, now, new=True),
        lambda known, now: request_erasure(known, request, by, now),
    )


async def _create_or_change(
    persons: Aggregates[Person],
    command: Command,
    person: str,
    community: str,
    create: Callable[[str, datetime], Decision[Person]],
    change: Callable[[Person, datetime], Decision[Person]],
) -> Response:
    by = command.principal
    by.require(community, *(() if by.sub == person else (Role.STAFF,)))
    if await persons.find(person) is None:
        try:
            return await command.create(persons, create, person_view, id=person, location=f"{BASE}/persons/{person}")
        except AlreadyExists:  # by another request, just now
            return await command.change(persons, person, change, person_view)
    return await command.change(persons, person, change, person_view)


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
        "requested_at": person.requested_at,
        "answers": sorted(person.answers),
        "erased_at": person.erased_at,
    }
