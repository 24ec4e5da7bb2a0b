"""Elders' homes: told to whom they may be, and each reading on record before it is answered."""

from services.chassis.aggregate import new_id
from services.chassis.principal import Principal
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.care.readings import Reading
from services.volunteers.needs.domain.homes import Window, may_read
from services.volunteers.needs.domain.needs import Need
from services.volunteers.people.domain.volunteers import volunteer_id
from services.volunteers.store import Store


class Homes:
    """Where the elders of this service's care plans live."""

    def __init__(self, store: Store, window: Window) -> None:
        self._store = store
        self._window = window

    async def of_need(self, need: Need, by: Principal) -> CarePlan | None:
        """The plan with the elder's home that `need` is a visit of, where `by` is told of it now; on record.

        Raises:
            StoreUnavailable: it can't be put on record, or read.
        """
        if need.care_plan is None:
            return None
        found = await self._store.volunteers.find(volunteer_id(need.community, by.sub))
        volunteer = None if found is None else found.aggregate
        if not may_read(need, volunteer, by, self._store.clock(), self._window):
            return None
        plan = await self._store.care_plans.find(need.care_plan)
        if plan is None or plan.aggregate.erased:
            return None
        await self._keep(plan.aggregate, by, need.id)
        return plan.aggregate

    async def of_plan(self, plan: CarePlan, by: Principal) -> CarePlan:
        """The plan, read by staff with the home in it; on record.

        Raises:
            StoreUnavailable: it can't be put on record.
        """
        if not plan.erased:
            await self._keep(plan, by, None)
        return plan

    async def _keep(self, plan: CarePlan, by: Principal, need: str | None) -> None:
        at, gone = self._store.clock(), self._store.traces.gone
        await gone.require({by.sub}, plan.community)
        await self._store.readings.keep(
            Reading(id=new_id("reading"), community=plan.community, person=by.sub, need=need, care_plan=plan.id, at=at)
        )
        await gone.look_after({by.sub}, plan.community)
