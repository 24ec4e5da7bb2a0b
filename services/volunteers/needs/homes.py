"""The homes of the people who are helped. A home is told only to callers who may know it (`domain.homes`), and each
reading is put on record before the home is told.
"""

from services.chassis.clock import Clock
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.care.readings import Readings
from services.volunteers.needs.domain.homes import VisitWindow, Whereabouts, may_read
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.requests.domain import HelpRequest


class Homes:
    """Tells the homes of elders, and of people who asked for help, to staff and to the volunteers who go there."""

    def __init__(
        self,
        volunteers: Aggregates[Volunteer],
        care_plans: Aggregates[CarePlan],
        requests: Aggregates[HelpRequest],
        readings: Readings,
        clock: Clock,
        window: VisitWindow,
    ) -> None:
        self._volunteers = volunteers
        self._care_plans = care_plans
        self._requests = requests
        self._readings = readings
        self._clock = clock
        self._window = window

    async def of_need(self, need: Need, by: Principal) -> Whereabouts | None:
        """Where the person whom `need` helps lives; None if `by` is not told so now, or no home is known.

        The reading is put on record first.

        Raises:
            PersonGone: the caller was erased.
            StoreUnavailable: the home can't be read, or the reading can't be put on record.
        """
        if need.care_plan is None and need.request is None:
            return None
        found = await self._volunteers.find(volunteer_id(need.community, by.sub))
        volunteer = None if found is None else found.aggregate
        if not may_read(need, volunteer, by, self._clock(), self._window):
            return None
        told = await self._of_plan(need.care_plan) or await self._of_request(need.request)
        if told is not None:
            await self._readings.put_on_record(
                need.community, by, need=need.id, care_plan=need.care_plan, request=need.request
            )
        return told

    async def _of_plan(self, id: str | None) -> Whereabouts | None:
        found = None if id is None else await self._care_plans.find(id)
        if found is None or found.aggregate.erased:
            return None
        plan = found.aggregate
        return Whereabouts(elder=plan.elder, home=plan.home, note=plan.note, emergency=plan.emergency)

    async def _of_request(self, id: str | None) -> Whereabouts | None:
        found = None if id is None else await self._requests.find(id)
        if found is None or found.aggregate.erased:
            return None
        return Whereabouts(elder=found.aggregate.helped, home=found.aggregate.home, note=found.aggregate.words)
