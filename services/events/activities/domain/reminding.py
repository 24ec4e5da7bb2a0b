"""Reminders of an activity: facts that fall due so long before its start as its terms say."""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided
from services.contracts.activities import ActivityReminderDue
from services.events.activities.domain.activity import Activity


def remind(activity: Activity, now: datetime) -> Decision[Activity]:
    """Those with a seat are reminded. Of several that are due at once only the last is given."""
    due = activity.reminder_due
    if due is None or now < due or not activity.is_ahead(now):
        return decided(activity)
    passed = past_reminders(activity.details.terms.reminder_hours, activity.starts_at, now)
    reminded = activity.model_copy(update={"reminded": passed, "changed_at": now})
    coming = [party.person for party in activity.seated if party.coming]
    event = ActivityReminderDue(
        hours=min(passed), starts_at=activity.starts_at, seated=len(activity.seated), coming=coming or None
    )
    return decided(reminded, event)


def past_reminders(hours: tuple[int, ...], starts_at: datetime, now: datetime) -> tuple[int, ...]:
    """The reminders whose time has come for what begins at `starts_at`."""
    return tuple(each for each in hours if starts_at - timedelta(hours=each) <= now)
