"""A venue and what is booked there, as anybody may see it."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.chassis.store.mongo import Document
from services.contracts.activities import Block, Equipment, Opening
from services.events.venues.domain import Venue


class VenueView(BaseModel):
    """A venue with its names, hours, blocks and equipment."""

    id: str
    community: str
    version: int
    venue: str
    zh: str
    en: str | None
    building: str | None
    capacity: int | None
    equipment: tuple[Equipment, ...]
    openings: tuple[Opening, ...]
    blocks: tuple[Block, ...]
    before_minutes: int
    after_minutes: int

    @classmethod
    def of(cls, stored: Stored[Venue]) -> "VenueView":
        shared = cls.model_fields.keys() - {"version"}
        return cls(version=stored.version, **{name: getattr(stored.aggregate, name) for name in shared})


class BookedView(BaseModel):
    """A booking of a venue. `owner` is the activity, or its series."""

    activity: str
    owner: str
    title: str
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, document: Document) -> "BookedView":
        return cls(
            activity=str(document.get("activity", document["_id"])),
            owner=document["owner"],
            title=document["title"],
            starts_at=document["begins"],
            ends_at=document["over"],
        )


class BlockedView(VenueView):
    """A venue that has been blocked or described anew, and the bookings that this hits."""

    booked: tuple[BookedView, ...] = Field(
        description="What was booked already and is hit by the block, the hours or the capacity; it is moved by hand."
    )

    @classmethod
    def hitting(cls, stored: Stored[Venue], booked: Sequence[Document]) -> "BlockedView":
        """The venue `stored`, and what is `booked` there."""
        return cls(**VenueView.of(stored).model_dump(), booked=tuple(BookedView.of(each) for each in booked))
