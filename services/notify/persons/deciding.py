"""Who may decide about a person over HTTP: they themselves, and staff of where facts have shown that they belong.

To all other staff a person is answered as one who isn't there.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType

from fastapi import Response

from services.chassis.aggregate import Decision, decided, new_id
from services.chassis.errors import AlreadyExists, UnknownAggregate
from services.chassis.http.command import Command
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.choices import Choices, require_mutable
from services.notify.persons.domain.erasure import request_erasure
from services.notify.persons.domain.person import Person, change, register, require_decider, stranger
from services.notify.persons.store import Memberships
from services.notify.persons.views import view_for

BASE = "/api/notify/v1"


class Deciding:
    """Carries out what people and staff decide about persons, and hides everybody else from staff."""

    def __init__(self, persons: Aggregates[Person], memberships: Memberships) -> None:
        self._persons = persons
        self._memberships = memberships

    async def shown_to(self, by: Principal, person: str) -> Stored[Person]:
        """The person, for themselves and for staff of where they belong, or belonged until that part was erased.

        Raises:
            UnknownAggregate: nobody is known by that id, or `by` may not know of them.
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
        kinds: Mapping[str, bool] = MappingProxyType({}),
    ) -> Response:
        """Replace the choices of `person`, or their addresses. They can do without those of `kinds` whose messages do
        not come anyway, as the value of each tells."""
        by = command.principal

        def change_known(known: Person, now: datetime) -> Decision[Person]:
            if choices is not None:
                require_mutable(known.choices, choices, kinds)
            return change(known, choices, addresses, community, by, now, by_code=True)

        def take_up(id: str, now: datetime) -> Decision[Person]:
            unknown = stranger(id, community)
            if choices is not None:
                require_mutable(unknown.choices, choices, kinds)
            return register(unknown, choices, addresses, community, by, now, by_code=True)

        return await self._create_or_change(
            command,
            person,
            community,
            take_up,
            change_known,
        )

    async def carry_out(
        self, command: Command, person: str, community: str, decide: Callable[[Person, datetime], Decision[Person]]
    ) -> Response:
        """Carry out what `decide` says; somebody of whom nothing is known is taken up first."""
        by = command.principal

        def create(id: str, now: datetime) -> Decision[Person]:
            met = register(stranger(id, community), None, None, community, by, now)
            then = decide(met.aggregate, now)
            return decided(then.aggregate, *met.events, *then.events)

        return await self._create_or_change(command, person, community, create, decide)

    async def erase(self, command: Command, person: str, community: str) -> Response:
        """Erase `person`: everything where they ask themselves, else the part of `community`."""
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
        """Take up a person or change one who is known.

        Raises:
            NotYours: the caller is neither the person nor staff of `community`.
            UnknownAggregate: the person is not known to belong to `community`; whether they are known elsewhere, or not
                at all, makes no difference.
        """
        by, persons = command.principal, self._persons
        require_decider(by, person, community)
        found = await persons.find(person)
        if by.sub != person and community not in await self._communities(person, found):
            if not erasing or found is None or found.aggregate.part_of(community) is None:
                raise UnknownAggregate(kind="person", id=person)
            return await command.change(
                persons, person, lambda known, _: decided(known), view_for(by)
            )  # once is enough
        if found is None:
            with suppress(AlreadyExists):  # by another request, just now
                location = f"{BASE}/persons/{person}"
                return await command.create(persons, create, view_for(by), id=person, location=location)
        return await command.change(persons, person, change, view_for(by))

    async def _communities(self, person: str, found: Stored[Person] | None) -> frozenset[str]:
        said = frozenset[str]() if found is None else found.aggregate.communities
        return said | await self._memberships.of(person)
