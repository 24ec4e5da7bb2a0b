"""The sweep of care: care plans raise the visits that have come within sight."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.sweeper import Sweep
from services.volunteers.care.domain.plans import CarePlan, raise_visits
from services.volunteers.care.store import to_raise


def visits(care_plans: Aggregates[CarePlan]) -> Sweep[CarePlan]:
    """The sweep that raises the visits of care plans."""
    return Sweep("care-visits", care_plans, to_raise, raise_visits)
