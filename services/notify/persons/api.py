"""Persons over HTTP: how somebody wants to be told, where they can be reached, and that they want to be forgotten.

Addresses are shown to that person alone, and only when read: no answer to a change carries them, because such answers
are kept for repeated requests. Staff reach the people whom facts have shown to belong to a community of theirs; any
other id is answered as one that doesn't exist.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from services.chassis.errors import NotYours, PersonGone, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.notify.persons.codes import code_mark
from services.notify.persons.deciding import BASE, Deciding
from services.notify.persons.domain.choices import KindComesAnyway, NoKindToMute
from services.notify.persons.domain.confirming import CodeRefused, ask_for_code, tell_code
from services.notify.persons.domain.home import NoSuchBuilding
from services.notify.persons.domain.person import Person, live_in, stranger
from services.notify.persons.domain.requests import (
    NameProxy,
    PutAddresses,
    PutHome,
    PutPreferences,
    RequestErasure,
    StandIn,
    TellCode,
)
from services.notify.persons.domain.standing_in import OwnProxy, TooManyProxies, agree, let_go, name_proxy
from services.notify.persons.store import Memberships
from services.notify.persons.views import AgreedView, MeView, PersonView, me_view, person_view, view_for
from services.notify.routing.domain.kinds import Kinds

_FIRST: dict[str, Any] = {"model": PersonView, "description": "Nothing was known of the person before."}


KindsOf = Callable[[str], Awaitable[Kinds]]
"""The kinds of message that there are in a community, with their rules."""


StandsIn = Callable[[str, str], Awaitable[bool]]
"""Whether in a community, by its id, a building stands."""


def router(persons: Aggregates[Person], memberships: Memberships, kinds: KindsOf, stands_in: StandsIn) -> APIRouter:
    """The routes of persons."""
    routes = APIRouter(prefix=BASE, tags=["persons"])
    deciding = Deciding(persons, memberships)

    async def kinds_for(by: Principal, community: str) -> Mapping[str, bool]:
        """The kinds where `by` is at home, and whether all messages of each come anyway."""
        found: dict[str, bool] = {}
        for each in sorted({community, *by.communities}):
            for kind, rule in (await kinds(each)).items():
                found[kind] = rule.weight.comes_anyway and found.get(kind, True)
        return found

    choosing: dict[int | str, Any] = {201: _FIRST, **problems(NotYours, PersonGone, NoKindToMute, KindComesAnyway)}
    mine: dict[int | str, Any] = {201: _FIRST, **problems(NotYours, PersonGone)}
    forgetting = {201: _FIRST, **problems(NotYours)}
    theirs: dict[int | str, Any] = {201: _FIRST, **problems(NotYours, UnknownAggregate, PersonGone)}

    @routes.get(
        "/me", response_model=MeView, summary="Everything that is stored about me", responses=problems(NotYours)
    )
    async def me(request: Request, principal: PrincipalDep) -> Response:
        found = await persons.find(principal.sub) or Stored(stranger(principal.sub, ""), 0)
        return etagged(found, me_view, request)

    @routes.get(
        "/persons/{person}",
        response_model=PersonView,
        summary="What staff may see of a person, without addresses",
        responses=problems(UnknownAggregate),
    )
    async def one(person: Id, request: Request, principal: PrincipalDep) -> Response:
        return etagged(await deciding.shown_to(principal, person), view_for(principal), request)

    @routes.put("/me/preferences", response_model=PersonView, summary="Choose how I am told", responses=choosing)
    async def put_my_preferences(body: PutPreferences, command: CommandDep) -> Response:
        by = command.principal
        known = await kinds_for(by, body.community)
        return await deciding.put(command, by.sub, body.community, choices=body.choices(), kinds=known)

    @routes.put("/me/addresses", response_model=PersonView, summary="Enter my addresses", responses=mine)
    async def put_my_addresses(body: PutAddresses, command: CommandDep) -> Response:
        """Enter addresses. An e-mail address holds once the code that is sent to it was entered; the one before it goes
        on to hold until then."""
        return await deciding.put(command, command.principal.sub, body.community, addresses=body.addresses())

    @routes.post("/me/erasure", response_model=PersonView, summary="Erase everything about me", responses=forgetting)
    async def erase_me(body: RequestErasure, command: CommandDep) -> Response:
        return await deciding.erase(command, command.principal.sub, body.community)

    @routes.put(
        "/persons/{person}/preferences",
        response_model=PersonView,
        summary="Choose how somebody is told (staff, on record)",
        responses={**theirs, **problems(NoKindToMute, KindComesAnyway)},
    )
    async def put_preferences(person: Id, body: PutPreferences, command: CommandDep) -> Response:
        known = await kinds_for(command.principal, body.community)
        return await deciding.put(command, person, body.community, choices=body.choices(), kinds=known)

    @routes.put(
        "/persons/{person}/addresses",
        response_model=PersonView,
        summary="Propose somebody's addresses (staff, on record)",
        responses=theirs,
    )
    async def put_addresses(person: Id, body: PutAddresses, command: CommandDep) -> Response:
        """Propose addresses, as staff. A proposed address holds once the person has entered the code that is sent to
        it. Addresses that the person has entered or confirmed go on to hold, and a phone stays unconfirmed."""
        return await deciding.put(command, person, body.community, addresses=body.addresses())

    @routes.post(
        "/persons/{person}/erasure",
        response_model=PersonView,
        summary="Erase what belongs to the community about somebody (staff, on record)",
        responses=theirs,
    )
    async def erase(person: Id, body: RequestErasure, command: CommandDep) -> Response:
        """Erase what belongs to the community about a person. If the person asks themselves, everything is erased."""
        return await deciding.erase(command, person, body.community)

    _home(routes, deciding, stands_in, mine, theirs)
    _confirming(routes, persons)
    _proxies(routes, deciding, persons, mine, theirs)
    return routes


def _home(
    routes: APIRouter,
    deciding: Deciding,
    stands_in: StandsIn,
    mine: dict[int | str, Any],
    theirs: dict[int | str, Any],
) -> None:
    misspelt = problems(NoSuchBuilding)

    @routes.put(
        "/me/home", response_model=PersonView, summary="Enter my building and age band", responses={**mine, **misspelt}
    )
    async def put_my_home(body: PutHome, command: CommandDep) -> Response:
        return await _put_home(deciding, stands_in, command, command.principal.sub, body)

    @routes.put(
        "/persons/{person}/home",
        response_model=PersonView,
        summary="Enter somebody's building and age band (staff, on record)",
        responses={**theirs, **misspelt},
    )
    async def put_home(person: Id, body: PutHome, command: CommandDep) -> Response:
        return await _put_home(deciding, stands_in, command, person, body)


async def _put_home(deciding: Deciding, stands_in: StandsIn, command: Command, person: str, body: PutHome) -> Response:
    by, home = command.principal, body.home()
    there = home.building is None or await stands_in(body.community, home.building)
    return await deciding.carry_out(
        command, person, body.community, lambda known, _: live_in(known, home, body.community, by, there=there)
    )


def _proxies(
    routes: APIRouter,
    deciding: Deciding,
    persons: Aggregates[Person],
    mine: dict[int | str, Any],
    theirs: dict[int | str, Any],
) -> None:
    many = problems(TooManyProxies, OwnProxy)

    @routes.post(
        "/me/proxies", response_model=PersonView, summary="Name a proxy, who receives my notices", responses=mine | many
    )
    async def name_mine(body: NameProxy, command: CommandDep) -> Response:
        """Name a proxy. The proxy begins once they have agreed."""
        return await _name(deciding, command, command.principal.sub, body)

    @routes.post(
        "/persons/{person}/proxies",
        response_model=PersonView,
        summary="Name a proxy for somebody (staff, on record)",
        responses=theirs | many,
    )
    async def name(person: Id, body: NameProxy, command: CommandDep) -> Response:
        return await _name(deciding, command, person, body)

    @routes.post("/me/proxies/end", response_model=PersonView, summary="End a proxy of mine", responses=mine)
    async def end_mine(body: NameProxy, command: CommandDep) -> Response:
        by = command.principal
        return await deciding.carry_out(
            command, by.sub, body.community, lambda known, _: let_go(known, body.proxy, body.community, by)
        )

    @routes.post(
        "/me/stands-in/{person}",
        response_model=AgreedView,
        summary="Agree to be somebody's proxy",
        responses=problems(UnknownAggregate),
    )
    async def agree_to(person: Id, command: CommandDep, body: StandIn | None = None) -> Response:
        """Agree to be a proxy, or say what you call the person. Somebody who was not named learns nothing of them."""
        by, called = command.principal, None if body is None else body.called
        return await command.change(
            persons,
            person,
            lambda known, now: agree(known, by, now, called),
            lambda stored: AgreedView(person=stored.aggregate.id, agreed=stored.aggregate.stands_in(by.sub)),
            known_to=lambda known: any(proxy.person == by.sub for proxy in known.proxies),
        )

    @routes.post(
        "/me/stands-in/{person}/end",
        response_model=AgreedView,
        summary="End being somebody's proxy",
        responses=problems(UnknownAggregate),
    )
    async def leave(person: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            persons,
            person,
            lambda known, _: let_go(known, by.sub, known.community, by),
            lambda stored: AgreedView(person=stored.aggregate.id, agreed=stored.aggregate.stands_in(by.sub)),
            known_to=lambda known: any(proxy.person == by.sub for proxy in known.proxies),
        )


async def _name(deciding: Deciding, command: Command, person: str, body: NameProxy) -> Response:
    by = command.principal
    return await deciding.carry_out(
        command, person, body.community, lambda known, now: name_proxy(known, body.proxy, body.community, by, now)
    )


def _confirming(routes: APIRouter, persons: Aggregates[Person]) -> None:
    refused = problems(UnknownAggregate, PersonGone, CodeRefused)

    @routes.post(
        "/me/addresses/code", response_model=PersonView, summary="Send the code for an address again", responses=refused
    )
    async def send_code(command: CommandDep) -> Response:
        """Three a day, whatever was entered."""
        by = command.principal
        return await command.change(persons, by.sub, lambda known, now: ask_for_code(known, by, now), person_view)

    @routes.post(
        "/me/addresses/confirm", response_model=PersonView, summary="Confirm an address by its code", responses=refused
    )
    async def confirm(body: TellCode, command: CommandDep) -> PersonView:
        """A code holds for a day and for five tries; a try counts, whatever comes of it, and is never replayed."""
        by = command.principal
        before = await persons.get(by.sub)
        mark = await code_mark(persons.secret, before.aggregate, body.code)
        told = await persons.change(by.sub, lambda known, now: tell_code(known, mark, by, now), command.cause)
        held, holds = before.aggregate, told.aggregate
        if (held.addresses, held.bounces) == (holds.addresses, holds.bounces):
            raise CodeRefused()
        return person_view(told)
