"""Seats and the time held for them: the requests of people and of matching, carried out over two aggregates.

The volunteer's time is held first, and the offer is made on the need after, each by one guarded write. The table in
`domain` says how the two may stand together; `Seats` keeps them to the table, whoever else is at work and wherever a
process dies.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from services.chassis.aggregate import Decision, new_id
from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, Unavailable, UnknownAggregate
from services.chassis.principal import SYSTEM, Principal
from services.chassis.store.aggregates import Aggregates, Cause
from services.volunteers.needs.domain import seating, serving
from services.volunteers.needs.domain.eligibility import (
    ADMISSION,
    APPROVAL,
    RULES,
    SAFETY,
    NotEligible,
    Rule,
    hold,
    not_admitted,
)
from services.volunteers.needs.domain.need import Decide, Need, require_planning, require_staff
from services.volunteers.needs.domain.offers import LIVE, SERVING, Offer, OfferStatus
from services.volunteers.needs.domain.seating import tentative
from services.volunteers.needs.domain.serving import Confirm, Report
from services.volunteers.people.domain.bookings import release, settle
from services.volunteers.people.domain.volunteer import Booking, Volunteer, volunteer_id
from services.volunteers.seats.domain import Owed, hold_of, standing

T = TypeVar("T")

CarryOut: TypeAlias = Callable[[Decide], Awaitable[T]]
"""Carries out a decision about the need: in a request's own way, or in the store's."""

CAUSE = Cause(SYSTEM, "staffing")


def _has(need: Need, person: str, statuses: Collection[OfferStatus]) -> bool:
    return any(offer.person == person and offer.status in statuses for offer in need.offers)


def _unless(refusal: CommunityError | None, decide: Decide) -> Decide:
    """`decide`, or the refusal in its place.

    The refusal is raised as late as this, so that a request that was carried out before still gets its first answer.
    """

    def decided(need: Need, now: datetime) -> Decision[Need]:
        if refusal is not None:
            raise refusal
        return decide(need, now)

    return decided


class Seats:
    """The seats of all needs. A seat is held for an answer for as long as `stands`."""

    def __init__(
        self, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], clock: Clock, stands: timedelta
    ) -> None:
        self._needs = needs
        self._volunteers = volunteers
        self._clock = clock
        self._stands = stands

    async def take(self, id: str, by: Principal, cause: Cause, change: CarryOut[T]) -> T:
        """The caller signs up, or accepts an offer that stands. The filters of `SAFETY` apply.

        Raises:
            UnknownAggregate: there is no such need, or the caller is no volunteer.
            NotEligible: a filter refuses.
            The refusals of `seating.take`.
        """
        need = await self._known(id, by)
        if _has(need, by.sub, LIVE):
            refusal = await self._refusal_of_yes(need, by.sub)
            return await change(_unless(refusal, lambda n, now: seating.take(n, None, by, now)))
        require_planning(need, self._clock())
        return await self._seat(
            need,
            volunteer_id(need.community, by.sub),
            cause,
            lambda made: change(lambda n, now: seating.take(n, made, by, now)),
        )

    async def accept(self, id: str, by: Principal, change: CarryOut[T]) -> T:
        """The caller accepts an offer. The filters of `SAFETY` apply once more.

        Raises:
            UnknownAggregate: there is no such need.
            NotEligible: a filter refuses by now.
            The refusals of `seating.accept`.
        """
        need = await self._known(id, by)
        refusal = await self._refusal_of_yes(need, by.sub)
        return await change(_unless(refusal, lambda n, now: seating.accept(n, by, now)))

    async def report(self, id: str, command: Report, by: Principal, change: CarryOut[T]) -> T:
        """The volunteer reports hours, as in `serving.report`. The filters of `APPROVAL` apply."""
        need = await self._known(id, by)
        refusal = await self._refusal(need, by.sub, APPROVAL) if _has(need, by.sub, SERVING) else None
        return await change(_unless(refusal, lambda n, now: serving.report(n, command, by, now)))

    async def confirm(self, id: str, command: Confirm, by: Principal, change: CarryOut[T]) -> T:
        """Staff confirm hours, as in `serving.confirm`. The filters of `APPROVAL` apply to the volunteer."""
        need = await self._known(id, by)
        require_staff(need, by)
        served = _has(need, command.person, SERVING)
        refusal = await self._refusal(need, command.person, APPROVAL) if served else None
        return await change(_unless(refusal, lambda n, now: serving.confirm(n, command, by, now)))

    async def ask(self, id: str, person: str, reason: str, by: Principal, cause: Cause, change: CarryOut[T]) -> T:
        """Staff ask a volunteer of their choice. The filters of `SAFETY` apply.

        Raises:
            UnknownAggregate: there is no such need, or no such volunteer.
            NotEligible: a filter refuses.
            The refusals of `seating.offer`.
        """
        need = await self._known(id, by)
        require_staff(need, by)
        require_planning(need, self._clock())
        return await self._seat(
            need,
            volunteer_id(need.community, person),
            cause,
            lambda made: change(lambda n, now: seating.offer(n, made, person, now, reason=reason, by=by.sub)),
        )

    async def ask_matched(self, need: Need, volunteer: Volunteer) -> bool:
        """Ask the volunteer whom matching found. False: another process was quicker, or one of the two has changed.

        Raises:
            Unavailable: nobody knows whether the offer stands; `mend` finds out later.
        """

        async def act(made: Booking) -> bool:
            await self._needs.change(need.id, lambda n, now: seating.offer(n, made, volunteer.person, now), CAUSE)
            return True

        try:
            return await self._seat(need, volunteer.id, CAUSE, act, RULES)
        except Unavailable:
            raise
        except CommunityError:
            return False

    async def mend(self, volunteer: str, booking: Booking) -> None:
        """Settle or release a hold that ran out a while ago, as the table says of it and its offer."""
        offer = await self._offer(booking)
        row = standing(hold_of(booking), None if offer is None else offer.status)
        if row is not None and row.owed is Owed.SETTLE:
            await self._volunteers.change(volunteer, lambda v, now: settle(v, booking.offer), CAUSE)
        elif row is not None and row.owed is not None:
            await self._let_go(volunteer, booking.offer)

    async def _known(self, id: str, by: Principal) -> Need:
        need = (await self._needs.get(id)).aggregate
        if need.community not in by.communities:
            raise UnknownAggregate(kind=self._needs.kind.name, id=id)
        return need

    async def _refusal_of_yes(self, need: Need, person: str) -> NotEligible | None:
        """The refusal of a yes: `SAFETY` decides about an offer that stands, `ADMISSION` about their seat."""
        if not _has(need, person, LIVE):
            return None
        return await self._refusal(need, person, SAFETY if _has(need, person, {OfferStatus.OFFERED}) else ADMISSION)

    async def _refusal(self, need: Need, person: str, rules: Sequence[Rule]) -> NotEligible | None:
        found = await self._volunteers.find(volunteer_id(need.community, person))
        return not_admitted(need, None if found is None else found.aggregate, self._clock(), rules)

    async def _seat(
        self,
        need: Need,
        volunteer: str,
        cause: Cause,
        act: Callable[[Booking], Awaitable[T]],
        rules: Sequence[Rule] = SAFETY,
    ) -> T:
        """Hold the volunteer's time, then let `act` make the offer of that hold.

        The hold is this attempt's own. It is released where `act` made no offer of it, since it was refused or found
        another offer standing. Where the outcome is unknown the hold stays, and is mended once it has run out.
        """
        made = tentative(need, new_id("offer"), self._clock(), self._stands)
        await self._volunteers.change(volunteer, lambda v, now: hold(v, need, made, now, rules), cause)
        try:
            done = await act(made)
        except Unavailable:
            raise
        except CommunityError:
            await self._let_go(volunteer, made.offer)
            raise
        with suppress(Unavailable):  # the command is done; what is left to release is found once it has run out
            if await self._offer(made) is None:
                await self._let_go(volunteer, made.offer)
        return done

    async def _offer(self, booking: Booking) -> Offer | None:
        """The offer that was made of a hold."""
        need = await self._needs.find(booking.need)
        offers = () if need is None else need.aggregate.offers
        return next((offer for offer in offers if offer.id == booking.offer), None)

    async def _let_go(self, volunteer: str, offer: str) -> None:
        await self._volunteers.change(volunteer, lambda v, now: release(v, offer), CAUSE)
