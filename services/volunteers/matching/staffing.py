"""Staffing: passes over the open needs of a community, each of which plans, stores the plan and asks who is due.

A plan reaches over the whole horizon and stays tentative: only those pairs are asked whose need is due by the notice
of its category (`ask_from`); all others are planned anew by the next pass, and nobody who was asked is moved. Time is
held on the volunteer first and the seat offered after, each by one guarded write; so passes of several processes may
run side by side, and still nobody is asked for two things at once and no seat is offered twice. A process that dies
between the two leaves a hold without an offer: once the hold has run out, a later pass finds and releases it.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.clock import Clock
from services.chassis.errors import Unavailable
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import PyMongoError
from services.chassis.values import local_date
from services.volunteers.matching.columns import needs_without_helper
from services.volunteers.matching.domain import Figures
from services.volunteers.matching.flow import Planning, Proposal
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.quiet import QuietHours
from services.volunteers.matching.reading import HORIZON
from services.volunteers.matching.refilling import Refilling
from services.volunteers.matching.store import askable_volunteers, open_needs
from services.volunteers.needs.domain.inviting import is_refilled
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import communities_to_plan, communities_to_staff, familiar
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import DANGLES_AFTER, dangling
from services.volunteers.seats.service import Seats

log = logging.getLogger(__name__)

A = TypeVar("A", bound=Aggregate)

_PAGE = 500
_GAP = 0.1
"""Seconds between passes, so that a hundred people who register at once are looked at together."""


class Staffing:
    """Makes passes over all communities, and asks by way of `seats`. All of them are looked at again after `every`."""

    def __init__(
        self,
        needs: Aggregates[Need],
        volunteers: Aggregates[Volunteer],
        seats: Seats,
        plans: Plans,
        refilling: Refilling,
        clock: Clock,
        every: timedelta,
        quiet: QuietHours,
    ) -> None:
        self._needs = needs
        self._volunteers = volunteers
        self._seats = seats
        self._plans = plans
        self._refilling = refilling
        self._clock = clock
        self._every = every.total_seconds()
        self._quiet = quiet
        self._planned_on: date | None = None
        self._woken: set[str] = set()
        self._wake = asyncio.Event()

    def wake(self, community: str) -> None:
        """Something has changed in a community: a pass over it follows soon."""
        self._woken.add(community)
        self._wake.set()

    async def run(self) -> None:
        """Make passes for ever: at once over communities that were woken, and over all of them now and then."""
        while True:
            try:
                for community in await self._next():
                    await self.staff(community)
                await asyncio.sleep(_GAP)
            except (Unavailable, PyMongoError) as error:
                log.warning("staffing interrupted", extra={"error": type(error).__name__})
                await asyncio.sleep(1)

    async def staff(self, community: str) -> int:
        """Make one pass over a community. Returns how many people were asked."""
        await self._mend(community)
        await self._refilling.look(community)
        proposals = await self.plan(community)
        asked = [await self._ask(made) for made in proposals if made.due]
        if any(asked):
            log.info("asked", extra={"community": community, "planned": len(proposals), "asked": sum(asked)})
        return sum(asked)

    async def plan(self, community: str) -> list[Proposal]:
        """Plan everything open in a community, and make it the community's plan."""
        now = self._clock()
        needs = await open_needs(self._needs, community, now)
        if not needs and await self._plans.current(community) is None:
            return []
        volunteers = await askable_volunteers(self._volunteers, community) if needs else {}
        known = await familiar(self._needs, {id: state.get("care_plan") for id, state in needs.items()})
        planning = await asyncio.to_thread(Planning, needs, volunteers, now, known)
        figures_before = (len(set(planning.wanted.needs)), int(planning.wanted.open.sum()))
        proposals = await asyncio.to_thread(planning.proposals)
        await self._plans.publish(community, proposals, _figures(planning, proposals, *figures_before))
        return proposals

    async def _ask(self, made: Proposal) -> bool:
        """Ask whom the plan proposes, unless they or the need have changed, or it is too late in the evening."""
        need, volunteer = await self._needs.find(made.need), await self._volunteers.find(made.volunteer)
        if need is None or volunteer is None or self._quiet.holds(need.aggregate, self._clock()):
            return False
        if is_refilled(need.aggregate, self._clock()):
            return False
        return await self._seats.ask_matched(need.aggregate, volunteer.aggregate, made.role)

    async def _next(self) -> list[str]:
        try:
            await asyncio.wait_for(self._wake.wait(), self._every)
        except TimeoutError:
            now = self._clock()
            nightly = self._planned_on != local_date(now)
            self._planned_on = local_date(now)
            if nightly:
                return await communities_to_plan(self._needs, now, HORIZON)
            return await communities_to_staff(self._needs, now)
        self._wake.clear()
        woken, self._woken = sorted(self._woken), set()
        return woken

    async def _mend(self, community: str) -> None:
        """Settle or release bookings whose offer should have been answered a while ago."""
        now = self._clock()
        for volunteer in await _all(self._volunteers, dangling(now, community)):
            for booking in volunteer.bookings:
                if booking.until is not None and booking.until <= now - DANGLES_AFTER:
                    await self._seats.mend(volunteer.id, booking)


def _figures(planning: Planning, proposals: Sequence[Proposal], needs: int, seats: int) -> Figures:
    return Figures(
        needs=needs,
        seats=seats,
        proposed=len(proposals),
        due=sum(made.due for made in proposals),
        without_helper=needs_without_helper(planning.wanted),
    )


async def _all(aggregates: Aggregates[A], query: Mapping[str, Any]) -> list[A]:
    found: list[A] = []
    cursor: str | None = None
    while True:
        page = await aggregates.select(query, limit=_PAGE, cursor=cursor)
        found += [stored.aggregate for stored in page.items]
        cursor = page.next
        if cursor is None:
            return found
