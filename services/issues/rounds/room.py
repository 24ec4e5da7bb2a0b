"""The room of rounds: walks through buildings, planned once or in series, taken down floor by floor, and counted."""

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
from services.issues.rounds.reactions import reactions
from services.issues.rounds.recount import MARKS, Recount
from services.issues.rounds.store import INDEXES, KINDS, plans_to_advance
from services.issues.rounds.walks import Walks
from services.issues.shared.unfinished import UnfinishedCounts
from services.issues.supports.counting import MARKS as TALLIES


def room(walks: Walks, plans: Aggregates[RoundPlan], calendars: Calendars, database: Database) -> Room:
    """The room of rounds. `walks` brings the rounds and their visits; marks on what must be counted are in `database`.
    Plans keep off the holidays of `calendars`, where they are to.

    Readiness to read rests on the counts of rounds and those of supports together: one fact tells of both.
    """

    def come_near(plan: RoundPlan, now: datetime) -> Decision[RoundPlan]:
        return advance(plan, now, calendars.of(plan.community))

    return Room(
        "rounds",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[round_routes.router(walks), plan_routes.router(plans, walks.places, calendars)],
        reactions=lambda handlers: reactions(handlers, walks.rounds, plans),
        sweeps=[Recount(walks, database), Sweep("round-plans", plans, plans_to_advance, come_near)],
        facts=[UnfinishedCounts(database, MARKS, TALLIES)],
    )
