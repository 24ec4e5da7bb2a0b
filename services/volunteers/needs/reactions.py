"""What needs do on events: activities and care plans bring needs, move them and cancel them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from services.chassis.aggregate import Decision
from services.chassis.principal import Role, system
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import ActivityCancelled, ActivityCompleted, ActivityMoved, ActivityScheduled
from services.contracts.volunteers import (
    CareKind,
    CarePlanChanged,
    CarePlanClosed,
    CarePlanErased,
    CarePlanRaised,
    CareVisit,
)
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.needs.domain import opening, planning
from services.volunteers.needs.domain.following import follow
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.opening import NOTICE, need_of_activity

Notice: TypeAlias = Mapping[CareKind, timedelta]
"""How long before a visit people are asked, by kind."""


def reactions(
    handlers: Handlers, needs: Aggregates[Need], care_plans: Aggregates[CarePlan], notice: Notice = NOTICE
) -> None:
    """Put the handlers of needs into the table."""
    _activities(handlers, needs)
    _care(handlers, needs, care_plans, notice)


def _activities(handlers: Handlers, needs: Aggregates[Need]) -> None:
    @handlers.on(ActivityScheduled)
    async def open_need(received: Received[ActivityScheduled]) -> None:
        """An activity that looks for volunteers has a need."""
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
        await _change(received, lambda need, now: planning.move(need, received.event, now))

    @handlers.on(ActivityCancelled)
    async def cancel_need(received: Received[ActivityCancelled]) -> None:
        await _change(received, lambda need, now: _cancelled(need, now))

    @handlers.on(ActivityCompleted)
    async def complete_need(received: Received[ActivityCompleted]) -> None:
        await _change(received, planning.complete)

    async def _change(received: Received[Any], decide: Callable[[Need, datetime], Decision[Need]]) -> None:
        """Activities that looked for nobody have no need to change."""
        id = need_of_activity(received.envelope.aggregate_id)
        if await needs.find(id) is not None:
            await needs.change(id, decide, received.cause, taken=received.taken)


def _care(handlers: Handlers, needs: Aggregates[Need], care_plans: Aggregates[CarePlan], notice: Notice) -> None:
    @handlers.on(CarePlanRaised)
    async def open_visits(received: Received[CarePlanRaised]) -> None:
        """Each date becomes a need under the id that the plan gave it."""
        plan = (await care_plans.get(received.envelope.aggregate_id)).aggregate
        for visit in received.event.visits:
            await _open(plan, visit, received)

    @handlers.on(CarePlanChanged)
    async def follow_plan(received: Received[CarePlanChanged]) -> None:
        """Dates that stand follow the plan, those that fall away are cancelled; what was changed by hand stays."""
        plan = (await care_plans.get(received.envelope.aggregate_id)).aggregate
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


def _cancelled_unless_by_hand(need: Need, now: datetime) -> Decision[Need]:
    return Decision(need) if need.by_hand else _cancelled(need, now)


def _cancelled(need: Need, now: datetime) -> Decision[Need]:
    """The platform cancels the need; one that is over stays as it is."""
    if need.is_final:
        return Decision(need)
    return planning.cancel(need, system(need.community, Role.STAFF), now)
