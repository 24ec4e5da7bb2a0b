"""Who has which place and instructor when: a document per date, found by an index on place and time.

A booking is claimed before its activity or series is written. Whoever claims writes first and looks then: of two who
claim one time at once, each sees the other unless the other had looked before and been refused; so never both stay. A
claim whose process died before its activity was written is passed by after some minutes; one whose activity was written
is confirmed by the event that tells of it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import ASCENDING, Collection, Document, IndexModel, UpdateOne, WriteOp
from services.chassis.store.unavailable import store_errors
from services.contracts.activities import EquipmentNeed
from services.events.venues.domain import (
    EquipmentShort,
    Slot,
    Venue,
    VenueTaken,
    require_open,
    told,
    venue_id,
    with_buffers,
)

COLLECTION = "venue_slots"
INDEXES: Sequence[IndexModel] = (
    IndexModel([("community", ASCENDING), ("venue", ASCENDING), ("ends", ASCENDING)]),
    IndexModel([("instructors", ASCENDING), ("ends", ASCENDING)]),
    IndexModel([("owner", ASCENDING), ("ends", ASCENDING)]),
    IndexModel([("community", ASCENDING), ("equipment.kind", ASCENDING), ("ends", ASCENDING)]),
)
_FORGOTTEN = timedelta(minutes=10)
"""A claim that nothing followed is passed by after this time."""
_ATTEMPTS = 4
_LONGEST = timedelta(days=16)
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to hold: one activity or (`owner` is it) all dates of a series."""

    community: str
    venue: str
    owner: str
    title: str
    heads: int
    slots: Sequence[Slot]
    instructors: tuple[str, ...] = ()
    equipment: Sequence[EquipmentNeed] = ()


class Bookings:
    """What has been booked in all communities. Places that are no venues are booked by nobody."""

    def __init__(self, collection: Collection, venues: Aggregates[Venue], clock: Clock) -> None:
        self.collection = collection
        self._venues = venues
        self._clock = clock

    @asynccontextmanager
    async def claimed(self, wanted: Wanted, *, books: bool = True) -> AsyncIterator[None]:
        """Holds what is wanted while its activity or series is written, and (`books`) books it once that is done.

        Raises:
            VenueTooSmall, VenueClosed
            VenueTaken: it names the dates that collide, and what is free instead.
            EquipmentShort: it names what is short, and when.
        """
        venue = await self._venue(wanted.community, wanted.venue)
        if venue is not None:
            require_open(venue, wanted.slots, wanted.heads)
        claim = await self._claim(wanted, venue)
        try:
            yield
            if books:
                await self.book(wanted)
        finally:
            if claim is not None:
                with store_errors():
                    await self.collection.delete_many({"claim": claim})

    async def book(self, wanted: Wanted) -> None:
        """Book what is wanted, whoever else may have it; what was booked for these dates before is booked no more."""
        venue = await self._venue(wanted.community, wanted.venue)
        writes: list[WriteOp] = [
            UpdateOne(
                {"_id": slot.activity},
                {"$set": _document(wanted, venue, slot, None, self._clock()), "$unset": {"apart": ""}},
                upsert=True,
            )
            for slot in wanted.slots
        ]
        if writes:
            with store_errors():
                await self.collection.bulk_write(writes, ordered=False)

    async def move(self, activity: str, venue: str, slot: Slot) -> None:
        """One date is elsewhere or at another time from now on."""
        with store_errors():
            found = await self.collection.find_one({"_id": activity})
        if found is None:
            return
        place = await self._venue(str(found["community"]), venue)
        starts, ends = with_buffers(place, slot)
        update = {"venue": venue, "starts": starts, "ends": ends, "begins": slot.starts_at, "over": slot.ends_at}
        with store_errors():
            await self.collection.update_one({"_id": activity}, {"$set": {**update, "apart": True}})

    async def free(self, ids: Iterable[str]) -> None:
        """These activities don't take place."""
        with store_errors():
            await self.collection.delete_many({"_id": {"$in": list(ids)}})

    async def keep_only(self, owner: str, ids: Iterable[str], since: datetime) -> None:
        """Of `owner` only `ids` take place after `since`."""
        with store_errors():
            await self.collection.delete_many({"owner": owner, "ends": {"$gt": since}, "_id": {"$nin": list(ids)}})

    async def apart(self, owner: str) -> frozenset[str]:
        """The dates of `owner` that were moved on their own, by their ids."""
        with store_errors():
            found = self.collection.find({"owner": owner, "apart": True}, {"_id": 1})
            return frozenset([str(document["_id"]) async for document in found])

    async def at(self, community: str, venue: str, since: datetime, until: datetime) -> list[Document]:
        """What is booked at a venue in [since, until), in order."""
        with store_errors():
            found = self.collection.find(at_venue(community, venue, since, until)).sort("ends", ASCENDING).limit(1000)
            return [document async for document in found if document.get("claim") is None]

    async def _venue(self, community: str, venue: str) -> Venue | None:
        stored = await self._venues.find(venue_id(community, venue))
        return None if stored is None else stored.aggregate

    async def _claim(self, wanted: Wanted, venue: Venue | None) -> str | None:
        if not wanted.slots or (venue is None and not wanted.instructors and not wanted.equipment):
            return None
        stock = await self._stock(wanted)
        for attempt in range(_ATTEMPTS):
            claim = token_hex(8)
            now = self._clock()
            documents = [_document(wanted, venue, slot, claim, now) for slot in wanted.slots]
            with store_errors():
                await self.collection.insert_many(documents, ordered=False)
                taken, by_a_claim = await self._taken(wanted, venue)
                short, short_by_a_claim = await self._short(wanted, venue, stock)
            if not taken and short is None:
                return claim
            with store_errors():
                await self.collection.delete_many({"claim": claim})
            if not (by_a_claim or short_by_a_claim) or attempt == _ATTEMPTS - 1:
                if short is not None and not taken:
                    raise short
                raise VenueTaken(when=told(taken), free=await self._instead(wanted))
            await asyncio.sleep(random.uniform(0.01, 0.05) * (attempt + 1))  # noqa: S311  no secret
        return None

    async def _taken(self, wanted: Wanted, venue: Venue | None) -> tuple[list[Slot], bool]:
        """The slots that collide with what others hold, and whether one of those is a mere claim."""
        spans = [(slot, *with_buffers(venue, slot)) for slot in wanted.slots]
        since, until = min(span[1] for span in spans), max(span[2] for span in spans)
        others: list[Document] = []
        if venue is not None:
            there = at_venue(wanted.community, wanted.venue, since, until)
            others += [each async for each in self.collection.find(there)]
        if wanted.instructors:
            teaching = {"instructors": {"$in": list(wanted.instructors)}, **_within(since, until)}
            others += [each async for each in self.collection.find(teaching)]
        stale = self._clock() - _FORGOTTEN
        held = sorted(
            (
                (each["starts"], each["ends"], each.get("claim") is not None)
                for each in others
                if each["owner"] != wanted.owner and (each.get("claim") is None or each["at"] > stale)
            ),
        )
        return _colliding(spans, held)

    async def _stock(self, wanted: Wanted) -> dict[str, int]:
        """How many pieces the community's venues have of what is wanted."""
        if not wanted.equipment:
            return {}
        stock = dict.fromkeys((each.kind for each in wanted.equipment), 0)
        with store_errors():
            found = self._venues.collection.find({"state.community": wanted.community}, {"state.equipment": 1})
            async for document in found:
                for piece in document["state"].get("equipment", ()):
                    if piece["kind"] in stock:
                        stock[piece["kind"]] += int(piece["count"])
        return stock

    async def _short(
        self, wanted: Wanted, venue: Venue | None, stock: dict[str, int]
    ) -> tuple[EquipmentShort | None, bool]:
        """What is short at the times of `wanted`, others' use counted, and whether a mere claim makes it so."""
        if not wanted.equipment:
            return None, False
        spans = [(slot, *with_buffers(venue, slot)) for slot in wanted.slots]
        within = _within(min(span[1] for span in spans), max(span[2] for span in spans))
        query = {"community": wanted.community, "equipment.kind": {"$in": list(stock)}, **within}
        stale = self._clock() - _FORGOTTEN
        others = [
            each
            async for each in self.collection.find(query)
            if each["owner"] != wanted.owner and (each.get("claim") is None or each["at"] > stale)
        ]
        for need in wanted.equipment:
            uses = [
                (each["starts"], each["ends"], int(piece["count"]), each.get("claim") is not None)
                for each in others
                for piece in each.get("equipment", ())
                if piece["kind"] == need.kind
            ]
            left = stock[need.kind] - need.count
            lacking = [slot for slot, since, until in spans if used_at_once(uses, since, until) > left]
            if lacking:
                short = EquipmentShort(kind=need.kind, stock=stock[need.kind], when=told(lacking))
                return short, any(use[3] for use in uses)
        return None, False

    async def _instead(self, wanted: Wanted) -> str:
        return ", ".join(f"{venue.zh} ({venue.venue})" for venue in await self.free_for(wanted)) or "—"

    async def free_for(self, wanted: Wanted, most: int = _SHOWN) -> list[Venue]:
        """Other venues of the community that are large enough, and free and open at all those times."""
        page = await self._venues.select({"state.community": wanted.community}, limit=200)
        found: list[Venue] = []
        for stored in page.items:
            venue = stored.aggregate
            large = venue.capacity is None or venue.capacity >= wanted.heads
            if venue.venue == wanted.venue or not large:
                continue
            if all(venue.is_open(slot.starts_at, slot.ends_at) for slot in wanted.slots):
                elsewhere = replace(wanted, venue=venue.venue)
                with store_errors():
                    taken, _ = await self._taken(elsewhere, venue)
                if not taken:
                    found.append(venue)
            if len(found) == most:
                break
        return found


def at_venue(community: str, venue: str, since: datetime, until: datetime) -> dict[str, Any]:
    """The query for what is held at a venue in [since, until)."""
    return {"community": community, "venue": venue, **_within(since, until)}


def _within(since: datetime, until: datetime) -> dict[str, Any]:
    """What ends after `since` and begins before `until`; nothing is longer than an activity with its buffers."""
    return {"ends": {"$gt": since, "$lt": until + _LONGEST}, "starts": {"$lt": until}}


def used_at_once(uses: Sequence[tuple[datetime, datetime, int, bool]], since: datetime, until: datetime) -> int:
    """The most pieces that `uses` take at one moment between `since` and `until`."""
    touching = [use for use in uses if use[0] < until and use[1] > since]
    moments = [since, *(use[0] for use in touching if use[0] > since)]
    return max((sum(use[2] for use in touching if use[0] <= at < use[1]) for at in moments), default=0)


def _colliding(
    spans: Sequence[tuple[Slot, datetime, datetime]], held: Sequence[tuple[datetime, datetime, bool]]
) -> tuple[list[Slot], bool]:
    """The spans that touch something held. Both are walked side by side, in order of their starts."""
    found: list[Slot] = []
    by_a_claim, place = False, 0
    open_ones: list[tuple[datetime, datetime, bool]] = []
    for slot, starts, ends in sorted(spans, key=lambda span: span[1]):
        while place < len(held) and held[place][0] < ends:
            open_ones.append(held[place])
            place += 1
        open_ones = [each for each in open_ones if each[1] > starts]
        touching = [each for each in open_ones if each[0] < ends]
        if touching:
            found.append(slot)
            by_a_claim = by_a_claim or any(each[2] for each in touching)
    return found, by_a_claim


def _document(wanted: Wanted, venue: Venue | None, slot: Slot, claim: str | None, now: datetime) -> Document:
    starts, ends = with_buffers(venue, slot)
    return {
        "_id": slot.activity if claim is None else f"{slot.activity}:{claim}",
        "community": wanted.community,
        "venue": wanted.venue,
        "owner": wanted.owner,
        "title": wanted.title,
        "starts": starts,
        "ends": ends,
        "begins": slot.starts_at,
        "over": slot.ends_at,
        "instructors": list(wanted.instructors),
        "equipment": [{"kind": each.kind, "count": each.count} for each in wanted.equipment],
        "claim": claim,
        "at": now,
    }
