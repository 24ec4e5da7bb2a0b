"""The reactions of rounds to events: a visit has its round counted anew, and a date of a plan becomes a round."""

from collections.abc import Sequence

from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import RoundDue, RoundWalked, VisitRecorded, VisitRevised
from services.issues.rounds.domain.plans import RoundPlan, round_of
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.recount import MARKS, marked


def reactions(handlers: Handlers, rounds: Aggregates[Round], plans: Aggregates[RoundPlan]) -> None:
    """Put the handlers of rounds into the table."""

    @handlers.write(VisitRecorded, VisitRevised, collection=MARKS)
    def visited(received: Received[VisitRecorded | VisitRevised]) -> Sequence[WriteOp]:
        """Ask for a count of the visit's round."""
        return [marked(received.event.round)]

    @handlers.write(RoundWalked, collection=MARKS)
    def walked(received: Received[RoundWalked]) -> Sequence[WriteOp]:
        """Ask for a count of the round whose walker is done, which completes it once all visits are counted."""
        return [marked(received.envelope.aggregate_id)]

    @handlers.on(RoundDue)
    async def plan_round(received: Received[RoundDue]) -> None:
        """Make a round of a date of a plan, under the id that the plan has given it."""
        plan = (await plans.get(received.envelope.aggregate_id)).aggregate
        due = received.event
        await rounds.create(due.round, lambda now: round_of(plan, due, now), received.cause, taken=received.taken)
