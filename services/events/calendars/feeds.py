"""The public calendar of a community as iCalendar (RFC 5545): one VEVENT per activity, no person in it.

A subscriber's copy follows along: `UID` never changes, `SEQUENCE` is the activity's version, a cancelled activity
stays as `STATUS:CANCELLED`, and a moved one keeps its UID with another start.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from icalendar import Calendar, Event

from services.chassis.cache import Cache
from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE
from services.contracts.activities import ActivityStatus
from services.contracts.text import fit
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, Store, in_calendar

BACK = timedelta(days=60)
AHEAD = timedelta(days=400)
LARGEST = 2000
"""Activities in one calendar; the latest beyond it are left out."""
_REFRESH = timedelta(hours=1)
_KEPT = 64
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar and its entity tag."""

    tag: str
    body: bytes


class Feeds:
    """The calendars of all communities; one is written anew only when one of its activities has another version."""

    def __init__(self, store: Store, public_url: str) -> None:
        self._store = store
        self._url = public_url
        self._known = Cache[str, Feed](_KEPT)

    async def of(self, community: str) -> Feed:
        """The present calendar of `community`; an empty one where nothing is planned."""
        today = self._store.clock().replace(hour=0, minute=0, second=0, microsecond=0)
        query = in_calendar(community, today - BACK, today + AHEAD)
        tag = await self._tag(community, query)
        known = self._known.get(community)
        if known is None or known.tag != tag:
            activities = await self._read(query)
            known = Feed(tag, await asyncio.to_thread(calendar, community, activities, self._url))
            self._known.put(community, known)
        return known

    async def _tag(self, community: str, query: dict[str, object]) -> str:
        digest = hashlib.sha256(community.encode())
        found = self._store.activities.collection.find(query, {"v": 1}).sort(BY_START, 1).limit(LARGEST)
        async for document in found:
            digest.update(f"{document['_id']}:{document['v']};".encode())
        return f'"{digest.hexdigest()[:32]}"'

    async def _read(self, query: dict[str, object]) -> list[Stored[Activity]]:
        activities: list[Stored[Activity]] = []
        cursor: str | None = None
        while len(activities) < LARGEST:
            page = await self._store.activities.select(
                query, sort=BY_START, descending=False, limit=_PAGE, cursor=cursor
            )
            activities += page.items
            if (cursor := page.next) is None:
                break
        return activities


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
