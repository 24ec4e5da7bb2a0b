"""Holds a venue while staff block it or describe it anew: whoever books it in that moment is told to staff,
or finds it as it is then.

The hold is written before what is booked is read, as a claim of bookings is; so of a block and a booking at once, one
sees the other.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from secrets import token_hex

from services.chassis.store.mongo import Document
from services.chassis.store.unavailable import store_errors
from services.events.venues.bookings import Bookings
from services.events.venues.collisions import FORGOTTEN, at_venue
from services.events.venues.domain import Venue

_PART = timedelta(days=10)
"""The index of bookings looks for nothing that is longer than an activity, so a long hold has parts."""
_PARTS = 80
AHEAD = _PARTS * _PART
"""How far ahead a venue is held at most, which is farther than anything is booked."""
_MOST = 1000


@asynccontextmanager
async def blocking(
    bookings: Bookings, venue: Venue, since: datetime, until: datetime, now: datetime
) -> AsyncIterator[list[Document]]:
    """Holds `venue` from `since` to `until` while it is written; what is booked or being booked for then is given."""
    hold, parts, begins = token_hex(8), list[Document](), max(since, now)
    while begins < until and len(parts) < _PARTS:
        ends = min(begins + _PART, until)
        parts.append(_hold(venue, hold, len(parts), begins, ends, now))
        begins = ends
    with store_errors():
        if parts:
            await bookings.collection.insert_many(parts, ordered=False)
    try:
        with store_errors():
            there = at_venue(venue.community, venue.venue, since, until)
            found = bookings.collection.find(there).sort("ends", 1).limit(_MOST)
            met = [each async for each in found if each.get("claim") is None or each["at"] > now - FORGOTTEN]
            held = {each.get("activity", each["_id"]): each for each in met if each["title"] is not None}
        yield list(held.values())
    finally:
        with store_errors():
            await bookings.collection.delete_many({"owner": hold})


def _hold(venue: Venue, hold: str, part: int, begins: datetime, ends: datetime, now: datetime) -> Document:
    return {
        "_id": f"{hold}:{part}",
        "activity": hold,
        "community": venue.community,
        "venue": venue.venue,
        "owner": hold,
        "title": None,
        "starts": begins,
        "ends": ends,
        "begins": begins,
        "over": ends,
        "instructors": [],
        "equipment": [],
        "claim": hold,
        "at": now,
    }
