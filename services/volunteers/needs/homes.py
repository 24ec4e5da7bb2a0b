"""Elders' homes: told to those who may know them, and each reading put on record before it is answered."""

from services.chassis.clock import Clock
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.care.readings import Readings
from services.volunteers.needs.domain.homes import VisitWindow, may_read
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id


class Homes:
    """Tells the homes of elders to those who go there."""

    def __init__(
        self,
        volunteers: Aggregates[Volunteer],
        care_plans: Aggregates[CarePlan],
        readings: Readings,
        clock: Clock,
        window: VisitWindow,
    ) -> None:
        self._volunteers = volunteers
        self._care_plans = care_plans
        self._readings = readings
        self._clock = clock
        self._window = window

    async def of_need(self, need: Need, by: Principal) -> CarePlan | None:
        """The plan with the elder's home that `need` is a visit of, or None where `by` is not told of it now.

        The reading is put on record first.

        Raises:
            StoreUnavailable: the plan can't be read, or the reading not be put on record.
        """
        if need.care_plan is None:
            return None
        found = await self._volunteers.find(volunteer_id(need.community, by.sub))
        volunteer = None if found is None else found.aggregate
        if not may_read(need, volunteer, by, self._clock(), self._window):
            return None
        plan = await self._care_plans.find(need.care_plan)
        if plan is None or plan.aggregate.erased:
            return None
        await self._readings.put_on_record(plan.aggregate, by, need=need.id)
        return plan.aggregate
