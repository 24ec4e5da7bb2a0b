"""The room of routing: who should handle a case is suggested, dispatched where that is wanted, and learnt from."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.journal import Journal
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import AnyClocks
from services.issues.privacy.vault import Vault
from services.issues.routing.api import models, policy
from services.issues.routing.dispatching import Dispatching
from services.issues.routing.reactions import reactions
from services.issues.routing.store import INDEXES, KINDS, RoutingKept
from services.issues.routing.suggester import Known, Suggester
from services.issues.routing.sweeps import AccuracyCounting, Rehearsing, Training


def room(
    kept: RoutingKept,
    known: Known,
    cases: Aggregates[Case],
    clocks: AnyClocks,
    vault: Vault,
    journal: Journal,
    clock: Clock,
) -> Room:
    """The room of routing. `clocks`: how those of cases run; `clock`: what time it is.

    What it has drawn from the words of cases goes while the cases are erased, so it has no erasure of its own.
    """
    suggester = Suggester(kept, known, clocks)
    dispatching = Dispatching(cases, suggester, clocks)
    return Room(
        "routing",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[policy.router(suggester, cases, vault), models.router(kept, clock)],
        reactions=lambda handlers: reactions(handlers, dispatching, journal),
        sweeps=[Training(cases, kept), Rehearsing(cases, suggester), AccuracyCounting(kept)],
    )
