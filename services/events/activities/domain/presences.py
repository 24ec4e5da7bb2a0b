"""How a presence ends. Minutes run from the check-in to the check-out, and never beyond the planned end."""

from datetime import datetime

from services.contracts.activities import ActivityCheckedOut
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Presence


def leave(activity: Activity, presence: Presence, at: datetime | None) -> tuple[Presence, ActivityCheckedOut]:
    """Somebody leaves the activity at `at`, or (None) at its planned end, which also counts where they left later."""
    capped = at is None or at > activity.ends_at
    left_at = activity.ends_at if at is None or capped else at
    minutes = max(0, int((left_at - presence.arrived_at).total_seconds()) // 60)
    left = presence.model_copy(update={"left_at": left_at, "minutes": minutes, "capped": capped})
    event = ActivityCheckedOut(
        person=presence.person, as_volunteer=presence.as_volunteer, at=left_at, minutes=minutes, capped=capped
    )
    return left, event


def leave_forgotten(activity: Activity) -> tuple[tuple[Presence, ...], list[ActivityCheckedOut]]:
    """Every volunteer who is still there leaves at the planned end. Parties earn no hours and are left as they are."""
    presences: list[Presence] = []
    events: list[ActivityCheckedOut] = []
    for presence in activity.presences:
        kept = presence
        if presence.as_volunteer and presence.left_at is None:
            kept, event = leave(activity, presence, None)
            events.append(event)
        presences.append(kept)
    return tuple(presences), events
