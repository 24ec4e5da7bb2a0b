"""What this service does on events: its own visits become cases and figures; an erasure request is carried out."""

from services.chassis.erasure import answer
from services.chassis.handlers import Handlers, Received
from services.contracts.issues import PersonDataErased, VisitRecorded
from services.contracts.notices import PersonErasureRequested
from services.issues.domain.counting import count_visit
from services.issues.domain.reporting import report_finding
from services.issues.domain.visits import Finding, Visit
from services.issues.erasure import erase
from services.issues.store import Store


def handlers(store: Store) -> Handlers:
    """The handlers of this service, on `store`."""
    handlers = Handlers()

    @handlers.on(VisitRecorded)
    async def hand_over(received: Received[VisitRecorded]) -> None:
        """Each finding that was not put right at once becomes a case, under the id that the visit has given it."""
        visit = (await store.visits.get(received.envelope.aggregate_id)).aggregate
        for finding in visit.findings:
            if finding.case is not None:
                await _report(finding.case, visit, finding, received)

    @handlers.on(VisitRecorded)
    async def count(received: Received[VisitRecorded]) -> None:
        """The round counts the visit."""
        visit = (await store.visits.get(received.envelope.aggregate_id)).aggregate
        await store.rounds.change(
            visit.round, lambda round, now: count_visit(round, visit, now), received.cause, taken=received.taken
        )

    @handlers.on(PersonErasureRequested)
    async def forget(received: Received[PersonErasureRequested]) -> None:
        """Erase the person, then say so. Done again after an interruption, it goes on where it was."""
        person, request = received.event.person, received.event.request
        await erase(store, person, received.cause)
        saying = PersonDataErased(person=person, request=request)
        await answer(store.erasures, received, person=person, request=request, saying=saying)

    async def _report(case: str, visit: Visit, finding: Finding, received: Received[VisitRecorded]) -> None:
        catalogue = await store.catalogues.of(visit.community)
        await store.cases.create(
            case, lambda now: report_finding(case, visit, finding, catalogue), received.cause, taken=received.taken
        )

    return handlers
