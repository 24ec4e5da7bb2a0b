"""The room of routing: it suggests units for cases, dispatches cases where a community wants that, and learns."""

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
    """Make the room of routing. `clocks` are the clocks of cases, and `clock` tells the time.

    What the room has drawn from the words of cases is erased together with the cases, so it has no erasure of its own.
    """
    suggester = Suggester(kept, known, clocks)
    dispatching = Dispatching(cases, suggester, clocks)
    return Room(
        "routing",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[policy.router(suggester, cases, vault), models.router(kept, known, clock)],
        reactions=lambda handlers: reactions(handlers, dispatching, journal),
        sweeps=[Training(cases, kept), Rehearsing(cases, suggester), AccuracyCounting(kept)],
    )
