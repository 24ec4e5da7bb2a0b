"""An activity as schema.org/Event in JSON-LD, for search engines and other calendars. It names no person."""

from typing import Any

import orjson

from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE
from services.contracts.activities import ActivityStatus, Admits
from services.contracts.text import fit
from services.events.activities.domain.activity import Activity
from services.events.calendars.links import activity_page
from services.events.names.store import NOTHING, CommunityNames
from services.events.names.words import Name

_GENDERS = {Admits.WOMEN: "FemaleOnly", Admits.MEN: "MaleOnly"}
LINKED_DATA = "application/ld+json"


def linked_data(stored: Stored[Activity], public_url: str, known: CommunityNames = NOTHING) -> bytes:
    """The JSON-LD of an activity. A moved one says when it was to be (EventRescheduled wants `previousStartDate`)."""
    activity = stored.aggregate
    base = f"{public_url}/api/events/v1"
    event: dict[str, Any] = {
        "@context": ["https://schema.org", "https://openactive.io/"],
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
        "location": _place(activity, known),
        "organizer": _organizer(activity, known),
        "maximumAttendeeCapacity": activity.capacity,
        "remainingAttendeeCapacity": activity.free,
        "url": activity_page(public_url, activity.community, activity.id),
    }
    if activity.title_en is not None:
        event["alternateName"] = {"@value": fit(activity.title_en), "@language": "en"}
    event |= _for_whom(activity)
    if activity.details.description is not None:
        event["description"] = fit(activity.details.description)
    if activity.previous_starts:
        event["previousStartDate"] = [moment.astimezone(ZONE).isoformat() for moment in activity.previous_starts]
    if activity.series is not None:
        event["superEvent"] = {"@type": "EventSeries", "@id": f"{base}/series/{activity.series}"}
    return _inlined(orjson.dumps(event))


def _place(activity: Activity, known: CommunityNames) -> dict[str, Any]:
    told: dict[str, Any] = {"@type": "Place", "name": activity.venue, "identifier": activity.building or activity.venue}
    told |= _named(known.venues.get(activity.venue))
    building = None if activity.building is None else known.buildings.get(activity.building)
    return told if building is None else told | {"containedInPlace": {"@type": "Place", "name": fit(building.zh)}}


def _named(name: Name | None) -> dict[str, Any]:
    told: dict[str, Any] = {} if name is None else {"name": fit(name.zh)}
    if name is not None and name.en is not None:
        told["alternateName"] = {"@value": fit(name.en), "@language": "en"}
    return told


def _organizer(activity: Activity, known: CommunityNames) -> dict[str, Any]:
    told: dict[str, Any] = {"@type": "Organization", "identifier": activity.details.host or activity.community}
    host = None if activity.details.host is None else known.hosts.get(activity.details.host)
    if host is not None:
        return told | _named(host.name)
    if activity.details.hosted_by is not None:
        told["name"] = fit(activity.details.hosted_by)
    if activity.details.hosted_by_en is not None:
        told["alternateName"] = {"@value": fit(activity.details.hosted_by_en), "@language": "en"}
    return told


def _for_whom(activity: Activity) -> dict[str, Any]:
    """Ages, gender and access, in the words of OpenActive, and the ages in those of schema.org too."""
    told: dict[str, Any] = {}
    youngest, oldest = activity.min_age, activity.details.max_age
    if youngest is not None or oldest is not None:
        told["typicalAgeRange"] = f"{youngest or 0}-{'' if oldest is None else oldest}"
        bounds = {"minValue": youngest, "maxValue": oldest}
        given = {name: bound for name, bound in bounds.items() if bound is not None}
        told["ageRange"] = {"@type": "QuantitativeValue", **given}
    if activity.details.admits is not Admits.EVERYBODY:
        told["genderRestriction"] = f"https://openactive.io/{_GENDERS[activity.details.admits]}"
    if activity.details.accessibility:
        told["accessibilitySupport"] = [
            {"@type": "Concept", "identifier": each.value} for each in activity.details.accessibility
        ]
    return told


def _inlined(json: bytes) -> bytes:
    """The same JSON, written so that it can stand in a page: it ends no script, and begins no comment or section."""
    for char in (b"<", b">", b"&"):
        json = json.replace(char, b"\\u%04x" % ord(char))
    return json


def _status(activity: Activity) -> str:
    if activity.status is ActivityStatus.CANCELLED:
        return "EventCancelled"
    return "EventRescheduled" if activity.previous_starts else "EventScheduled"
