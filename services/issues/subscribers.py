"""What this service does on events: its own visits become cases and figures; an erasure request is carried out."""

import asyncio
from collections.abc import Sequence

from services.chassis.store.mongo import WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import RoundDue, RoundWalked, VisitRecorded, VisitRevised
from services.issues.cases.domain.reporting import report_finding
from services.issues.cases.mergers import join_up
from services.issues.cases.publicity import keep_apart
from services.issues.reading.reading import feed
from services.issues.rounds.domain.plans import round_of
from services.issues.rounds.domain.visits import Finding, Visit
from services.issues.rounds.recount import MARKS, marked
from services.issues.routing.reactions import react
from services.issues.store import Store


def reactions(handlers: Handlers, store: Store) -> None:
    """Put the handlers of this service into the table."""
    feed(handlers, store.reading)
    join_up(handlers, store)
    keep_apart(handlers, store)

    @handlers.on(VisitRecorded)
    async def hand_over(received: Received[VisitRecorded]) -> None:
        """Each finding that was not put right at once becomes a case, under the id that the visit has given it."""
        visit = (await store.visits.get(received.envelope.aggregate_id)).aggregate
        await asyncio.gather(
            *(_report(finding.case, visit, finding, received) for finding in visit.findings if finding.case is not None)
        )

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

    async def _report(case: str, visit: Visit, finding: Finding, received: Received[VisitRecorded]) -> None:
        catalogue = await store.catalogues.of(visit.community)
        gone = await store.traces.gone.among({visit.walker}, visit.community)

        finder = visit.walker not in gone
        await store.cases.create(
            case,
            lambda now: report_finding(case, visit, finding, catalogue, finder=finder),
            received.cause,
            taken=received.taken,
        )

    react(handlers, store)
