"""What this service does on events: its own visits become cases and figures; an erasure request is carried out."""

from collections.abc import Sequence

from services.chassis.store.mongo import WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import RoundDue, RoundWalked, VisitRecorded, VisitRevised
from services.issues.reading.reading import feed
from services.issues.rounds.domain.plans import round_of
from services.issues.rounds.recount import MARKS, marked
from services.issues.routing.reactions import react
from services.issues.store import Store
from services.issues.supports import reactions as supports
from services.issues.wishes import reactions as wishes


def reactions(handlers: Handlers, store: Store) -> None:
    """Put the handlers of this service into the table."""
    feed(handlers, store.reading)
    supports.reactions(handlers)
    wishes.reactions(handlers)

    @handlers.write(VisitRecorded, VisitRevised, collection=MARKS)
    def visited(received: Received[VisitRecorded | VisitRevised]) -> Sequence[WriteOp]:
        """The round is to be counted anew."""
        return [marked(received.event.round)]

    @handlers.write(RoundWalked, collection=MARKS)
    def walked(received: Received[RoundWalked]) -> Sequence[WriteOp]:
        """The walker is done: a count completes the round once all is there."""
        return [marked(received.envelope.aggregate_id)]

    @handlers.on(RoundDue)
    async def plan_round(received: Received[RoundDue]) -> None:
        """A date of a plan becomes a round, under the id that the plan has given it."""
        plan = (await store.round_plans.get(received.envelope.aggregate_id)).aggregate
        due = received.event
        await store.rounds.create(due.round, lambda now: round_of(plan, due, now), received.cause, taken=received.taken)

    react(handlers, store)
