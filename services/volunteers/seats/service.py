"""Seats and the time held for them: what people and matching ask for, carried out over two aggregates.

The volunteer's time is held first, the offer is made on the need after, each by one guarded write. `domain.holds` says
how the two may stand together; this is what keeps them to it, whoever else is at work and wherever a process dies.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from services.chassis.aggregate import Decision, new_id
from services.chassis.errors import CommunityError, Unavailable, UnknownAggregate
from services.chassis.principal import SYSTEM, Principal
from services.chassis.store.aggregates import Cause
from services.volunteers.domain.errors import NotEligible
from services.volunteers.needs.domain import seating, serving
from services.volunteers.needs.domain.eligibility import ADMISSION, APPROVAL, RULES, SAFETY, Rule, hold, not_admitted
from services.volunteers.needs.domain.needs import Need, require_planning, require_staff
from services.volunteers.needs.domain.offers import LIVE, SERVING, Offer, OfferStatus
from services.volunteers.needs.domain.seating import tentative
from services.volunteers.needs.domain.serving import Confirm, Report
from services.volunteers.people.domain.volunteers import Booking, Volunteer, release, settle, volunteer_id
from services.volunteers.seats.domain import Owed, hold_of, standing
from services.volunteers.store import Store

T = TypeVar("T")

Decide: TypeAlias = Callable[[Need, datetime], Decision[Need]]
Change: TypeAlias = Callable[[Decide], Awaitable[T]]
"""Carries a decision about the need out: a request's own way to do so, or the store's."""

CAUSE = Cause(SYSTEM, "staffing")


def _has(need: Need, person: str, statuses: Collection[OfferStatus]) -> bool:
    return any(offer.person == person and offer.status in statuses for offer in need.offers)


def _unless(refusal: CommunityError | None, decide: Decide) -> Decide:
    """`decide`, or the refusal in its place: a request that was carried out before still gets its first answer."""

    def decided(need: Need, now: datetime) -> Decision[Need]:
        if refusal is not None:
            raise refusal
        return decide(need, now)

    return decided


class Seats:
    """The seats of all needs. `stands`: how long a seat is held for an answer."""

    def __init__(self, store: Store, stands: timedelta) -> None:
        self._store = store
        self._stands = stands

    async def take(self, id: str, by: Principal, cause: Cause, change: Change[T]) -> T:
        """Sign up by oneself; an offer that stands is accepted. The filters that always hold, hold.

        Raises:
            UnknownAggregate: no such need, or the caller is no volunteer.
            NotEligible: a filter refuses.
            What `seating.take` raises.
        """
        need = await self._known(id, by)
        if _has(need, by.sub, LIVE):
            refusal = await self._refusal(need, by.sub, ADMISSION)
            return await change(_unless(refusal, lambda n, now: seating.take(n, None, by, now)))
        require_planning(need, self._store.clock())
        return await self._seat(
            need,
            volunteer_id(need.community, by.sub),
            cause,
            lambda made: change(lambda n, now: seating.take(n, made, by, now)),
        )

    async def accept(self, id: str, by: Principal, change: Change[T]) -> T:
        """Who was asked says yes, and may still act.

        Raises:
            UnknownAggregate: no such need.
            NotEligible: they are not approved any more, or what the need asks of a person is not so any more.
            What `seating.accept` raises.
        """
        need = await self._known(id, by)
        refusal = await self._refusal(need, by.sub, ADMISSION) if _has(need, by.sub, LIVE) else None
        return await change(_unless(refusal, lambda n, now: seating.accept(n, by, now)))

    async def report(self, id: str, command: Report, by: Principal, change: Change[T]) -> T:
        """The volunteer says it is done; see `accept` and `serving.report`."""
        need = await self._known(id, by)
        refusal = await self._refusal(need, by.sub, APPROVAL) if _has(need, by.sub, SERVING) else None
        return await change(_unless(refusal, lambda n, now: serving.report(n, command, by, now)))

    async def confirm(self, id: str, command: Confirm, by: Principal, change: Change[T]) -> T:
        """Staff confirm hours of who is approved; see `accept` and `serving.confirm`."""
        need = await self._known(id, by)
        require_staff(need, by)
        served = _has(need, command.person, SERVING)
        refusal = await self._refusal(need, command.person, APPROVAL) if served else None
        return await change(_unless(refusal, lambda n, now: serving.confirm(n, command, by, now)))

    async def ask(self, id: str, person: str, by: Principal, cause: Cause, change: Change[T]) -> T:
        """Staff ask a volunteer of their choice. The filters that always hold, hold.

        Raises:
            UnknownAggregate: no such need, or no such volunteer.
            NotEligible: a filter refuses.
            What `seating.offer` raises.
        """
        need = await self._known(id, by)
        require_staff(need, by)
        require_planning(need, self._store.clock())
        return await self._seat(
            need,
            volunteer_id(need.community, person),
            cause,
            lambda made: change(lambda n, now: seating.offer(n, made, person, now)),
        )

    async def ask_matched(self, need: Need, volunteer: Volunteer) -> bool:
        """Ask whom matching found; False where another process was quicker, or one of the two has just changed.

        Raises:
            Unavailable: whether the offer stands is unknown; `mend` will see.
        """

        async def act(made: Booking) -> bool:
            await self._store.needs.change(need.id, lambda n, now: seating.offer(n, made, volunteer.person, now), CAUSE)
            return True

        try:
            return await self._seat(need, volunteer.id, CAUSE, act, RULES)
        except Unavailable:
            raise
        except CommunityError:
            return False

    async def mend(self, volunteer: str, booking: Booking) -> None:
        """Bring a hold that ran out a while ago in line with its offer, as the table says."""
        offer = await self._offer(booking)
        row = standing(hold_of(booking), None if offer is None else offer.status)
        if row is not None and row.owed is Owed.SETTLE:
            await self._store.volunteers.change(volunteer, lambda v, now: settle(v, booking.offer), CAUSE)
        elif row is not None and row.owed is not None:
            await self._let_go(volunteer, booking.offer)

    async def _known(self, id: str, by: Principal) -> Need:
        need = (await self._store.needs.get(id)).aggregate
        if need.community not in by.communities:
            raise UnknownAggregate(kind=self._store.needs.kind.name, id=id)
        return need

    async def _refusal(self, need: Need, person: str, rules: Sequence[Rule]) -> NotEligible | None:
        found = await self._store.volunteers.find(volunteer_id(need.community, person))
        return not_admitted(need, None if found is None else found.aggregate, self._store.clock(), rules)

    async def _seat(
        self,
        need: Need,
        volunteer: str,
        cause: Cause,
        act: Callable[[Booking], Awaitable[T]],
        rules: Sequence[Rule] = SAFETY,
    ) -> T:
        """Hold the volunteer's time, then let `act` make the offer of that hold.

        The hold is this attempt's own. It is released where `act` made no offer of it: was refused, or found that
        another offer stands. Where the outcome is unknown it stays, and is mended once it has run out.
        """
        made = tentative(need, new_id("offer"), self._store.clock(), self._stands)
        await self._store.volunteers.change(volunteer, lambda v, now: hold(v, need, made, now, rules), cause)
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
        need = await self._store.needs.find(booking.need)
        offers = () if need is None else need.aggregate.offers
        return next((offer for offer in offers if offer.id == booking.offer), None)

    async def _let_go(self, volunteer: str, offer: str) -> None:
        await self._store.volunteers.change(volunteer, lambda v, now: release(v, offer), CAUSE)
