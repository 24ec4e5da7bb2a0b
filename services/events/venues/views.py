"""A venue and what is booked there, as anybody may see it."""

from datetime import datetime

from pydantic import BaseModel

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
    """What takes place there, and when; `owner` is the activity or its series."""

    activity: str
    owner: str
    title: str
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, document: Document) -> "BookedView":
        return cls(
            activity=document["_id"],
            owner=document["owner"],
            title=document["title"],
            starts_at=document["begins"],
            ends_at=document["over"],
        )
