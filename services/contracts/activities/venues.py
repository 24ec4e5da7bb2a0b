"""The facts of venues: where activities take place, and when one can't."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Masked, Office, Public, Thing
from services.contracts.topics import ACTIVITIES
from services.contracts.value import Value


class Equipment(Value):
    """What a venue has, and how many of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Thing[Code]
    zh: Office[Masked]
    en: Office[Masked | None] = None
    count: int = 1


class Opening(Value):
    """A venue is open on a weekday (1 is Monday) from one minute of the day to another."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    weekday: int
    opens: int
    closes: int


class Block(Value):
    """A time at which nothing takes place at a venue."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    since: datetime
    until: datetime
    reason: Office[Masked | None] = None


class _Venue(BaseModel):
    venue: Public[Code]
    """The word by which activities name it."""
    zh: Public[Office[Masked]]
    en: Public[Office[Masked | None]] = None
    building: Public[Id | None] = None
    capacity: Public[int | None] = None
    equipment: Public[list[Equipment]]
    openings: Public[list[Opening]]
    """Empty: always open."""
    blocks: Public[list[Block]]
    before_minutes: Public[int]
    """For setting up before an activity, in which nothing else takes place there."""
    after_minutes: Public[int]


class VenueState(_Venue, State, type="cn.community.events.venue.state.v1", topic=ACTIVITIES):
    """A venue as anybody may see it."""


class VenueEntered(_Venue, Event, type="cn.community.events.venue.entered.v1", topic=ACTIVITIES, state=VenueState):
    """A venue was entered: activities may take place there."""


class VenueChanged(_Venue, Event, type="cn.community.events.venue.changed.v1", topic=ACTIVITIES, state=VenueState):
    """The names, equipment, hours or buffers of a venue are others now, or it is blocked for a time or no longer."""
