"""The sweeps of activities: seats whose party did not answer are given on, the desk is told whom it is to ask, and
activities that nobody completed are completed."""

from datetime import timedelta

from services.chassis.store.aggregates import Aggregates
from services.chassis.sweeper import Sweep
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.desk_asks import tell_desk
from services.events.activities.domain.ending import complete_by_itself
from services.events.activities.domain.reminding import remind
from services.events.activities.domain.seats import lapse
from services.events.activities.domain.staffing import look_for_gaps
from services.events.activities.store import answers_overdue, desk_to_ask, reminders_due, short_staffed, to_complete


def completion(activities: Aggregates[Activity]) -> Sweep[Activity]:
    """Completes the activities that ended hours ago."""
    return Sweep("activity-completion", activities, to_complete, complete_by_itself, every=timedelta(minutes=1))


def answers(activities: Aggregates[Activity]) -> Sweep[Activity]:
    """Gives on the seats of parties that did not answer in time."""
    return Sweep("activity-answers", activities, answers_overdue, lapse)


def questions_by_desk(activities: Aggregates[Activity]) -> Sweep[Activity]:
    """Tells the desk of parties whom nobody else can ask."""
    return Sweep("activity-desk", activities, desk_to_ask, tell_desk)


def staffing_gaps(activities: Aggregates[Activity]) -> Sweep[Activity]:
    """Tells of activities that have too few helpers, and cancels those whose terms say so."""
    return Sweep("activity-staffing", activities, short_staffed, look_for_gaps, every=timedelta(minutes=1))


def reminders(activities: Aggregates[Activity]) -> Sweep[Activity]:
    """Says that people are to be reminded of an activity."""
    return Sweep("activity-reminders", activities, reminders_due, remind)
