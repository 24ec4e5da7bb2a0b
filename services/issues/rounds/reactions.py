"""What rounds do on events: visits have their round counted anew, and dates of a plan become rounds."""

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
        """The round of the visit is to be counted anew."""
        return [marked(received.event.round)]

    @handlers.write(RoundWalked, collection=MARKS)
    def walked(received: Received[RoundWalked]) -> Sequence[WriteOp]:
        """The walker is done: a count completes the round once all visits are there."""
        return [marked(received.envelope.aggregate_id)]

    @handlers.on(RoundDue)
    async def plan_round(received: Received[RoundDue]) -> None:
        """A date of a plan becomes a round, under the id that the plan has given it."""
        plan = (await plans.get(received.envelope.aggregate_id)).aggregate
        due = received.event
        await rounds.create(due.round, lambda now: round_of(plan, due, now), received.cause, taken=received.taken)
