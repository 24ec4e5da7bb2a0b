"""The calendars to which people subscribe, kept until one of their activities changes."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.cache import Cache
from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates, Stored
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, in_calendar
from services.events.calendars.icalendar import calendar

BACK = timedelta(days=60)
AHEAD = timedelta(days=400)
LARGEST = 2000
"""How many activities stand in one calendar; the latest beyond it are left out."""
_KEPT = 64
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar and its entity tag."""

    tag: str
    body: bytes


class Feeds:
    """The calendars of all communities. One is written anew only when one of its activities has another version."""

    def __init__(self, activities: Aggregates[Activity], clock: Clock, public_url: str) -> None:
        self._activities = activities
        self._clock = clock
        self._url = public_url
        self._known = Cache[str, Feed](_KEPT)

    async def of(self, community: str) -> Feed:
        """The present calendar of `community`; an empty one where nothing is planned."""
        today = self._clock().replace(hour=0, minute=0, second=0, microsecond=0)
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
        found = self._activities.collection.find(query, {"v": 1}).sort(BY_START, 1).limit(LARGEST)
        async for document in found:
            digest.update(f"{document['_id']}:{document['v']};".encode())
        return f'"{digest.hexdigest()[:32]}"'

    async def _read(self, query: dict[str, object]) -> list[Stored[Activity]]:
        activities: list[Stored[Activity]] = []
        cursor: str | None = None
        while len(activities) < LARGEST:
            page = await self._activities.select(query, sort=BY_START, descending=False, limit=_PAGE, cursor=cursor)
            activities += page.items
            if (cursor := page.next) is None:
                break
        return activities
