"""The calendar of a community as iCalendar (RFC 5545): one VEVENT per activity, without any person.

The copy of a subscriber follows: `UID` never changes, `SEQUENCE` is the activity's version, a cancelled activity
stays as `STATUS:CANCELLED`, and a moved one keeps its UID with another start.
"""

from collections.abc import Sequence
from datetime import timedelta

from icalendar import Calendar, Event

from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE
from services.contracts.activities import ActivityStatus
from services.contracts.text import fit
from services.events.activities.domain.activity import Activity

_REFRESH = timedelta(hours=1)


def calendar(community: str, activities: Sequence[Stored[Activity]], public_url: str) -> bytes:
    """The calendar of `community` with `activities`, in the community's time zone."""
    calendar = Calendar()
    calendar.add("prodid", "-//Sunshine Community//events//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", f"社区活动 Community activities ({community})")
    calendar.add("x-wr-calname", f"社区活动 Community activities ({community})")
    calendar.add("x-wr-timezone", str(ZONE))
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for stored in activities:
        calendar.add_component(_entry(stored, public_url))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _entry(stored: Stored[Activity], public_url: str) -> Event:
    activity = stored.aggregate
    entry = Event()
    entry.add("uid", f"{activity.id}@events.community")
    entry.add("sequence", stored.version)
    entry.add("dtstamp", activity.changed_at)
    entry.add("last-modified", activity.changed_at)
    entry.add("dtstart", activity.starts_at.astimezone(ZONE))
    entry.add("dtend", activity.ends_at.astimezone(ZONE))
    entry.add("summary", fit(activity.title))
    if activity.title_en is not None:
        entry.add("description", fit(activity.title_en))
    entry.add("location", activity.venue)
    entry.add("categories", [activity.kind.value])
    entry.add("status", "CANCELLED" if activity.status is ActivityStatus.CANCELLED else "CONFIRMED")
    entry.add("url", f"{public_url}/api/events/v1/activities/{activity.id}")
    return entry
