"""The reactions of needs to events: activities, care plans and requests open, move and cancel needs."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from services.chassis.aggregate import Decision, of_command
from services.chassis.principal import Role, system
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import ActivityCancelled, ActivityCompleted, ActivityMoved, ActivityScheduled
from services.contracts.volunteers import (
    CarePlanChanged,
    CarePlanClosed,
    CarePlanErased,
    CarePlanRaised,
    CareVisit,
    HelpGranted,
    HelpRequestErased,
    HelpRequestStatus,
    HelpRequestWithdrawn,
)
from services.volunteers.care.domain.kinds import CareKind
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.needs.domain import opening, planning
from services.volunteers.needs.domain.following import follow
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.opening import NOTICE, need_of_activity
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.mergers import names_of
from services.volunteers.requests.domain import HelpRequest

Notice: TypeAlias = Mapping[CareKind, timedelta]
"""How long before a visit people are asked, by kind."""


def reactions(
    handlers: Handlers,
    needs: Aggregates[Need],
    care_plans: Aggregates[CarePlan],
    requests: Aggregates[HelpRequest],
    volunteers: Aggregates[Volunteer],
    notice: Notice = NOTICE,
) -> None:
    """Put the handlers of needs into the table."""
    _activities(handlers, needs)
    _care(handlers, needs, care_plans, volunteers, notice)
    _requests(handlers, needs, requests, volunteers)


def _activities(handlers: Handlers, needs: Aggregates[Need]) -> None:
    @handlers.on(ActivityScheduled)
    async def open_need(received: Received[ActivityScheduled]) -> None:
        """Open the need of an activity that looks for volunteers."""
        activity, community = received.envelope.aggregate_id, received.envelope.community
        if received.event.volunteers_needed > 0:
            await needs.create(
                need_of_activity(activity),
                lambda now: opening.open_for_activity(activity, community, received.event, now),
                received.cause,
                taken=received.taken,
            )

    @handlers.on(ActivityMoved)
    async def move_need(received: Received[ActivityMoved]) -> None:
        moved = received.event
        await _change(received, lambda need, now: of_command(planning.move(need, moved, now), moved.command))

    @handlers.on(ActivityCancelled)
    async def cancel_need(received: Received[ActivityCancelled]) -> None:
        command = received.event.command
        await _change(received, lambda need, now: of_command(_cancelled(need, now), command))

    @handlers.on(ActivityCompleted)
    async def complete_need(received: Received[ActivityCompleted]) -> None:
        await _change(received, planning.complete)

    async def _change(received: Received[Any], decide: Callable[[Need, datetime], Decision[Need]]) -> None:
        """Change the need of the activity. An activity that looked for no volunteers has none."""
        id = need_of_activity(received.envelope.aggregate_id)
        if await needs.find(id) is not None:
            await needs.change(id, decide, received.cause, taken=received.taken)


def _care(
    handlers: Handlers,
    needs: Aggregates[Need],
    care_plans: Aggregates[CarePlan],
    volunteers: Aggregates[Volunteer],
    notice: Notice,
) -> None:
    async def plan_of(received: Received[Any]) -> CarePlan:
        """The plan, which refuses its elder under each of their names too: nobody serves themselves."""
        plan = (await care_plans.get(received.envelope.aggregate_id)).aggregate
        names = await names_of(volunteers, plan.community, plan.elder)
        return plan.model_copy(update={"refused": plan.refused | names - {plan.elder}})

    @handlers.on(CarePlanRaised)
    async def open_visits(received: Received[CarePlanRaised]) -> None:
        """Open a need for each visit that the plan raised, under the id that the plan gave it."""
        plan = await plan_of(received)
        for visit in received.event.visits:
            await _open(plan, visit, received)

    @handlers.on(CarePlanChanged)
    async def follow_plan(received: Received[CarePlanChanged]) -> None:
        """Change the needs of the plan's visits, and cancel the needs of visits that it no longer has. Needs that staff
        moved by hand stay as they are.
        """
        plan = await plan_of(received)
        for visit in received.event.visits:
            await _follow(plan, visit, received)
        for id in received.event.cancelled:
            await needs.change(id, _cancelled_unless_by_hand, received.cause, taken=received.taken)

    async def _follow(plan: CarePlan, visit: CareVisit, received: Received[CarePlanChanged]) -> None:
        if await needs.find(visit.need) is not None:
            await needs.change(
                visit.need, lambda need, now: follow(need, plan, visit, now), received.cause, taken=received.taken
            )

    @handlers.on(CarePlanClosed)
    async def cancel_visits(received: Received[CarePlanClosed]) -> None:
        await _cancel(received, received.event.needs)

    @handlers.on(CarePlanErased)
    async def cancel_visits_of_erased(received: Received[CarePlanErased]) -> None:
        await _cancel(received, received.event.needs)

    async def _open(plan: CarePlan, visit: CareVisit, received: Received[CarePlanRaised]) -> None:
        await needs.create(
            visit.need, lambda now: opening.open_for_visit(plan, visit, notice), received.cause, taken=received.taken
        )

    async def _cancel(received: Received[Any], ids: Iterable[str]) -> None:
        for id in ids:
            await needs.change(id, _cancelled, received.cause, taken=received.taken)


def _requests(
    handlers: Handlers, needs: Aggregates[Need], requests: Aggregates[HelpRequest], volunteers: Aggregates[Volunteer]
) -> None:
    @handlers.on(HelpGranted)
    async def open_granted(received: Received[HelpGranted]) -> None:
        """Open the need of a request that was granted, unless the request was withdrawn meanwhile."""
        request = (await requests.get(received.envelope.aggregate_id)).aggregate
        if request.status is HelpRequestStatus.GRANTED and request.need is not None:
            helped = await names_of(volunteers, request.community, request.helped)
            helped |= await names_of(volunteers, request.community, request.person)
            await needs.create(
                request.need,
                lambda now: opening.open_for_request(request, now, helped),
                received.cause,
                taken=received.taken,
            )

    @handlers.on(HelpRequestWithdrawn)
    @handlers.on(HelpRequestErased)
    async def cancel_granted(received: Received[HelpRequestWithdrawn | HelpRequestErased]) -> None:
        """Cancel the need of a request that was withdrawn or erased. A need that has begun goes on."""
        id = received.event.need
        if id is not None and await needs.find(id) is not None:
            await needs.change(id, planning.call_off, received.cause, taken=received.taken)


def _cancelled_unless_by_hand(need: Need, now: datetime) -> Decision[Need]:
    return Decision(need) if need.by_hand else _cancelled(need, now)


def _cancelled(need: Need, now: datetime) -> Decision[Need]:
    """The need, cancelled by the platform. A need that is over stays as it is."""
    if need.is_final:
        return Decision(need)
    return planning.cancel(need, system(need.community, Role.STAFF), now)
