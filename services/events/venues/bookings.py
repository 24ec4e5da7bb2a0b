"""Bookings of places and instructors: a document for each date, found by an index on place and time.

A booking is claimed before its activity or series is written. A claim is written first, and collisions are looked for
then: of two claims for one time at once, each sees the other, unless the other had looked before and been refused; so
never both stay. A claim whose process died before its activity was written is ignored after some minutes; one whose
activity was written is confirmed by the event that tells of it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex

from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.store.mongo import ASCENDING, Collection, Document, UpdateOne, WriteOp
from services.chassis.store.unavailable import store_errors
from services.chassis.words import Worded
from services.contracts.activities import EquipmentNeed
from services.events.venues.collisions import Collisions, Wanted, at_venue
from services.events.venues.domain import (
    Clash,
    Slot,
    Venue,
    VenueTaken,
    hours,
    require_open,
    require_size,
    told_clashes,
    venue_id,
    with_buffers,
)

_ATTEMPTS = 4
_SHOWN = 3


class Bookings:
    """The bookings of all communities. Places that are no venues are never booked."""

    def __init__(self, collection: Collection, venues: Aggregates[Venue], clock: Clock) -> None:
        self.collection = collection
        self._collisions = Collisions(collection, venues, clock)
        self._venues = venues
        self._clock = clock

    @asynccontextmanager
    async def claimed(self, wanted: Wanted, *, books: bool = True) -> AsyncIterator[None]:
        """Holds what is wanted while its activity or series is written, and (`books`) books it once that is done.

        Raises:
            VenueTooSmall, VenueClosed
            VenueTaken: it names the hours that are held, and what is free instead.
            EquipmentShort: it names what is short, and when.
        """
        venue = await self._venue(wanted.community, wanted.venue)
        if venue is not None:
            require_open(venue, wanted.slots, wanted.heads)
        claim = await self._claim(wanted, venue)
        try:
            if venue is not None:  # whoever blocks it from now on finds the claim
                require_open((await self._venues.get(venue.id)).aggregate, wanted.slots, wanted.heads)
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
                {"$set": _document(wanted, venue, slot, None, self._clock())},
                upsert=True,
            )
            for slot in wanted.slots
        ]
        if writes:
            with store_errors():
                await self.collection.bulk_write(writes, ordered=False)

    async def confirm(self, wanted: Wanted) -> None:
        """Book what was claimed for one activity where nothing is booked for it yet: whoever claimed it died. Who
        teaches there, which no event tells, stands in the claim; what is booked already stays as it is."""
        (slot,) = wanted.slots
        claim = {"owner": wanted.owner, "activity": slot.activity, "claim": {"$type": "string"}}
        venue = await self._venue(wanted.community, wanted.venue)
        with store_errors():
            claimed = await self.collection.find_one(claim)
            whole = wanted if claimed is None else replace(wanted, instructors=tuple(claimed["instructors"]))
            booking = _document(whole, venue, slot, None, self._clock())
            await self.collection.update_one({"_id": booking.pop("_id")}, {"$setOnInsert": booking}, upsert=True)

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
            await self.collection.update_one({"_id": activity}, {"$set": update})

    async def describe(self, activity: str, title: str, heads: int, equipment: Sequence[EquipmentNeed]) -> None:
        """What is booked for an activity is called so from now on, is for so many, and uses that equipment."""
        now = {"title": title, "heads": heads, "equipment": [each.model_dump() for each in equipment]}
        with store_errors():
            await self.collection.update_one({"_id": activity}, {"$set": now})

    async def buffer(self, venue: Venue) -> None:
        """What is booked at a venue from now on is kept clear by its buffers as they are now."""
        before, after = timedelta(minutes=venue.before_minutes), timedelta(minutes=venue.after_minutes)
        ahead = {"community": venue.community, "venue": venue.venue, "ends": {"$gt": self._clock()}}
        spans = {
            "starts": {"$subtract": ["$begins", before // timedelta(milliseconds=1)]},
            "ends": {"$add": ["$over", after // timedelta(milliseconds=1)]},
        }
        with store_errors():
            await self.collection.update_many(ahead, [{"$set": spans}])

    async def free(self, ids: Iterable[str]) -> None:
        """These activities don't take place."""
        with store_errors():
            await self.collection.delete_many({"_id": {"$in": list(ids)}})

    async def keep_only(self, owner: str, ids: Iterable[str], since: datetime) -> None:
        """Remove the bookings of `owner` after `since`, except those of the activities `ids`."""
        with store_errors():
            await self.collection.delete_many({"owner": owner, "ends": {"$gt": since}, "_id": {"$nin": list(ids)}})

    async def held(self, owner: str, since: datetime) -> frozenset[str]:
        """The activities of `owner` for which something is booked that ends after `since`."""
        with store_errors():
            found = self.collection.find({"owner": owner, "ends": {"$gt": since}}, {"_id": 1, "claim": 1})
            return frozenset([str(each["_id"]) async for each in found if each.get("claim") is None])

    async def in_the_way(self, wanted: Wanted) -> frozenset[str]:
        """Those of the activities of `wanted` whose place, instructors or equipment somebody else has."""
        if not wanted.slots:
            return frozenset()
        venue, stock = await self._venue(wanted.community, wanted.venue), await self._collisions.stock(wanted)
        with store_errors():
            taken, _ = await self._collisions.taken(wanted, venue)
            lacking = [each async for each in self._collisions.lacking(wanted, venue, stock)]
        return frozenset(
            [clash.slot.activity for clash in taken] + [slot.activity for _, slots, _ in lacking for slot in slots]
        )

    async def require_size(self, community: str, venue: str, heads: int) -> None:
        """Raises VenueTooSmall if so many people don't fit into the place."""
        if (place := await self._venue(community, venue)) is not None:
            require_size(place, heads)

    async def at(self, community: str, venue: str, since: datetime, until: datetime) -> list[Document]:
        """The bookings of a venue in [since, until), in order."""
        with store_errors():
            found = self.collection.find(at_venue(community, venue, since, until)).sort("ends", ASCENDING).limit(1000)
            return [document async for document in found if document.get("claim") is None]

    async def _venue(self, community: str, venue: str) -> Venue | None:
        stored = await self._venues.find(venue_id(community, venue))
        return None if stored is None else stored.aggregate

    async def _claim(self, wanted: Wanted, venue: Venue | None) -> str | None:
        if not wanted.slots or (venue is None and not wanted.instructors and not wanted.equipment):
            return None
        stock = await self._collisions.stock(wanted)
        for attempt in range(_ATTEMPTS):
            claim, now = token_hex(8), self._clock()
            documents = [_document(wanted, venue, slot, claim, now) for slot in wanted.slots]
            with store_errors():
                await self.collection.insert_many(documents, ordered=False)
                taken, by_a_claim = await self._collisions.taken(wanted, venue)
                short, short_by_a_claim = await self._collisions.short(wanted, venue, stock)
            if not taken and short is None:
                return claim
            with store_errors():
                await self.collection.delete_many({"claim": claim})
            if not (by_a_claim or short_by_a_claim) or attempt == _ATTEMPTS - 1:
                if short is not None and not taken:
                    raise short
                raise VenueTaken(when=told_clashes(taken), free=await self._instead(wanted, venue, taken))
            await asyncio.sleep(random.uniform(0.01, 0.05) * (attempt + 1))  # noqa: S311  no secret
        return None

    async def _instead(self, wanted: Wanted, venue: Venue | None, clashes: Sequence[Clash]) -> Worded:
        places = [stored.aggregate for stored in await self.free_for(wanted)]
        others = [] if venue is None else await self._other_hours(wanted, venue, clashes)
        at = [hours(slot.starts_at, slot.ends_at) for slot in others]
        zh = [*(f"{each.zh}（{each.venue}）" for each in places), *at]
        en = [*(f"{each.en or each.zh} ({each.venue})" for each in places), *at]
        return Worded.sentence("、".join(zh) or "—", ", ".join(en) or "—")

    async def _other_hours(self, wanted: Wanted, venue: Venue, clashes: Sequence[Clash]) -> list[Slot]:
        """For a single date: right before and right after what stands against it, where the place is free and open."""
        if len(wanted.slots) != 1:
            return []
        (slot,) = wanted.slots
        around = timedelta(minutes=venue.before_minutes + venue.after_minutes)
        length = slot.ends_at - slot.starts_at
        earlier = min(clash.starts_at for clash in clashes) - around - length
        later = max(clash.ends_at for clash in clashes) + around
        asked = [slot.model_copy(update={"starts_at": at, "ends_at": at + length}) for at in (earlier, later)]
        ahead = [each for each in asked if each.starts_at > self._clock() and _is_open(venue, each)]
        with store_errors():
            return [
                each for each in ahead if not (await self._collisions.taken(replace(wanted, slots=[each]), venue))[0]
            ]

    async def free_for(self, wanted: Wanted, most: int = _SHOWN) -> list[Stored[Venue]]:
        """Other venues of the community that are large enough, and free and open at all those times."""
        page = await self._venues.select({"state.community": wanted.community}, limit=200)
        found: list[Stored[Venue]] = []
        for stored in page.items:
            venue = stored.aggregate
            large = venue.capacity is None or venue.capacity >= wanted.heads
            if venue.venue == wanted.venue or not large:
                continue
            if all(_is_open(venue, slot) for slot in wanted.slots):
                elsewhere = replace(wanted, venue=venue.venue)
                with store_errors():
                    taken, _ = await self._collisions.taken(elsewhere, venue)
                if not taken:
                    found.append(stored)
            if len(found) == most:
                break
        return found


def _is_open(venue: Venue, slot: Slot) -> bool:
    return venue.is_open(slot.starts_at, slot.ends_at)


def _document(wanted: Wanted, venue: Venue | None, slot: Slot, claim: str | None, now: datetime) -> Document:
    starts, ends = with_buffers(venue, slot)
    return {
        "_id": slot.activity if claim is None else f"{slot.activity}:{claim}",
        "activity": slot.activity,
        "community": wanted.community,
        "venue": wanted.venue,
        "owner": wanted.owner,
        "title": wanted.title,
        "heads": wanted.heads,
        "starts": starts,
        "ends": ends,
        "begins": slot.starts_at,
        "over": slot.ends_at,
        "instructors": list(wanted.instructors),
        "equipment": [{"kind": each.kind, "count": each.count} for each in wanted.equipment],
        "claim": claim,
        "at": now,
    }
