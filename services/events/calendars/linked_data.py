"""An activity as schema.org/Event in JSON-LD, for search engines and other calendars. It names no person."""

from typing import Any

import orjson

from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE
from services.contracts.activities import ActivityStatus
from services.contracts.text import fit
from services.events.activities.domain.activity import Activity

LINKED_DATA = "application/ld+json"


def linked_data(stored: Stored[Activity], public_url: str) -> bytes:
    """The JSON-LD of an activity. A moved one says when it was to be (EventRescheduled wants `previousStartDate`)."""
    activity = stored.aggregate
    base = f"{public_url}/api/events/v1"
    event: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": f"{base}/activities/{activity.id}",
        "identifier": activity.id,
        "name": fit(activity.title),
        "inLanguage": "zh-CN",
        "startDate": activity.starts_at.astimezone(ZONE).isoformat(),
        "endDate": activity.ends_at.astimezone(ZONE).isoformat(),
        "eventStatus": f"https://schema.org/{_status(activity)}",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "isAccessibleForFree": True,
        "location": {"@type": "Place", "name": activity.venue, "identifier": activity.building or activity.venue},
        "organizer": {"@type": "Organization", "identifier": activity.community},
        "maximumAttendeeCapacity": activity.capacity,
        "remainingAttendeeCapacity": activity.free,
        "url": f"{base}/activities/{activity.id}",
    }
    if activity.title_en is not None:
        event["alternateName"] = {"@value": fit(activity.title_en), "@language": "en"}
    if activity.min_age is not None:
        event["typicalAgeRange"] = f"{activity.min_age}-"
    if activity.previous_starts:
        event["previousStartDate"] = [moment.astimezone(ZONE).isoformat() for moment in activity.previous_starts]
    if activity.series is not None:
        event["superEvent"] = {"@type": "EventSeries", "@id": f"{base}/series/{activity.series}"}
    return _inlined(orjson.dumps(event))


def _inlined(json: bytes) -> bytes:
    """The same JSON, written so that it can stand in a page: it ends no script, and begins no comment or section."""
    for char in (b"<", b">", b"&"):
        json = json.replace(char, b"\\u%04x" % ord(char))
    return json


def _status(activity: Activity) -> str:
    if activity.status is ActivityStatus.CANCELLED:
        return "EventCancelled"
    return "EventRescheduled" if activity.previous_starts else "EventScheduled"
