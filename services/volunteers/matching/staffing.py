"""Staffing: passes over the open needs of a community, each of which matches and asks the people who were found.

Time is held on the volunteer first and the seat offered after, each by one guarded write; so passes of several
processes may run side by side, and still nobody is asked for two things at once and no seat is offered twice. A process
that dies between the two leaves a hold without an offer: once the hold has run out, a later pass finds and releases it.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.clock import Clock
from services.chassis.errors import Unavailable
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import PyMongoError
from services.volunteers.matching.flow import match
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import BY_START, communities_to_staff, familiar, to_staff
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import DANGLES_AFTER, askable, dangling
from services.volunteers.seats.service import Seats

log = logging.getLogger(__name__)

A = TypeVar("A", bound=Aggregate)

MOST_NEEDS = 500
"""So many needs, the soonest first, are matched in one pass."""

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
        clock: Clock,
        every: timedelta,
    ) -> None:
        self._needs = needs
        self._volunteers = volunteers
        self._seats = seats
        self._clock = clock
        self._every = every.total_seconds()
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
        now = self._clock()
        await self._mend(community, now)
        needs = await _all(self._needs, to_staff(now, community), sort=BY_START, descending=False, most=MOST_NEEDS)
        if not needs:
            return 0
        volunteers = await _all(self._volunteers, askable(community))
        known = await familiar(self._needs, needs)
        plan = await asyncio.to_thread(match, needs, volunteers, now, known)
        made = [await self._seats.ask_matched(each.need, each.volunteer) for each in plan.assignments]
        if made:
            log.info("asked", extra={"community": community, "needs": len(needs), "asked": sum(made)})
        return sum(made)

    async def _next(self) -> list[str]:
        try:
            await asyncio.wait_for(self._wake.wait(), self._every)
        except TimeoutError:
            return await communities_to_staff(self._needs, self._clock())
        self._wake.clear()
        woken, self._woken = sorted(self._woken), set()
        return woken

    async def _mend(self, community: str, now: datetime) -> None:
        """Settle or release bookings whose offer should have been answered a while ago."""
        for volunteer in await _all(self._volunteers, dangling(now, community)):
            for booking in volunteer.bookings:
                if booking.until is not None and booking.until <= now - DANGLES_AFTER:
                    await self._seats.mend(volunteer.id, booking)


async def _all(
    aggregates: Aggregates[A],
    query: Mapping[str, Any],
    *,
    sort: str = "at",
    descending: bool = True,
    most: int | None = None,
) -> list[A]:
    found: list[A] = []
    cursor: str | None = None
    while most is None or len(found) < most:
        page = await aggregates.select(query, sort=sort, descending=descending, limit=_PAGE, cursor=cursor)
        found += [stored.aggregate for stored in page.items]
        cursor = page.next
        if cursor is None:
            break
    return found
