"""What this service does on events: activities bring needs and hours, its own facts bring bookings and offers."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists
from services.chassis.principal import Role, system
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.values import local_date
from services.contracts.activities import (
    ActivityCancelled,
    ActivityCheckedOut,
    ActivityCompleted,
    ActivityMoved,
    ActivityScheduled,
)
from services.contracts.volunteers import (
    CarePlanClosed,
    CarePlanErased,
    CarePlanRaised,
    CareVisit,
    NeedAccepted,
    NeedCancelled,
    NeedCompleted,
    NeedDeclined,
    NeedExpired,
    NeedFulfilled,
    NeedLapsed,
    NeedMoved,
    NeedOpened,
    NeedReopened,
    OfferRef,
    Origin,
    VolunteerApproved,
    VolunteerChanged,
    VolunteerDisapproved,
    VolunteerRegistered,
    VolunteerResumed,
    VolunteerVerified,
)
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.hours.domain import Account, Service, account_id, credit, new_account
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.domain import needs, seating
from services.volunteers.needs.domain.needs import Need, need_of_activity
from services.volunteers.people.domain.volunteers import Volunteer, release, settle, volunteer_id
from services.volunteers.store import Store, asked

_BATCH = 200


def reactions(handlers: Handlers, store: Store, staffing: Staffing) -> None:
    """Put the handlers of this service into the table."""
    _activities(handlers, store)
    _hours(handlers, store)
    _care(handlers, store)
    _bookings(handlers, store, staffing)
    _waking(handlers, staffing)


def _activities(handlers: Handlers, store: Store) -> None:
    @handlers.on(ActivityScheduled)
    async def open_need(received: Received[ActivityScheduled]) -> None:
        """An activity that looks for volunteers has a need."""
        activity, community = received.envelope.aggregate_id, received.envelope.community
        if received.event.volunteers_needed > 0:
            await store.needs.create(
                need_of_activity(activity),
                lambda now: needs.open_for_activity(activity, community, received.event, now),
                received.cause,
                taken=received.taken,
            )

    @handlers.on(ActivityMoved)
    async def move_need(received: Received[ActivityMoved]) -> None:
        await _change(received, lambda need, now: needs.move(need, received.event, now))

    @handlers.on(ActivityCancelled)
    async def cancel_need(received: Received[ActivityCancelled]) -> None:
        await _change(received, lambda need, now: _cancelled(need, now))

    @handlers.on(ActivityCompleted)
    async def complete_need(received: Received[ActivityCompleted]) -> None:
        await _change(received, needs.complete)

    async def _change(received: Received[Any], decide: Callable[[Need, datetime], Decision[Need]]) -> None:
        """Activities that looked for nobody have no need to change."""
        id = need_of_activity(received.envelope.aggregate_id)
        if await store.needs.find(id) is not None:
            await store.needs.change(id, decide, received.cause, taken=received.taken)


def _hours(handlers: Handlers, store: Store) -> None:
    @handlers.on(ActivityCheckedOut)
    async def credit_activity(received: Received[ActivityCheckedOut]) -> None:
        """A volunteer left an activity: what they gave is entered."""
        left = received.event
        if left.as_volunteer:
            day = local_date(left.at - timedelta(minutes=max(0, left.minutes)))
            activity = received.envelope.aggregate_id
            service = Service(source=Origin.ACTIVITY, activity=activity, minutes=left.minutes, on=day)
            await _credit(received, left.person, service)

    @handlers.on(NeedFulfilled)
    async def credit_need(received: Received[NeedFulfilled]) -> None:
        """Staff confirmed a service: it is entered."""
        done = received.event
        need = await store.needs.get(received.envelope.aggregate_id)
        service = Service(
            source=need.aggregate.origin, need=need.aggregate.id, minutes=done.minutes, on=local_date(done.starts_at)
        )
        await _credit(received, done.person, service)

    async def _credit(received: Received[Any], person: str, service: Service) -> None:
        community = received.envelope.community
        id = account_id(community, person)

        def enter(account: Account, now: datetime) -> Decision[Account]:
            return credit(account, service, now)

        if await store.accounts.find(id) is None:
            try:
                await store.accounts.create(
                    id,
                    lambda now: credit(new_account(community, person), service, now),
                    received.cause,
                    taken=received.taken,
                )
                return
            except AlreadyExists:
                pass  # another activity's entry came first
        await store.accounts.change(id, enter, received.cause, taken=received.taken)


def _care(handlers: Handlers, store: Store) -> None:
    @handlers.on(CarePlanRaised)
    async def open_visits(received: Received[CarePlanRaised]) -> None:
        """Each date becomes a need under the id that the plan gave it."""
        plan = (await store.care_plans.get(received.envelope.aggregate_id)).aggregate
        for visit in received.event.visits:
            await _open(plan, visit, received)

    @handlers.on(CarePlanClosed)
    async def cancel_visits(received: Received[CarePlanClosed]) -> None:
        await _cancel(received, received.event.needs)

    @handlers.on(CarePlanErased)
    async def cancel_visits_of_erased(received: Received[CarePlanErased]) -> None:
        await _cancel(received, received.event.needs)

    async def _open(plan: CarePlan, visit: CareVisit, received: Received[CarePlanRaised]) -> None:
        await store.needs.create(
            visit.need, lambda now: needs.open_for_visit(plan, visit), received.cause, taken=received.taken
        )

    async def _cancel(received: Received[Any], ids: Iterable[str]) -> None:
        for id in ids:
            await store.needs.change(id, _cancelled, received.cause, taken=received.taken)


def _bookings(handlers: Handlers, store: Store, staffing: Staffing) -> None:
    @handlers.on(NeedAccepted)
    async def settle_booking(received: Received[NeedAccepted]) -> None:
        """The booking no longer runs out. Who said yes while they were disapproved of gives the seat back."""
        offer, person = received.event.offer, received.event.person
        await _change(received, person, lambda volunteer, now: settle(volunteer, offer))
        stored = await store.volunteers.find(volunteer_id(received.envelope.community, person))
        if stored is not None and not stored.aggregate.approved:
            await _dismiss(received.envelope.aggregate_id, person, received)

    @handlers.on(VolunteerDisapproved)
    async def give_back_seats(received: Received[VolunteerDisapproved]) -> None:
        """Whoever may not act any more has no seat in what is still to be served."""
        volunteer = (await store.volunteers.get(received.envelope.aggregate_id)).aggregate
        query, cursor = asked(volunteer.community, volunteer.person), None
        while not volunteer.approved:
            page = await store.needs.select(query, limit=_BATCH, cursor=cursor)
            for stored in page.items:
                await _dismiss(stored.aggregate.id, volunteer.person, received)
            if (cursor := page.next) is None:
                return

    async def _dismiss(need: str, person: str, received: Received[Any]) -> None:
        await store.needs.change(
            need, lambda n, now: seating.dismiss(n, person, now), received.cause, taken=received.taken
        )

    @handlers.on(NeedDeclined)
    @handlers.on(NeedExpired)
    @handlers.on(NeedReopened)
    async def free_one(received: Received[NeedDeclined | NeedExpired | NeedReopened]) -> None:
        """The time of whose offer fell away is free; somebody else is asked."""
        offer, person = received.event.offer, received.event.person
        if offer is not None and person is not None:
            await _free(received, OfferRef(offer=offer, person=person))
        staffing.wake(received.envelope.community)

    @handlers.on(NeedMoved)
    @handlers.on(NeedCancelled)
    @handlers.on(NeedCompleted)
    @handlers.on(NeedLapsed)
    async def free_all(received: Received[NeedMoved | NeedCancelled | NeedCompleted | NeedLapsed]) -> None:
        """The time of everybody whose offer fell away is free."""
        for released in received.event.released:
            await _free(received, released)
        staffing.wake(received.envelope.community)

    async def _free(received: Received[Any], ref: OfferRef) -> None:
        await _change(received, ref.person, lambda volunteer, now: release(volunteer, ref.offer))

    async def _change(
        received: Received[Any], person: str, decide: Callable[[Volunteer, datetime], Decision[Volunteer]]
    ) -> None:
        """Whoever is erased by now has no bookings to change."""
        id = volunteer_id(received.envelope.community, person)
        if await store.volunteers.find(id) is not None:
            await store.volunteers.change(id, decide, received.cause, taken=received.taken)


def _waking(handlers: Handlers, staffing: Staffing) -> None:
    @handlers.on(NeedOpened)
    @handlers.on(VolunteerRegistered)
    @handlers.on(VolunteerChanged)
    @handlers.on(VolunteerResumed)
    @handlers.on(VolunteerVerified)
    @handlers.on(VolunteerApproved)
    async def look(received: Received[Any]) -> None:
        """Somebody may be asked now who could not be before."""
        staffing.wake(received.envelope.community)


def _cancelled(need: Need, now: datetime) -> Decision[Need]:
    """By the platform; a need that is over stays as it is."""
    if need.is_final:
        return Decision(need)
    return needs.cancel(need, system(need.community, Role.STAFF), now)
