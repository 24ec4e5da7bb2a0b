"""The calendars to which people subscribe, kept until something in one changes."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.cache import Cache
from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates, Stored
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, in_calendar, openly, with_person, without_replaced
from services.events.calendars.icalendar import Shown, calendar
from services.events.names.store import NOTHING, CommunityNames, Names
from services.events.names.words import both
from services.events.series.domain.series import Series

BACK = timedelta(days=60)
AHEAD = timedelta(days=400)
LARGEST = 2000
"""How many activities stand in one calendar; the latest beyond it are left out."""
LARGEST_SERIES = 500
COMING = 50
"""How many activities stand in a feed of what comes next."""
_KEPT = 64
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar and the word of its entity tag."""

    tag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """Which calendar: of a community, of a venue or a host in it, or of a person."""

    community: str = ""
    venue: str | None = None
    host: str | None = None
    person: str | None = None

    def name(self, known: CommunityNames) -> str:
        """What subscribers read above it: the host, the venue or the community by its name, where it has one."""
        if self.person is not None:
            return "我的活动 My activities"
        if self.host is not None:
            host = known.hosts.get(self.host)
            of = self.host if host is None else both(host.name)
        elif self.venue is not None:
            of = both(known.venues.get(self.venue)) or self.venue
        else:
            of = both(known.called) or self.community
        return f"社区活动 Community activities ({of})"

    def activities(self, since: datetime, until: datetime, series: Sequence[str] = ()) -> dict[str, Any]:
        """The query for its activities that start in [since, until), and all dates of `series`, wherever they are."""
        if self.person is not None:
            parts = ("seated.person", "volunteers", "organiser", "instructors")
            mine = {"$or": [{f"state.{part}": self.person} for part in parts]}
            return {**with_person(self.person), BY_START: {"$gte": since, "$lt": until}, **mine}
        query = in_calendar(self.community, since, until)
        if narrowed := self._narrowed():
            query["$or"] = [narrowed, {"state.series": {"$in": list(series)}}]
        return query if self.host is None else query | openly()  # a host's calendar would say whose the time is

    def coming(self, now: datetime) -> dict[str, Any]:
        """The query for its activities that are not over: a person's own ones, else those that are not private."""
        if self.person is not None:
            return self.activities(now, now + AHEAD)
        return in_calendar(self.community, now) | openly() | self._narrowed()

    def series(self) -> dict[str, Any] | None:
        """The query for its series, and those of which some dates are at its venue, or its host's; a person's calendar
        shows the dates on which that person comes and no others."""
        if self.person is not None:
            return None
        changed = {"state.revisions.venue": self.venue, "state.revisions.change.details.host": self.host}
        some = [{name: value} for name, value in changed.items() if value is not None]
        narrowed = self._narrowed()
        return {"state.community": self.community} | ({"$or": [narrowed, *some]} if narrowed else {})

    def _narrowed(self) -> dict[str, Any]:
        given = {"state.venue": self.venue, "state.details.host": self.host}
        return {name: value for name, value in given.items() if value is not None}


class Feeds:
    """The calendars. One is written anew only when something in it has another version."""

    def __init__(
        self,
        activities: Aggregates[Activity],
        series: Aggregates[Series],
        names: Names,
        clock: Clock,
        public_url: str,
    ) -> None:
        self._activities = activities
        self._series = series
        self._names = names
        self._clock = clock
        self._url = public_url
        self._known = Cache[Asked, Feed](_KEPT)

    async def of(self, asked: Asked) -> Feed:
        """The present calendar; an empty one where nothing is planned."""
        today = self._clock().replace(hour=0, minute=0, second=0, microsecond=0)
        series = await self._versions(asked.series())
        query = asked.activities(today - BACK, today + AHEAD, [*series])
        tag = await self._tag(asked, query, series)
        known = self._known.get(asked)
        if known is None or known.tag != tag:
            found = await self._read(query)
            shown = Shown(
                asked.name(await self._names.of(asked.community) if asked.community else NOTHING),
                found,
                self._url,
                await self._read_series(asked.series()),
                {each: await self._names.of(each) for each in _communities(asked, found)},
                reminds=asked.person is not None,
                venue=asked.venue,
                host=asked.host,
            )
            known = Feed(tag, await asyncio.to_thread(calendar, shown))
            self._known.put(asked, known)
        return known

    async def coming(self, asked: Asked) -> Sequence[Stored[Activity]]:
        """The activities that come next, the first one first, as many as a feed holds."""
        query = asked.coming(self._clock())
        found = await self._activities.select(query, sort=BY_START, descending=False, limit=COMING)
        return (await without_replaced(self._activities, found, query)).items

    async def _versions(self, query: Mapping[str, object] | None) -> dict[str, int]:
        if query is None:
            return {}
        found = self._series.collection.find(query, {"v": 1}).sort("at", -1).limit(LARGEST_SERIES)
        return {document["_id"]: document["v"] async for document in found}

    async def _tag(self, asked: Asked, query: Mapping[str, object], series: Mapping[str, int]) -> str:
        digest = hashlib.sha256(repr(asked).encode())
        if asked.community:  # whose names are shown; those of a personal calendar follow with its next change
            digest.update(repr(await self._names.of(asked.community)).encode())
        found = self._activities.collection.find(query, {"v": 1}).sort(BY_START, 1).limit(LARGEST)
        async for document in found:
            digest.update(f"{document['_id']}:{document['v']};".encode())
        for id, version in series.items():
            digest.update(f"{id}:{version};".encode())
        return digest.hexdigest()[:32]

    async def _read(self, query: Mapping[str, object]) -> list[Stored[Activity]]:
        activities: list[Stored[Activity]] = []
        cursor: str | None = None
        while len(activities) < LARGEST:
            page = await self._activities.select(query, sort=BY_START, descending=False, limit=_PAGE, cursor=cursor)
            activities += (await without_replaced(self._activities, page, query)).items
            if (cursor := page.next) is None:
                break
        return activities

    async def _read_series(self, query: Mapping[str, object] | None) -> list[Series]:
        if query is None:
            return []
        page = await self._series.select(query, limit=LARGEST_SERIES)
        return [stored.aggregate for stored in page.items if not _has_private_dates(stored.aggregate)]


def _communities(asked: Asked, found: Sequence[Stored[Activity]]) -> set[str]:
    return {asked.community} if asked.community else {stored.aggregate.community for stored in found}


def _has_private_dates(series: Series) -> bool:
    """Whether some date is private, or was."""
    return series.private or any(each.change.private for each in series.revisions)
