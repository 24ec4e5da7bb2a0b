"""The reactions of cases to events: findings become cases, and mergers, parents and publicity are followed up.

The names of the handlers are marks of their effects: keep them.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.gone import Gone
from services.chassis.store.mongo import WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import (
    CalendarYearLoaded,
    CaseAccepted,
    CaseAdopted,
    CaseAmended,
    CaseAnonymised,
    CaseMerged,
    CaseMergeMoved,
    CaseReleased,
    CaseReported,
    CaseShown,
    CaseUnmerged,
    CaseWithheld,
    CatalogueAdopted,
    SupportWithheld,
    VisitRecorded,
)
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import AnyClocks
from services.issues.cases.domain.counting_anew import count_anew
from services.issues.cases.domain.reporting import report_finding
from services.issues.cases.mergers import Mergers
from services.issues.cases.numbers import Numbers
from services.issues.cases.publicity import Publicity
from services.issues.cases.store import CASES, clocks_that_run
from services.issues.catalogue.calendars import Calendars
from services.issues.catalogue.store import Catalogues
from services.issues.rounds.domain.visits import Finding, Visit
from services.issues.supports.counting import MARKS, to_count
from services.issues.supports.domain.supports import Subject
from services.issues.supports.store import SUPPORTS

_SIDE_BY_SIDE = 32
"""Cases that are changed at once: they share their reads."""


def join_up(handlers: Handlers, mergers: Mergers) -> None:
    """Register what follows where cases were joined, taken apart, or made parts of one another."""

    @handlers.write(CaseReported, collection=MARKS)
    def split(received: Received[CaseReported]) -> Sequence[WriteOp]:
        """The parent of a new part is to be counted."""
        parent = received.event.parent
        return [] if parent is None else [to_count(parent, Subject.CASE)]

    @handlers.on(CaseMerged)
    async def gather(received: Received[CaseMerged]) -> None:
        """The people behind the merged case are counted behind the one that survives."""
        envelope = received.envelope
        await mergers.let_go_of_closed(envelope.aggregate_id, received.event.merged_into, envelope.time, received.cause)
        await mergers.regroup(envelope.aggregate_id, received.cause)

    @handlers.on(CaseUnmerged)
    async def part(received: Received[CaseUnmerged]) -> None:
        """The people of a case, and those of cases merged into it, are its own again."""
        await mergers.regroup(received.envelope.aggregate_id, received.cause)
        await mergers.count_survivor(received.event.previous_case)

    @handlers.on(CaseAdopted)
    async def take_in(received: Received[CaseAdopted]) -> None:
        """The parents before and after are counted; there stays one level."""
        await mergers.keep_one_level(received.envelope.aggregate_id, received.cause)
        for parent in {received.event.parent, received.event.previous_parent} - {None}:
            await mergers.count(str(parent))

    @handlers.on(CaseReleased)
    async def give_up(received: Received[CaseReleased]) -> None:
        """The former parent is counted."""
        if received.event.previous_parent is not None:
            await mergers.count(received.event.previous_parent)

    @handlers.write(CaseAnonymised, collection=MARKS)
    def forgotten(received: Received[CaseAnonymised]) -> Sequence[WriteOp]:
        """An erasure loses nobody who is counted; the case is counted again in case it interrupted a count."""
        return [to_count(received.envelope.aggregate_id, Subject.CASE)]


def keep_apart(handlers: Handlers, publicity: Publicity) -> None:
    """Register what follows where a case stops or begins to be for everybody; and that this service takes what it
    withholds from others as what it is."""
    handlers.unveil(CaseWithheld, CASES.collection)
    handlers.unveil(SupportWithheld, SUPPORTS.collection)

    async def company_changed(
        received: Received[CaseReported | CaseMerged | CaseMergeMoved | CaseUnmerged | CaseAdopted | CaseReleased],
    ) -> None:
        """A case has become a part of another one, or goes on as one, or has stopped to."""
        if isinstance(received.event, CaseReported) and received.event.parent is None:
            return
        await publicity.follow(received.envelope.aggregate_id, received.cause)

    for kept in (CaseReported, CaseMerged, CaseMergeMoved, CaseUnmerged, CaseAdopted, CaseReleased):
        handlers.on(kept)(company_changed)

    async def became(received: Received[CaseAccepted | CaseAmended | CaseWithheld | CaseShown]) -> None:
        """A case may be for everybody or not, by its category or its company."""
        case = (await publicity.cases.get(received.envelope.aggregate_id)).aggregate
        if not (case.is_public and isinstance(received.event, CaseAccepted | CaseAmended)):
            await publicity.became(case, received.cause)

    for event in (CaseAccepted, CaseAmended, CaseWithheld, CaseShown):
        handlers.on(event)(became)

    @handlers.on(CatalogueAdopted)
    async def categories_withdrawn(received: Received[CatalogueAdopted]) -> None:
        """Cases go out of sight whose category is public no longer."""
        await publicity.withdraw(received.envelope.community, received.cause)


def keep_time(handlers: Handlers, cases: Aggregates[Case], calendars: Calendars, clocks: AnyClocks) -> None:
    """Register that open deadlines follow the calendar."""

    @handlers.on(CalendarYearLoaded)
    async def count_deadlines_anew(received: Received[CalendarYearLoaded]) -> None:
        """Each case whose clock runs is counted anew; done twice, it is done once."""
        await calendars.look()
        community = received.envelope.community
        running = cases.collection.find(clocks_that_run(community), {"_id": 1})

        def decide(case: Case, now: datetime) -> Decision[Case]:
            return count_anew(case, clocks.of(community), now)

        while some := await running.to_list(_SIDE_BY_SIDE):
            await asyncio.gather(*(cases.change(found["_id"], decide, received.cause) for found in some))


def take_findings(
    handlers: Handlers,
    cases: Aggregates[Case],
    visits: Aggregates[Visit],
    catalogues: Catalogues,
    gone: Gone,
    numbers: Numbers,
) -> None:
    """Register that findings of rounds become cases."""

    @handlers.on(VisitRecorded)
    async def hand_over(received: Received[VisitRecorded]) -> None:
        """Each finding that was not put right at once becomes a case, under the id that the visit has given it."""
        visit = (await visits.get(received.envelope.aggregate_id)).aggregate
        handed_over = [finding for finding in visit.findings if finding.case is not None]
        await asyncio.gather(*(report(str(finding.case), visit, finding, received) for finding in handed_over))

    async def report(case: str, visit: Visit, finding: Finding, received: Received[VisitRecorded]) -> None:
        catalogue = await catalogues.of(visit.community)
        number = await numbers.draw(visit.community, visit.visited_at)
        finder = visit.walker not in await gone.among({visit.walker}, visit.community)
        await cases.create(
            case,
            lambda now: report_finding(case, visit, finding, catalogue, finder=finder, number=number),
            received.cause,
            taken=received.taken,
        )
