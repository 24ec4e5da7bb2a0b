"""Ends presences and takes them up again. Minutes run from each check-in to its check-out, and never beyond the planned
end; the time between two stays is not counted."""

from datetime import datetime

from services.contracts.activities import ActivityCheckedOut
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Presence


def leave(activity: Activity, presence: Presence, at: datetime | None) -> tuple[Presence, ActivityCheckedOut]:
    """Somebody leaves the activity at `at`, or (None) at its planned end, which also counts where they left later."""
    capped = at is None or at > activity.ends_at
    left_at = activity.ends_at if at is None or capped else at
    minutes = max(0, int((left_at - presence.here_since).total_seconds()) // 60)
    whole = presence.earlier_minutes + minutes
    left = presence.model_copy(update={"left_at": left_at, "minutes": whole, "capped": capped})
    event = ActivityCheckedOut(
        person=presence.person,
        as_volunteer=presence.as_volunteer,
        at=left_at,
        minutes=minutes,
        capped=capped,
        stay=presence.stay,
    )
    return left, event


def come_back(presence: Presence, at: datetime) -> Presence:
    """Somebody who had left is there again since `at`, with the heads that they came with."""
    return presence.model_copy(
        update={
            "left_at": None,
            "minutes": None,
            "capped": False,
            "stay": presence.stay + 1,
            "came_back_at": at,
            "earlier_minutes": presence.minutes or 0,
        }
    )


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
