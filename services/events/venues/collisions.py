"""What stands against a booking: others at the same place and time, their instructors, and equipment that is short.

A document of the collection is a booking, or a claim of one while its activity or series is written. Claims that
nothing followed are passed by.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import ASCENDING, Collection, Document, IndexModel
from services.chassis.store.unavailable import store_errors
from services.chassis.words import Worded
from services.contracts.activities import EquipmentNeed
from services.events.venues.domain import (
    Clash,
    EquipmentShort,
    Slot,
    Venue,
    among_themselves,
    told,
    used_at_once,
    with_buffers,
)

COLLECTION = "venue_slots"
INDEXES: Sequence[IndexModel] = (
    IndexModel([("community", ASCENDING), ("venue", ASCENDING), ("ends", ASCENDING)]),
    IndexModel([("instructors", ASCENDING), ("ends", ASCENDING)]),
    IndexModel([("owner", ASCENDING), ("ends", ASCENDING)]),
    IndexModel([("community", ASCENDING), ("equipment.kind", ASCENDING), ("ends", ASCENDING)]),
)
FORGOTTEN = timedelta(minutes=10)
"""A claim that nothing followed is passed by after this time."""
_LONGEST = timedelta(days=16)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The places and times that somebody wants to book, for one activity or for dates of a series, which then is the
    `owner`. What is booked for its own dates `leaving` gives way, as does what is booked for the slots themselves."""

    community: str
    venue: str
    owner: str
    title: str
    heads: int
    slots: Sequence[Slot]
    instructors: tuple[str, ...] = ()
    equipment: Sequence[EquipmentNeed] = ()
    leaving: frozenset[str] = frozenset()

    @property
    def giving_way(self) -> frozenset[str]:
        """The activities whose bookings are not in the way."""
        return self.leaving | {slot.activity for slot in self.slots}


class Collisions:
    """Looks among the bookings of all communities for what stands against one."""

    def __init__(self, collection: Collection, venues: Aggregates[Venue], clock: Clock) -> None:
        self.collection = collection
        self._venues = venues
        self._clock = clock

    async def taken(self, wanted: Wanted, venue: Venue | None) -> tuple[list[Clash], bool]:
        """What collides with what others hold, and whether one of those is a mere claim."""
        spans = [(slot, *with_buffers(venue, slot)) for slot in wanted.slots]
        since, until = min(span[1] for span in spans), max(span[2] for span in spans)
        others: dict[str, Document] = {}
        if venue is not None:
            there = at_venue(wanted.community, wanted.venue, since, until)
            others |= {each["_id"]: each async for each in self.collection.find(there)}
        if wanted.instructors:
            teaching = {"instructors": {"$in": list(wanted.instructors)}, **_within(since, until)}
            others |= {each["_id"]: each async for each in self.collection.find(teaching)}
        found = _colliding(spans, sorted(self._in_the_way(wanted, others.values()), key=lambda each: each["starts"]))
        clashes = [_clash(slot, other, wanted.community) for slot, other in found]
        if venue is not None or wanted.instructors:
            clashes += among_themselves(spans, wanted.title)
        return clashes, any(other.get("claim") is not None for _, other in found)

    def _in_the_way(self, wanted: Wanted, others: Iterable[Document]) -> list[Document]:
        """Those of `others` that do not give way to `wanted`, without claims that nothing followed."""
        stale, giving_way = self._clock() - FORGOTTEN, wanted.giving_way
        return [
            each
            for each in others
            if not (each["owner"] == wanted.owner and each.get("activity", each["_id"]) in giving_way)
            and (each.get("claim") is None or each["at"] > stale)
        ]

    async def stock(self, wanted: Wanted) -> dict[str, int]:
        """The number of pieces that the community's venues have of each kind of equipment wanted, called by its words
        where a venue has it."""
        if not wanted.equipment:
            return {}
        stock = dict.fromkeys((each.kind for each in wanted.equipment), 0)
        called: dict[str, Worded] = {}
        with store_errors():
            found = self._venues.collection.find({"state.community": wanted.community}, {"state.equipment": 1})
            async for document in found:
                for piece in document["state"].get("equipment", ()):
                    if (kind := piece["kind"]) in stock:
                        stock[kind] += int(piece["count"])
                        called[kind] = Worded(kind, piece["zh"], piece.get("en") or piece["zh"])
        return {called.get(kind, kind): count for kind, count in stock.items()}

    async def short(
        self, wanted: Wanted, venue: Venue | None, stock: dict[str, int]
    ) -> tuple[EquipmentShort | None, bool]:
        """What is short at the times of `wanted`, and whether a mere claim makes it so."""
        async for need, slots, by_a_claim in self.lacking(wanted, venue, stock):
            kind = next(each for each in stock if each == need.kind)
            return EquipmentShort(kind=kind, stock=stock[kind], when=told(slots)), by_a_claim
        return None, False

    async def lacking(
        self, wanted: Wanted, venue: Venue | None, stock: dict[str, int]
    ) -> AsyncIterator[tuple[EquipmentNeed, list[Slot], bool]]:
        """The equipment that is short, others' use counted, with its slots and whether a mere claim uses some."""
        if not wanted.equipment:
            return
        spans = [(slot, *with_buffers(venue, slot)) for slot in wanted.slots]
        within = _within(min(span[1] for span in spans), max(span[2] for span in spans))
        query = {"community": wanted.community, "equipment.kind": {"$in": list(stock)}, **within}
        others = self._in_the_way(wanted, [each async for each in self.collection.find(query)])
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
                yield need, lacking, any(use[3] for use in uses)


def at_venue(community: str, venue: str, since: datetime, until: datetime) -> dict[str, Any]:
    """The query for what is held at a venue in [since, until)."""
    return {"community": community, "venue": venue, **_within(since, until)}


def _within(since: datetime, until: datetime) -> dict[str, Any]:
    """The query for bookings that end after `since` and begin before `until`. No booking is longer than an activity
    with its buffers, which bounds the index."""
    return {"ends": {"$gt": since, "$lt": until + _LONGEST}, "starts": {"$lt": until}}


def _colliding(
    spans: Sequence[tuple[Slot, datetime, datetime]], held: Sequence[Document]
) -> list[tuple[Slot, Document]]:
    """Each span with what it touches. Both are walked side by side, in order of their starts."""
    found: list[tuple[Slot, Document]] = []
    place = 0
    open_ones: list[Document] = []
    for slot, starts, ends in sorted(spans, key=lambda span: span[1]):
        while place < len(held) and held[place]["starts"] < ends:
            open_ones.append(held[place])
            place += 1
        open_ones = [each for each in open_ones if each["ends"] > starts]
        found += [(slot, each) for each in open_ones if each["starts"] < ends]
    return found


def _clash(slot: Slot, other: Document, community: str) -> Clash:
    """What stands against `slot`. Of an instructor's work in another community only the hours are told."""
    title = other["title"] if other["community"] == community else None
    return Clash(slot=slot, starts_at=other["begins"], ends_at=other["over"], title=title)
