"""Finds somebody within seconds for a seat that was given and is empty again, hop by hop, by the time that is left.

Those who stand by are asked first, one after the other, however much time is left. Then, with more than two days
left, the next plan finds somebody; with less, rings of people do, each so large that one of them very probably says
yes; with little time left, or nobody left to ask, the grid worker is told as well. Each hop is a fact of the need,
with the time at which the next one follows; so a process that dies leaves it to the next pass. A ring is claimed on
the need first, so that one process alone finds its people; then each ask is counted on the volunteer, and last the
invitations are written: a death in between costs some an ask, and nobody is invited twice.
"""

import asyncio
from datetime import timedelta

from services.chassis.aggregate import new_id
from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.unavailable import store_errors
from services.volunteers.matching.flow import Planning
from services.volunteers.matching.quiet import QuietHours
from services.volunteers.matching.rings import Acceptance, learned, ring_size
from services.volunteers.matching.store import askable_volunteers, need_states
from services.volunteers.needs.domain import inviting
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import BY_START, familiar, to_refill
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.seats.service import CAUSE, Seats

LEARNED_FROM = timedelta(days=60)
"""Who says yes is learnt from the needs of so many days …"""
MOST_NEEDS = 20_000
"""… and from so many of them at most, the latest."""


class Refilling:
    """Looks after the needs of a community that begin before long and have lost a seat, by way of `seats`."""

    def __init__(
        self,
        needs: Aggregates[Need],
        volunteers: Aggregates[Volunteer],
        seats: Seats,
        clock: Clock,
        quiet: QuietHours,
    ) -> None:
        self._needs = needs
        self._volunteers = volunteers
        self._seats = seats
        self._clock = clock
        self._quiet = quiet

    async def look(self, community: str) -> int:
        """Take the next hop of every need of a community for which it is due. Returns how many hops that were."""
        now = self._clock()
        page = await self._needs.select(to_refill(now, community), sort=BY_START, descending=False, limit=500)
        due = [stored.aggregate for stored in page.items if inviting.is_due(stored.aggregate, now)]
        due = [need for need in due if not self._quiet.holds(need, now)]
        return sum([await self.refill(need) for need in due])

    async def refill(self, need: Need) -> bool:
        """Take the next hop of a need, if it is due."""
        for person in [each.person for each in need.standby]:
            if await self._ask_standby(need.id, person):
                return True
        left = (await self._needs.change(need.id, inviting.plan_again, CAUSE)).aggregate
        if not inviting.is_due(left, self._clock()):
            return False  # nobody stands by any more, and the plan has time
        claim = new_id("claim")
        stands = (await self._needs.change(need.id, lambda n, now: inviting.claim(n, claim, now), CAUSE)).aggregate
        if stands.refill is None or stands.refill.claimed != claim:
            return False  # it is not due any more, or another process has claimed it
        people = await self._ring(stands)
        await self._needs.change(need.id, lambda n, now: inviting.invite(n, people, now, claim), CAUSE)
        return True

    async def _ask_standby(self, id: str, person: str) -> bool:
        """Ask somebody who stands by. Whoever may not serve any more is told that they stand by no more."""
        need = (await self._needs.get(id)).aggregate
        until = self._clock() + inviting.waits_for(self._clock(), need.starts_at)
        if await self._seats.ask_standby(need, person):
            await self._needs.change(id, lambda n, now: inviting.ask_standby(n, until, now), CAUSE)
            return True
        await self._needs.change(id, lambda n, now: inviting.pass_over(n, person), CAUSE)
        return False

    async def _ring(self, need: Need) -> list[str]:
        """The people of the next ring, the best first; each ask is counted by now."""
        there = await askable_volunteers(self._volunteers, need.community)
        states = await need_states(self._needs, [need.id])
        known = await familiar(self._needs, {need.id: need.care_plan})
        ranked = await asyncio.to_thread(lambda: _ranked(Planning(states, there, self._clock(), known)))
        acceptance = await self._learned(need.community)
        found: list[str] = []
        while ranked:
            size = ring_size(acceptance.chances((*found, *ranked)), need.open_seats) - len(found)
            if size <= 0:
                break
            some, ranked = ranked[:size], ranked[size:]
            found += [person for person in some if await self._seats.may_be_invited(need, person)]
        return found

    async def _learned(self, community: str) -> Acceptance:
        query = {"state.community": community, BY_START: {"$gte": self._clock() - LEARNED_FROM}}
        fields = {f"state.{of}.{name}": 1 for of in ("offers", "invited") for name in ("person", "status")}
        with store_errors():
            cursor = self._needs.collection.find(query, fields).sort([(BY_START, -1), ("_id", -1)]).limit(MOST_NEEDS)
            return learned([document["state"] for document in await cursor.to_list(None)])


def _ranked(planning: Planning) -> list[str]:
    """The people who pass all filters, the cheapest by the bands of the plan first."""
    pairs = planning.pairs()
    if not len(pairs):
        return []
    network = planning.network(pairs)
    costs = network.costs[len(network.costs) - len(pairs) :].tolist()
    load = planning.load()[pairs.volunteer].tolist()
    people = [planning.people.person[v] for v in pairs.volunteer.tolist()]
    weight = network.weights["load"]
    order = sorted(range(len(people)), key=lambda at: (costs[at] + weight * load[at], people[at]))
    return list(dict.fromkeys(people[at] for at in order))
