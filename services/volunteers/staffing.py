"""Gets needs staffed: runs matching over what is open, holds people's time, and makes the offers.

Time is held on the volunteer first and the seat offered after, each by one guarded write; so passes of several
processes may run side by side and still nobody is asked for two things at once and no seat is offered twice. Dying
between the two leaves a booking without an offer: a later pass finds and releases it.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate, new_id
from services.chassis.errors import CommunityError, Unavailable
from services.chassis.mongo import PyMongoError
from services.chassis.principal import SYSTEM
from services.chassis.store import Aggregates, Cause
from services.volunteers.domain import seating
from services.volunteers.domain.eligibility import SAFETY, hold
from services.volunteers.domain.errors import AlreadyHeld
from services.volunteers.domain.needs import Need
from services.volunteers.domain.offers import SERVING, OfferStatus
from services.volunteers.domain.seating import tentative
from services.volunteers.domain.volunteers import Booking, Volunteer, release, settle
from services.volunteers.matching import Assignment, match
from services.volunteers.store import BY_START, Store, askable, dangling, to_staff

log = logging.getLogger(__name__)

A = TypeVar("A", bound=Aggregate)

CAUSE = Cause(SYSTEM, "staffing")
MOST_NEEDS = 500
"""So many needs, the soonest first, are matched in one pass."""

_PAGE = 500
_GAP = 0.1
"""Seconds between passes: a hundred people who register at once are looked at together."""


class Staffing:
    """The staffing of all communities of this service."""

    def __init__(self, store: Store, *, offer_stands: timedelta, every: timedelta) -> None:
        self._store = store
        self._stands = offer_stands
        self._every = every.total_seconds()
        self._woken: set[str] = set()
        self._wake = asyncio.Event()

    def wake(self, community: str) -> None:
        """Something has changed in a community: look soon."""
        self._woken.add(community)
        self._wake.set()

    async def run(self) -> None:
        """Staff for ever: at once where woken, everywhere now and then."""
        while True:
            try:
                for community in await self._next():
                    await self.staff(community)
                await asyncio.sleep(_GAP)
            except (Unavailable, PyMongoError) as error:
                log.warning("staffing interrupted", extra={"error": type(error).__name__})
                await asyncio.sleep(1)

    async def staff(self, community: str) -> int:
        """One pass over a community; returns how many people were asked."""
        now = self._store.clock()
        await self._mend(community, now)
        needs = await _all(
            self._store.needs, to_staff(now, community), sort=BY_START, descending=False, most=MOST_NEEDS
        )
        if not needs:
            return 0
        volunteers = await _all(self._store.volunteers, askable(community))
        familiar = await self._store.familiar(needs)
        plan = await asyncio.to_thread(match, needs, volunteers, now, familiar)
        made = [await self._ask(assignment) for assignment in plan.assignments]
        if made:
            log.info("asked", extra={"community": community, "needs": len(needs), "asked": sum(made)})
        return sum(made)

    async def hold(self, need: Need, volunteer: str, cause: Cause) -> tuple[Booking, bool]:
        """Hold the volunteer's time for a seat in `need` that is not matching's idea: a sign-up, an offer by staff.

        Returns: the booking, and whether it is new; else it stood for this need before.

        Raises:
            UnknownAggregate: no such volunteer.
            NotEligible: one of the filters refuses that always hold.
        """
        made = tentative(need, new_id("offer"), self._store.clock(), self._stands)
        try:
            await self._store.volunteers.change(volunteer, lambda v, now: hold(v, need, made, now, SAFETY), cause)
        except AlreadyHeld:
            stands = (await self._store.volunteers.get(volunteer)).aggregate.held_for(need.id)
            if stands is None:
                raise
            return stands, False
        return made, True

    async def confirm(self, volunteer: str, booking: Booking) -> None:
        """Release a booking whose offer did not come about."""
        need = await self._store.needs.get(booking.need)
        if all(offer.id != booking.offer for offer in need.aggregate.offers):
            await self._let_go(volunteer, booking.offer)

    async def _next(self) -> list[str]:
        try:
            await asyncio.wait_for(self._wake.wait(), self._every)
        except TimeoutError:
            return await self._store.communities_to_staff()
        self._wake.clear()
        woken, self._woken = sorted(self._woken), set()
        return woken

    async def _ask(self, assignment: Assignment) -> bool:
        need, volunteer = assignment.need, assignment.volunteer
        booking = tentative(need, new_id("offer"), self._store.clock(), self._stands)
        try:
            await self._store.volunteers.change(volunteer.id, lambda v, now: hold(v, need, booking, now), CAUSE)
        except Unavailable:
            raise
        except CommunityError:
            return False  # another process was quicker, or the volunteer has just changed
        try:
            await self._store.needs.change(
                need.id, lambda n, now: seating.offer(n, booking, volunteer.person, now), CAUSE
            )
        except Unavailable:
            raise  # whether the offer stands is unknown: `_mend` will see
        except CommunityError:
            await self._let_go(volunteer.id, booking.offer)
            return False
        return True

    async def _mend(self, community: str, now: datetime) -> None:
        """Bookings whose offer should have been answered by now: settle what was accepted, release what fell away."""
        for volunteer in await _all(self._store.volunteers, dangling(now, community)):
            for booking in volunteer.bookings:
                if booking.until is not None and booking.until <= now:
                    await self._mend_booking(volunteer, booking)

    async def _mend_booking(self, volunteer: Volunteer, booking: Booking) -> None:
        need = await self._store.needs.find(booking.need)
        offers = () if need is None else need.aggregate.offers
        status = next((offer.status for offer in offers if offer.id == booking.offer), None)
        if status in SERVING:
            await self._store.volunteers.change(volunteer.id, lambda v, now: settle(v, booking.offer), CAUSE)
        elif status is not OfferStatus.OFFERED:
            await self._let_go(volunteer.id, booking.offer)

    async def _let_go(self, volunteer: str, offer: str) -> None:
        await self._store.volunteers.change(volunteer, lambda v, now: release(v, offer), CAUSE)


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
