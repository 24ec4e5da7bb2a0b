"""A seat and the time held for it, between two replicas: a no whose event is late, and a yes meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from services.chassis.errors import CommunityError
from services.chassis.store.aggregates import Cause
from services.chassis.subscriber.handlers import Handlers
from services.contracts.volunteers import NeedDeclined
from services.volunteers.app import VolunteersSettings
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.domain import seating
from services.volunteers.needs.domain.offers import LIVE
from services.volunteers.people.domain.volunteers import volunteer_id
from services.volunteers.seats.domain import hold_of, standing
from services.volunteers.store import INDEXES, KINDS, Store
from services.volunteers.subscribers import reactions
from tests.integration import standing as stood
from tests.integration.calling import Hand
from tests.integration.volunteers.matching.test_staffing import a_need, a_volunteer
from tests.unit.volunteers.seats.interleaved import received
from tests.unit.volunteers.world import DAY, HERE, person

TRIES = 100
CAUSE = Cause("test")


class Replica:
    """One process's worth of the service."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.staffing = Staffing(store, offer_stands=DAY, every=DAY)
        table = Handlers()
        reactions(table, store, self.staffing)
        self._reactions = table.reactions

    async def take(self, need: str, who: str) -> None:
        async def change(decide: Any) -> None:
            await self.store.needs.change(need, decide, CAUSE)

        await self.staffing.seats.take(need, person(who), CAUSE, change)

    async def hears(self, event: Any, need: str, sequence: int) -> None:
        for name, reaction in self._reactions[event.type]:
            await reaction(received(event, need, sequence, HERE, name))


@pytest.fixture
async def replicas(settings: VolunteersSettings, hand: Hand) -> AsyncIterator[list[Replica]]:
    async with AsyncExitStack() as stack:
        runtimes = [
            await stack.enter_async_context(stood.runtime(settings, INDEXES, hand, kinds=KINDS)) for _ in range(2)
        ]
        yield [Replica(Store.of(runtime)) for runtime in runtimes]


async def test_a_yes_after_a_no_keeps_its_time_whatever_comes_late(replicas: list[Replica]) -> None:
    one, other = replicas
    few = asyncio.Semaphore(10)

    async def attempt(n: int) -> None:
        need, who = f"need-{n}", f"person-{n}"
        async with few:
            await a_need(one.store, need)
            volunteer = (await one.store.volunteers.get(await a_volunteer(one.store, who))).aggregate
            assert await one.staffing.seats.ask_matched((await one.store.needs.get(need)).aggregate, volunteer)
            declined = await other.store.needs.change(need, lambda n, now: seating.decline(n, person(who), now), CAUSE)
            event = NeedDeclined(offer=declined.aggregate.offers[0].id, person=who)
            said = declined.version
            outcomes = await asyncio.gather(
                one.take(need, who), other.hears(event, need, said), other.take(need, who), return_exceptions=True
            )
            assert all(o is None or isinstance(o, CommunityError) for o in outcomes), outcomes
            await other.hears(event, need, said)

    await asyncio.gather(*(attempt(n) for n in range(TRIES)))
    for n in range(TRIES):
        need = (await one.store.needs.get(f"need-{n}")).aggregate
        bookings = (await one.store.volunteers.get(volunteer_id(HERE, f"person-{n}"))).aggregate.bookings
        held = {booking.offer: booking for booking in bookings}
        assert [offer.person for offer in need.offers if offer.status in LIVE] == [f"person-{n}"]
        assert len(held) == 1
        for offer in need.offers:
            assert standing(hold_of(held.get(offer.id)), offer.status) is not None, (n, offer.status)
