"""Carries out what people and matching ask for seats. It changes two aggregates: the volunteer, whose time is held, and
the need, which has the offer.

The volunteer's time is held first, and then the offer is made in the need, each by one guarded write. `Seats` keeps
both to the combinations that the table in `domain` permits, whatever runs at the same time and wherever a process dies.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from services.chassis.aggregate import Decision, derived_id, new_id
from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, Unavailable, UnknownAggregate
from services.chassis.principal import SYSTEM, Principal
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.volunteers import SeatRole
from services.volunteers.needs.domain import attending, inviting, seating, serving
from services.volunteers.needs.domain.eligibility import (
    APPROVAL,
    RULES,
    SAFETY,
    SEATED,
    NotEligible,
    Rule,
    hold,
    not_admitted,
)
from services.volunteers.needs.domain.inviting import HasSeat, waits_for
from services.volunteers.needs.domain.need import Decide, Need, require_planning, require_staff
from services.volunteers.needs.domain.offers import LIVE, OPEN, SERVING, Offer, OfferStatus
from services.volunteers.needs.domain.seating import answered_within, tentative
from services.volunteers.needs.domain.serving import Confirm, Report
from services.volunteers.people.domain.bookings import AlreadyHeld, count_ask, release, settle
from services.volunteers.people.domain.volunteer import Booking, Volunteer, volunteer_id
from services.volunteers.people.mergers import last_record
from services.volunteers.seats.domain import Owed, hold_of, standing
from services.volunteers.seats.refusing import has, refusal_of_yes, unless

T = TypeVar("T")

CarryOut: TypeAlias = Callable[[Decide], Awaitable[T]]
"""A function that carries out a decision about the need, as part of a request or by the store alone."""

CAUSE = Cause(SYSTEM, "staffing")
"""The cause of the writes that the service makes of its own accord."""


class Seats:
    """The seats of all needs. `stands`: how long an offer can be answered, unless the start is near."""

    def __init__(
        self, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], clock: Clock, stands: timedelta
    ) -> None:
        self._needs = needs
        self._volunteers = volunteers
        self._clock = clock
        self._stands = stands

    async def take(self, id: str, by: Principal, cause: Cause, change: CarryOut[T], role: SeatRole | None = None) -> T:
        """Sign the caller up, or accept their standing offer. The filters of `SAFETY` apply to the seat's role.

        Raises:
            UnknownAggregate: there is no such need, or the caller is no volunteer.
            NotEligible: a filter refuses.
            HasSeat: the caller asks for a role, and has or is offered a seat of the other role.
            The refusals of `seating.take`.
        """
        need = await self._known(id, by)
        if has(need, by.sub, LIVE):
            refusal: CommunityError | None = await self._refusal_of_yes(need, by.sub)
            theirs = need.offer_to(by.sub)
            if role is not None and theirs is not None and theirs.role is not role:
                refusal = HasSeat()
            return await change(unless(refusal, lambda n, now: seating.take(n, None, by, now)))
        require_planning(need, self._clock())
        part = role or await self._part(need, by.sub, SAFETY)
        return await self._seat(
            need.asking(part),
            volunteer_id(need.community, by.sub),
            cause,
            lambda made: change(lambda n, now: seating.take(n, made, by, now, part)),
        )

    async def accept(self, id: str, by: Principal, change: CarryOut[T]) -> T:
        """Accept an offer to the caller. The filters of `SAFETY` apply once more.

        Raises:
            UnknownAggregate: there is no such need.
            NotEligible: a filter refuses by now.
            The refusals of `seating.accept`.
        """
        theirs = {each: await self._volunteers.find(volunteer_id(each, by.sub)) for each in sorted(by.communities)}

        def decided(need: Need, now: datetime) -> Decision[Need]:
            """The decision. The filters judge the need as the write reads it, so that the need is read once."""
            if need.community not in by.communities:
                raise UnknownAggregate(kind=self._needs.kind.name, id=id)
            found = theirs[need.community]
            refusal = refusal_of_yes(need, by.sub, None if found is None else found.aggregate, now)
            if refusal is not None:
                raise refusal
            return seating.accept(need, by, now)

        return await change(decided)

    async def report(self, id: str, command: Report, by: Principal, change: CarryOut[T]) -> T:
        """Report the caller's hours, as in `serving.report`. The filters of `APPROVAL` apply."""
        need = await self._known(id, by)
        refusal = await self._refusal(need, by.sub, APPROVAL) if has(need, by.sub, SERVING) else None
        return await change(unless(refusal, lambda n, now: serving.report(n, command, by, now)))

    async def confirm(self, id: str, command: Confirm, by: Principal, change: CarryOut[T]) -> T:
        """Confirm hours, as staff, as in `serving.confirm`. The filters of `APPROVAL` apply to the record under
        which the volunteer goes on, unless they left for good after the service.
        """
        need = await self._known(id, by)
        require_staff(need, by)
        served = has(need, command.person, SERVING)
        refusal = await self._refusal_of_hours(need, command.person) if served else None
        return await change(unless(refusal, lambda n, now: serving.confirm(n, command, by, now)))

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
        """Ask a volunteer of the staff's choice. The filters of `SAFETY` apply to the seat's role.

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
        """Ask the volunteer whom matching found. Returns False where another process was quicker, or volunteer or need
        has changed.

        Raises:
            Unavailable: nobody knows whether the offer stands; `mend` finds out later.
        """
        return await self._offered(need, volunteer.person, role, RULES, self._stands)

    async def ask_again(self, id: str, person: str) -> bool:
        """Ask somebody again whose answer has ended because the time of the need has changed. The filters of `SAFETY`
        apply.

        The seat is kept for them until the offer runs out, which then counts as a refusal. Returns False where a filter
        refuses, somebody else has the seat, or the need is no longer planned.

        Raises:
            Unavailable: nobody knows whether the offer stands; `mend` finds out later.
        """
        need = (await self._needs.get(id)).aggregate
        if need.is_final or self._clock() >= need.starts_at or not need.open_seats:
            return False
        before = next((o.role for o in reversed(need.offers) if o.person == person), SeatRole.HELPER)
        return await self._offered(need, person, before, SAFETY, self._stands)

    async def ask_standby(self, need: Need, person: str) -> bool:
        """Ask one person who stands by, for as long as the time that is left allows. The filters of `SAFETY` apply.

        Raises:
            Unavailable: nobody knows whether the offer stands; `mend` finds out later.
        """
        part = await self._part(need, person, SAFETY)
        return await self._offered(need, person, part, SAFETY, waits_for(self._clock(), need.starts_at))

    async def may_be_invited(self, need: Need, person: str) -> bool:
        """Count an ask against the person's budget of the week, if all filters (`RULES`) admit them at the time of that
        write. Returns whether they may be invited.

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
        """Confirm that the caller comes. The filters of `SEATED` apply once more, to the role of the caller's seat."""
        need = await self._known(id, by)
        refusal = await self._refusal_of_seat(need, by.sub)
        return await change(unless(refusal, lambda n, now: attending.promise(n, by, now)))

    async def check_in(self, id: str, person: str, by: Principal, change: CarryOut[T]) -> T:
        """Record that the person is there. The filters of `SEATED` apply once more, to the role of their seat."""
        need = await self._known(id, by)
        refusal = await self._refusal_of_seat(need, person)
        return await change(unless(refusal, lambda n, now: attending.check_in(n, person, by, now)))

    async def stand_by(self, id: str, by: Principal, change: CarryOut[T]) -> T:
        """Let the caller stand by, to be asked first if a seat becomes free. The filters of `SAFETY` apply."""
        need = await self._known(id, by)
        await self._volunteers.get(volunteer_id(need.community, by.sub))
        part = await self._part(need, by.sub, SAFETY, of=[part.role for part in need.roles])
        refusal = await self._refusal(need.asking(part), by.sub, SAFETY)
        return await change(unless(refusal, lambda n, now: inviting.stand_by(n, by, now)))

    async def reseat(self, id: str, person: str, role: SeatRole, by: Principal, change: CarryOut[T]) -> T:
        """Give a person a seat of another role, as staff. The filters of `SAFETY` apply to that role."""
        need = await self._known(id, by)
        require_staff(need, by)
        refusal = await self._refusal(need.asking(role), person, SAFETY) if has(need, person, LIVE) else None
        return await change(unless(refusal, lambda n, now: attending.reseat(n, person, role, by, now)))

    async def hand_over(self, id: str, person: str, into: str, cause: Cause) -> None:
        """Hand the part of `person` in the need over to `into`, the record of the same person that goes on.

        `into` is asked, stands by or is barred in the place of `person`. The seat of `person` is handed over if the
        filters of `SAFETY` admit `into`, who has no seat in the need yet; otherwise another reaction gives it back. A
        service that has begun is handed over without filters.

        Raises:
            Unavailable: nobody knows whether the seat was handed over; the event is processed again.
        """
        need = (await self._needs.get(id)).aggregate
        made = await self._held_instead(need, person, into, cause)

        def decide(n: Need, now: datetime) -> Decision[Need]:
            given = Decision(n) if made is None else seating.hand_over(n, person, into, made, now)
            named = seating.follow_merger(given.aggregate, person, into)
            return Decision(named.aggregate, (*given.events, *named.events))

        await self._needs.change(id, decide, cause)
        if made is not None and await self._offer(made) is None:
            await self._let_go(volunteer_id(need.community, into), made.offer)

    async def _held_instead(self, need: Need, person: str, into: str, cause: Cause) -> Booking | None:
        """Hold the time of `into` for the seat of `person`. None if there is no such seat, or a filter refuses."""
        theirs = next((o for o in need.offers if o.person == person and o.status in OPEN), None)
        if theirs is None or need.is_final or has(need, into, LIVE):
            return None
        until = theirs.expires_at if theirs.status is OfferStatus.OFFERED else None
        made = tentative(need, derived_id("offer", theirs.id, into), self._clock()).model_copy(update={"until": until})
        rules = SAFETY if self._clock() < need.starts_at else ()
        asked, volunteer = need.asking(theirs.role), volunteer_id(need.community, into)
        try:
            await self._volunteers.change(volunteer, lambda v, now: hold(v, asked, made, now, rules), cause)
        except AlreadyHeld:
            return made  # an earlier attempt held the time
        except NotEligible:
            return None
        return made

    async def mend(self, volunteer: str, booking: Booking) -> None:
        """Settle or release a hold that expired a while ago, as the table demands for the hold and its offer."""
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
        found = await self._volunteers.find(volunteer_id(need.community, person))
        return refusal_of_yes(need, person, None if found is None else found.aggregate, self._clock())

    async def _refusal_of_hours(self, need: Need, person: str) -> NotEligible | None:
        """The refusal of hours of somebody whom staff have not approved; None where they count."""
        last = await last_record(self._volunteers, need.community, person)
        if last is not None and last.left_at is not None and last.left_at >= need.ends_at:
            return None  # they had the seat until the service was over
        return not_admitted(need, last, self._clock(), APPROVAL)

    async def _refusal_of_seat(self, need: Need, person: str) -> NotEligible | None:
        """The refusal, by the present filters of `SEATED`, of somebody who is about to serve; None where they are
        admitted."""
        if not has(need, person, LIVE):
            return None
        return await self._refusal(need.asked_of(person), person, SEATED)

    async def _part(
        self, need: Need, person: str, rules: Sequence[Rule], of: Sequence[SeatRole] | None = None
    ) -> SeatRole:
        """The first role with an open seat whose filters admit the person, else the first role with an open seat.

        A lead's seat comes before a helper's where both are open, because fewer people may lead.
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

        The hold belongs to this attempt alone. It is released if `act` made no offer for it, because the offer was
        refused or another offer stood already. If the outcome is unknown, the hold stays until it has expired and
        `mend` settles or releases it.
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
        with suppress(Unavailable):  # the command is done, and `mend` releases a hold that is left over
            if await self._offer(made) is None:
                await self._let_go(volunteer, made.offer)
        return done

    async def _offer(self, booking: Booking) -> Offer | None:
        """The offer that was made for the hold `booking`; None where there is none."""
        need = await self._needs.find(booking.need)
        offers = () if need is None else need.aggregate.offers
        return next((offer for offer in offers if offer.id == booking.offer), None)

    async def _let_go(self, volunteer: str, offer: str) -> None:
        await self._volunteers.change(volunteer, lambda v, now: release(v, offer), CAUSE)
