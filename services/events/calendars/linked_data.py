"""Activities as schema.org/Event in JSON-LD, for search engines and other calendars. It names no person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE, local_date
from services.contracts.activities import ActivityStatus, Admits, ShownPicture
from services.contracts.text import fit
from services.events.activities.domain.activity import Activity
from services.events.calendars.links import activity_page, picture, series_page
from services.events.calendars.recurring import Segment, segments
from services.events.names.store import NOTHING, CommunityNames
from services.events.names.words import Name
from services.events.series.domain.series import Series

_GENDERS = {Admits.WOMEN: "FemaleOnly", Admits.MEN: "MaleOnly"}
_DAYS = {
    "MO": "https://schema.org/Monday",
    "TU": "https://schema.org/Tuesday",
    "WE": "https://schema.org/Wednesday",
    "TH": "https://schema.org/Thursday",
    "FR": "https://schema.org/Friday",
    "SA": "https://schema.org/Saturday",
    "SU": "https://schema.org/Sunday",
}
LINKED_DATA = "application/ld+json"
_CONTEXT = ["https://schema.org", "https://openactive.io/"]


def linked_data(
    stored: Stored[Activity], public_url: str, known: CommunityNames = NOTHING, series: Series | None = None
) -> bytes:
    """The JSON-LD of an activity. A moved one says when it was to be (EventRescheduled wants `previousStartDate`), a
    date of a `series` by which rule it recurs."""
    return _inlined(orjson.dumps({"@context": _CONTEXT, **_event(stored.aggregate, public_url, known, series)}))


def linked_list(name: str, activities: Sequence[Stored[Activity]], public_url: str, known: CommunityNames) -> bytes:
    """The JSON-LD of several activities of one community, as a schema.org/ItemList called `name`, in their order."""
    items = [
        {"@type": "ListItem", "position": n, "item": _event(stored.aggregate, public_url, known, None)}
        for n, stored in enumerate(activities, 1)
    ]
    told = {"@context": _CONTEXT, "@type": "ItemList", "name": fit(name), "numberOfItems": len(items)}
    return _inlined(orjson.dumps(told | {"itemListElement": items}))


def _event(activity: Activity, public_url: str, known: CommunityNames, series: Series | None) -> dict[str, Any]:
    base = f"{public_url}/api/events/v1"
    event: dict[str, Any] = {
        "@type": "Event",
        "@id": f"{base}/activities/{activity.id}",
        "identifier": activity.id,
        "name": fit(activity.title),
        "inLanguage": "zh-CN",
        "startDate": _when(activity, activity.starts_at),
        "endDate": _when(activity, activity.ends_at - timedelta(days=1) if activity.all_day else activity.ends_at),
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
    if activity.details.pictures:
        event["image"] = [_image(each, public_url) for each in activity.details.pictures]
    if activity.previous_starts:
        event["previousStartDate"] = [_when(activity, moment) for moment in activity.previous_starts]
    if activity.series is not None:
        whole = {"@type": "EventSeries", "@id": f"{base}/series/{activity.series}"}
        event["superEvent"] = whole if series is None else whole | _recurring(series, activity, public_url)
    return event


def _when(activity: Activity, moment: datetime) -> str:
    """A moment, or the day of it where the activity takes whole days: its last one is still a day of it."""
    local = moment.astimezone(ZONE)
    return local.date().isoformat() if activity.all_day else local.isoformat()


def _place(activity: Activity, known: CommunityNames) -> dict[str, Any]:
    told: dict[str, Any] = {"@type": "Place", "name": activity.venue, "identifier": activity.building or activity.venue}
    told |= _named(known.venues.get(activity.venue))
    building = known.building_of(activity.venue, activity.building)
    return told if building is None else told | {"containedInPlace": {"@type": "Place", "name": fit(building.zh)}}


def _image(shown: ShownPicture, public_url: str) -> dict[str, Any]:
    address = picture(public_url, shown.picture)
    small = {"@type": "ImageObject", "url": f"{address}/thumbnail"}
    return {"@type": "ImageObject", "url": address, "caption": fit(shown.zh), "thumbnail": [small]}


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
    if activity.details.host is None and activity.details.hosted_by is None:
        return told | _named(known.called)
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


def _recurring(series: Series, activity: Activity, public_url: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": fit(series.title),
        "url": series_page(public_url, series.community, series.id),
    }
    on = activity.occurrence or activity.day
    part = next((each for each in segments(series, {}) if each.since <= on < each.until), None)
    schedule = None if part is None else _schedule(part)
    return told if schedule is None else told | {"eventSchedule": schedule}


def _schedule(part: Segment) -> dict[str, Any] | None:
    """The rule as a schema.org/Schedule, as far as it has words for it: it has none for BYSETPOS. It is that of `part`,
    whose dates share their hours, without those that fall out."""
    rule = dict(word.split("=", 1) for word in part.rule.split(";"))
    if "BYSETPOS" in rule:
        return None
    starts, ends = (moment.astimezone(ZONE) for moment in (part.plan.starts_at, part.plan.ends_at))
    schedule: dict[str, Any] = {
        "@type": "Schedule",
        "repeatFrequency": f"P{rule.get('INTERVAL', '1')}{rule['FREQ'][0]}",
        "startDate": starts.date().isoformat(),
        "scheduleTimezone": str(ZONE),
    }
    if not part.plan.all_day:
        schedule["startTime"] = f"{starts:%H:%M}"
        schedule["endTime"] = f"{ends:%H:%M}"
    if "BYDAY" in rule:
        schedule["byDay"] = [_DAYS.get(day, day) for day in rule["BYDAY"].split(",")]
    for name, word in (("BYMONTHDAY", "byMonthDay"), ("BYMONTH", "byMonth")):
        if name in rule:
            schedule[word] = [int(number) for number in rule[name].split(",")]
    if "COUNT" in rule:
        schedule["repeatCount"] = int(rule["COUNT"])
    if "UNTIL" in rule:
        last = datetime.fromisoformat(rule["UNTIL"]).astimezone(ZONE)  # no date begins after it, also on that day
        schedule["endDate"] = (last.date() - timedelta(days=last.time() < starts.time())).isoformat()
    if part.without:
        schedule["exceptDate"] = [local_date(moment).isoformat() for moment in part.without]
    return schedule


def _inlined(json: bytes) -> bytes:
    """The same JSON, written so that it can stand in a page: it ends no script, and begins no comment or section."""
    for char in (b"<", b">", b"&"):
        json = json.replace(char, b"\\u%04x" % ord(char))
    return json


def _status(activity: Activity) -> str:
    if activity.status is ActivityStatus.CANCELLED:
        return "EventCancelled"
    return "EventRescheduled" if activity.previous_starts else "EventScheduled"
