"""What matching does about holds that lead nowhere, long after everything else has come to rest."""

from datetime import timedelta
from pathlib import Path

from services.chassis.clock import Clock
from services.volunteers.app import service
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.quiet import QuietHours
from services.volunteers.matching.refilling import Refilling
from services.volunteers.matching.staffing import Staffing
from services.volunteers.matching.store import PLAN
from services.volunteers.needs.store import NEED
from services.volunteers.people.store import DANGLES_AFTER, VOLUNTEER
from services.volunteers.seats.service import Seats
from services.volunteers.settings import VolunteersSettings
from tests.e2e.house import COMMUNITY
from tests.faults.scenarios.ground import Ground
from tests.integration import standing as stood


async def mend_later(here: Ground, clock: Clock) -> None:
    """What a replica does once the holds that lead nowhere, for their makers had no answer, have run out.

    Args:
        clock: what the replicas go by.
    """
    settings = stood.settings_for(
        VolunteersSettings,
        here.members.url,
        here.variables["VOLUNTEERS_DATABASE"],
        Path(here.variables["AUTH_DEVELOPMENT_KEY"]),
    )
    late = timedelta(hours=25) + DANGLES_AFTER
    async with stood.runtime(settings, {}, lambda: clock() + late, kinds=service.kinds) as runtime:
        needs, volunteers = runtime.aggregates(NEED), runtime.aggregates(VOLUNTEER)
        seats = Seats(needs, volunteers, runtime.clock, timedelta(days=1))
        plans = Plans(runtime.aggregates(PLAN), runtime.database, runtime.clock)
        never = QuietHours(0, 0)
        refilling = Refilling(needs, volunteers, seats, runtime.clock, never)
        a_day = timedelta(days=1)
        await Staffing(needs, volunteers, seats, plans, refilling, runtime.clock, a_day, never).staff(COMMUNITY)
