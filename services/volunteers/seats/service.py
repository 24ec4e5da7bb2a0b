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
from services.contracts.volunteers import SeatRole
from services.volunteers.needs.domain import attending, inviting, seating, serving
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
from services.volunteers.needs.domain.inviting import waits_for
from services.volunteers.needs.domain.need import Decide, Need, require_planning, require_staff
from services.volunteers.needs.domain.offers import LIVE, SERVING, Offer, OfferStatus
from services.volunteers.needs.domain.seating import answered_within, tentative
from services.volunteers.needs.domain.serving import Confirm, Report
from services.volunteers.people.domain.bookings import count_ask, release, settle
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

    async def take(self, id: str, by: Principal, cause: Cause, change: CarryOut[T], role: SeatRole | None = None) -> T:
        """The caller signs up, or accepts an offer that stands. The filters of `SAFETY` apply to the seat's role.

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
        part = role or await self._part(need, by.sub, SAFETY)
        return await self._seat(
            need.asking(part),
            volunteer_id(need.community, by.sub),
            cause,
            lambda made: change(lambda n, now: seating.take(n, made, by, now, part)),
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

    async def ask(
        self,
        id: str,
        person: str,
        reason: str,
        by: Principal,
        cause: Cause,
        change: CarryOut[T],
        role: SeatRole | None = None,
    ) -> T:
        """Staff ask a volunteer of their choice. The filters of `SAFETY` apply to the seat's role.

        Raises:
            UnknownAggregate: there is no such need, or no such volunteer.
            NotEligible: a filter refuses.
            The refusals of `seating.offer`.
        """
        need = await self._known(id, by)
        require_staff(need, by)
        require_planning(need, self._clock())
        part = role or await self._part(need, person, SAFETY)
        return await self._seat(
            need.asking(part),
            volunteer_id(need.community, person),
            cause,
            lambda made: change(
                lambda n, now: seating.offer(n, made, person, now, role=part, reason=reason, by=by.sub)
            ),
        )

    async def ask_matched(self, need: Need, volunteer: Volunteer, role: SeatRole = SeatRole.HELPER) -> bool:
        """Ask the volunteer whom matching found. False: another process was quicker, or one of the two has changed.

        Raises:
            Unavailable: nobody knows whether the offer stands; `mend` finds out later.
        """
        return await self._offered(need, volunteer.person, role, RULES, self._stands)

    async def ask_again(self, id: str, person: str) -> bool:
        """Ask somebody whose answer fell away because the time of the need has changed. The filters of `SAFETY` apply.

        The seat is kept for them until the offer runs out: silence is a no then. False: a filter refuses, somebody else
        has the seat, or the need is no longer planned.

        Raises:
            Unavailable: nobody knows whether the offer stands; `mend` finds out later.
        """
        need = (await self._needs.get(id)).aggregate
        if need.is_final or self._clock() >= need.starts_at or not need.open_seats:
            return False
        before = next((o.role for o in reversed(need.offers) if o.person == person), SeatRole.HELPER)
        return await self._offered(need, person, before, SAFETY, self._stands)

    async def ask_standby(self, need: Need, person: str) -> bool:
        """Ask somebody who stands by, alone, for as long as the time that is left allows. `SAFETY` applies.

        Raises:
            Unavailable: nobody knows whether the offer stands; `mend` finds out later.
        """
        part = await self._part(need, person, SAFETY)
        return await self._offered(need, person, part, SAFETY, waits_for(self._clock(), need.starts_at))

    async def may_be_invited(self, need: Need, person: str) -> bool:
        """Count an ask of the person against their week, if all filters, `RULES`, let them through at that write.

        Raises:
            Unavailable: nobody knows whether the ask was counted. It may then be counted without an invitation.
        """
        part = await self._part(need, person, RULES)

        def counted(volunteer: Volunteer, now: datetime) -> Decision[Volunteer]:
            refusal = not_admitted(need.asking(part), volunteer, now, RULES)
            if refusal is not None:
                raise refusal
            return count_ask(volunteer, now)

        try:
            await self._volunteers.change(volunteer_id(need.community, person), counted, CAUSE)
        except Unavailable:
            raise
        except CommunityError:
            return False
        return True

    async def promise(self, id: str, by: Principal, change: CarryOut[T]) -> T:
        """The caller says that they come. The filters of `SAFETY` apply once more, to the seat that they have."""
        need = await self._known(id, by)
        refusal = await self._refusal_of_seat(need, by.sub)
        return await change(_unless(refusal, lambda n, now: attending.promise(n, by, now)))

    async def check_in(self, id: str, person: str, by: Principal, change: CarryOut[T]) -> T:
        """The person is there. The filters of `SAFETY` apply once more, to the seat that they have."""
        need = await self._known(id, by)
        refusal = await self._refusal_of_seat(need, person)
        return await change(_unless(refusal, lambda n, now: attending.check_in(n, person, by, now)))

    async def stand_by(self, id: str, by: Principal, change: CarryOut[T]) -> T:
        """The caller wants to be asked first should a seat come free. The filters of `SAFETY` apply."""
        need = await self._known(id, by)
        await self._volunteers.get(volunteer_id(need.community, by.sub))
        part = await self._part(need, by.sub, SAFETY, of=[part.role for part in need.roles])
        refusal = await self._refusal(need.asking(part), by.sub, SAFETY)
        return await change(_unless(refusal, lambda n, now: inviting.stand_by(n, by, now)))

    async def reseat(self, id: str, person: str, role: SeatRole, by: Principal, change: CarryOut[T]) -> T:
        """Staff give somebody another part. The filters of `SAFETY` apply to it."""
        need = await self._known(id, by)
        require_staff(need, by)
        refusal = await self._refusal(need.asking(role), person, SAFETY) if _has(need, person, LIVE) else None
        return await change(_unless(refusal, lambda n, now: attending.reseat(n, person, role, by, now)))

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
        rules = SAFETY if _has(need, person, {OfferStatus.OFFERED}) else ADMISSION
        return await self._refusal(need.asked_of(person), person, rules)

    async def _refusal_of_seat(self, need: Need, person: str) -> NotEligible | None:
        """The refusal of somebody who is about to serve, by the filters of `SAFETY` as they are now."""
        if not _has(need, person, LIVE):
            return None
        return await self._refusal(need.asked_of(person), person, SAFETY)

    async def _part(
        self, need: Need, person: str, rules: Sequence[Rule], of: Sequence[SeatRole] | None = None
    ) -> SeatRole:
        """The first role with an open seat whose filters let the person through, or else the first of them.

        A lead comes before a helper where both have seats: who may lead is rarer.
        """
        roles = need.open_roles if of is None else of
        if len(roles) < 2:
            return next(iter(roles), SeatRole.HELPER)
        found = await self._volunteers.find(volunteer_id(need.community, person))
        volunteer, now = None if found is None else found.aggregate, self._clock()
        fits = (role for role in roles if not_admitted(need.asking(role), volunteer, now, rules) is None)
        return next(fits, roles[-1])

    async def _offered(self, need: Need, person: str, role: SeatRole, rules: Sequence[Rule], stands: timedelta) -> bool:
        async def act(made: Booking) -> bool:
            await self._needs.change(need.id, lambda n, now: seating.offer(n, made, person, now, role=role), CAUSE)
            return True

        id = volunteer_id(need.community, person)
        try:
            return await self._seat(need.asking(role), id, CAUSE, act, rules, stands)
        except Unavailable:
            raise
        except CommunityError:
            return False

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
        stands: timedelta | None = None,
    ) -> T:
        """Hold the volunteer's time, then let `act` make the offer of that hold.

        The hold is this attempt's own. It is released where `act` made no offer of it, since it was refused or found
        another offer standing. Where the outcome is unknown the hold stays, and is mended once it has run out.
        """
        now = self._clock()
        made = tentative(need, new_id("offer"), now, answered_within(need, now, stands or self._stands))
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
