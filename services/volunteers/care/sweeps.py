"""The sweep of care: plans whose dates don't reach far enough any more raise the next ones."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.sweeper import Sweep
from services.volunteers.care.domain.plans import CarePlan, raise_visits
from services.volunteers.care.store import to_raise


def visits(care_plans: Aggregates[CarePlan]) -> Sweep[CarePlan]:
    """The sweep that raises the visits of plans."""
    return Sweep("care-visits", care_plans, to_raise, raise_visits)
