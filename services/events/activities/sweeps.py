"""What activities do on due times: one that nobody completed is completed by itself."""

from datetime import timedelta

from services.chassis.store.aggregates import Aggregates
from services.chassis.sweeper import Sweep
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.ending import complete_by_itself
from services.events.activities.store import to_complete


def completion(activities: Aggregates[Activity]) -> Sweep[Activity]:
    """Completes the activities that ended hours ago."""
    return Sweep("activity-completion", activities, to_complete, complete_by_itself, every=timedelta(minutes=1))
