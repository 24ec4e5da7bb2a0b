"""How a round comes to its figures: its visits are counted one by one as their events come in, each once.

It is completed only when all visits are counted that had been recorded when the walker was done; so its summary is
exact, whatever is delivered late or twice.
"""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, tell
from services.chassis.principal import Principal
from services.contracts.event import Event
from services.contracts.issues import RoundCompleted, RoundProgressed, RoundStarted, RoundStatus, RoundWalked
from services.issues.domain.rounds import Round, RoundIsOver
from services.issues.domain.visits import Visit, require_walker


def count_visit(round: Round, visit: Visit, now: datetime) -> Decision[Round]:
    """Count a visit. The caller sees to it that each is counted once.

    The first begins the round; the last that was missing when the walker was done completes it.
    """
    fixed = sum(finding.fixed for finding in visit.findings)
    counted = round.model_copy(
        update={
            "walked": round.walked | {(visit.building, visit.floor)},
            "visits": round.visits + 1,
            "findings": round.findings + len(visit.findings),
            "fixed_on_the_spot": round.fixed_on_the_spot + fixed,
            "handed_over": round.handed_over + len(visit.findings) - fixed,
        }
    )
    events: list[Event] = []
    if counted.status is RoundStatus.PLANNED:
        counted = counted.model_copy(update={"status": RoundStatus.WALKING})
        events.append(tell(RoundStarted, counted))
    events.append(tell(RoundProgressed, counted, visit=visit.id))
    return _completed_if_counted(counted, events, now)


def complete_round(round: Round, recorded: int, by: Principal, now: datetime) -> Decision[Round]:
    """The walker is done; `recorded` visits of the round stand in the store.

    Raises:
        NotYours: neither the walker nor staff.
        RoundIsOver: it was done before.
    """
    require_walker(round, by)
    if round.status in (RoundStatus.WALKED, RoundStatus.COMPLETED):
        raise RoundIsOver()
    walked = round.model_copy(update={"status": RoundStatus.WALKED, "recorded": recorded})
    return _completed_if_counted(walked, [tell(RoundWalked, walked, recorded=recorded)], now)


def _completed_if_counted(round: Round, events: list[Event], now: datetime) -> Decision[Round]:
    missing = round.status is not RoundStatus.WALKED or round.recorded is None or round.visits < round.recorded
    if missing:
        return decided(round, *events)
    completed = round.model_copy(update={"status": RoundStatus.COMPLETED, "completed_at": now})
    return decided(completed, *events, tell(RoundCompleted, completed))
