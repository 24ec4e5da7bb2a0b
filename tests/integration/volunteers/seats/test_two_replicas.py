"""A seat and the time held for it at two replicas: the event of a no comes late, and a yes is given meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from services.chassis.errors import CommunityError
from services.chassis.runtime import Runtime
from services.chassis.subscriber.handlers import Handlers
from services.contracts.volunteers import NeedDeclined
from services.volunteers.app import service
from services.volunteers.needs.domain import seating
from services.volunteers.needs.domain.offers import LIVE
from services.volunteers.needs.store import NEED
from services.volunteers.people.domain.volunteer import volunteer_id
from services.volunteers.people.store import VOLUNTEER
from services.volunteers.seats.domain import hold_of, standing
from services.volunteers.seats.reactions import reactions
from services.volunteers.settings import VolunteersSettings
from tests.integration import standing as stood
from tests.integration.calling import Hand
from tests.integration.volunteers.parts import INDEXES, seats_of
from tests.integration.volunteers.stored import CAUSE, stored_need, stored_volunteer
from tests.unit.volunteers.seats.interleaved import received
from tests.unit.volunteers.world import HERE, person

TRIES = 100


class Replica:
    """One process's worth of the service."""

    def __init__(self, runtime: Runtime[VolunteersSettings]) -> None:
        self.needs, self.volunteers = runtime.aggregates(NEED), runtime.aggregates(VOLUNTEER)
        self.seats = seats_of(self.needs, self.volunteers, runtime.clock)
        table = Handlers()
        reactions(table, self.needs, self.volunteers, self.seats, runtime.clock, lambda community: None)
        self._reactions = table.reactions

    async def take(self, need: str, who: str) -> None:
        async def change(decide: Any) -> None:
            await self.needs.change(need, decide, CAUSE)

        await self.seats.take(need, person(who), CAUSE, change)

    async def hears(self, event: Any, need: str, sequence: int) -> None:
        for name, reaction in self._reactions[event.type]:
            await reaction(received(event, need, sequence, HERE, name))


@pytest.fixture
async def replicas(settings: VolunteersSettings, hand: Hand) -> AsyncIterator[list[Replica]]:
    async with AsyncExitStack() as stack:
        runtimes = [
            await stack.enter_async_context(stood.runtime(settings, INDEXES, hand, kinds=service.kinds))
            for _ in range(2)
        ]
        yield [Replica(runtime) for runtime in runtimes]


async def test_a_yes_after_a_no_keeps_its_time_whatever_comes_late(replicas: list[Replica]) -> None:
    one, other = replicas
    few = asyncio.Semaphore(10)

    async def attempt(n: int) -> None:
        need, who = f"need-{n}", f"person-{n}"
        async with few:
            await stored_need(one.needs, need)
            volunteer = (await one.volunteers.get(await stored_volunteer(one.volunteers, who))).aggregate
            assert await one.seats.ask_matched((await one.needs.get(need)).aggregate, volunteer)
            declined = await other.needs.change(need, lambda n, now: seating.decline(n, person(who), now), CAUSE)
            event = NeedDeclined(offer=declined.aggregate.offers[0].id, person=who)
            said = declined.version
            outcomes = await asyncio.gather(
                one.take(need, who), other.hears(event, need, said), other.take(need, who), return_exceptions=True
            )
            assert all(o is None or isinstance(o, CommunityError) for o in outcomes), outcomes
            await other.hears(event, need, said)

    await asyncio.gather(*(attempt(n) for n in range(TRIES)))
    for n in range(TRIES):
        need = (await one.needs.get(f"need-{n}")).aggregate
        bookings = (await one.volunteers.get(volunteer_id(HERE, f"person-{n}"))).aggregate.bookings
        held = {booking.offer: booking for booking in bookings}
        assert [offer.person for offer in need.offers if offer.status in LIVE] == [f"person-{n}"]
        assert len(held) == 1
        for offer in need.offers:
            assert standing(hold_of(held.get(offer.id)), offer.status) is not None, (n, offer.status)
