"""The room of rounds: walks through buildings, planned once or in series, recorded floor by floor, and counted."""

from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.chassis.sweeper import Sweep
from services.issues.catalogue.calendars import Calendars
from services.issues.rounds.api import plans as plan_routes
from services.issues.rounds.api import rounds as round_routes
from services.issues.rounds.domain.plans import RoundPlan, advance
from services.issues.rounds.names import Names
from services.issues.rounds.reactions import reactions
from services.issues.rounds.recount import MARKS, Recount
from services.issues.rounds.store import INDEXES, KINDS, plans_to_advance
from services.issues.rounds.walks import Walks
from services.issues.shared.unchanging import Unchanging
from services.issues.shared.unfinished import UnfinishedCounts
from services.issues.supports.counting import MARKS as TALLIES
from services.issues.units.domain import Unit


def room(
    walks: Walks, plans: Aggregates[RoundPlan], calendars: Calendars, units: Unchanging[Unit], database: Database
) -> Room:
    """Make the room of rounds. `walks` holds the aggregates of rounds and visits; marks of rounds to be counted are
    kept in `database`. Plans that keep off holidays ask `calendars`. `units` are named beside their ids.

    Marks of rounds and of supports stand in one collection, so the fact about counts, for readiness to be read, tells
    of both.
    """

    names = Names(walks.places, units, walks.catalogues)

    def come_near(plan: RoundPlan, now: datetime) -> Decision[RoundPlan]:
        return advance(plan, now, calendars.of(plan.community))

    return Room(
        "rounds",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[round_routes.router(walks, names), plan_routes.router(plans, names, calendars)],
        reactions=lambda handlers: reactions(handlers, walks.rounds, plans),
        sweeps=[Recount(walks, database), Sweep("round-plans", plans, plans_to_advance, come_near)],
        facts=[UnfinishedCounts(database, MARKS, TALLIES)],
    )
