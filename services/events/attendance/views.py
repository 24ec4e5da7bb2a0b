"""What the desk sees of an activity, and what people see of their own coming and going."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, Field

from services.chassis.errors import NotYours
from services.chassis.store.aggregates import Stored
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Party, Presence
from services.events.attendance.domain.attendance import role_of
from services.events.attendance.domain.tickets import reference
from services.events.children.domain import Child


class RosterView(BaseModel):
    """Who is in an activity: for the desk only."""

    id: str
    version: int
    organiser: str
    check_in_code: str | None = Field(description="Null but around the activity's time.")
    seated: tuple[Party, ...]
    waiting: tuple[Party, ...] = Field(description="In the order in which they move up.")
    volunteers: tuple[str, ...]
    presences: tuple[Presence, ...]

    @classmethod
    def of(cls, stored: Stored[Activity], code: str | None) -> "RosterView":
        activity = stored.aggregate
        shared = cls.model_fields.keys() - {"version", "check_in_code"}
        fields = {name: getattr(activity, name) for name in shared}
        return cls(version=stored.version, check_in_code=code, **fields)


class PresenceView(BaseModel):
    """Somebody's coming and going; `capped` where the planned end was counted instead of the check-out."""

    activity: str
    person: str
    as_volunteer: bool
    arrived_at: datetime
    left_at: datetime | None
    minutes: int | None
    capped: bool

    @classmethod
    def of(cls, activity: Activity, person: str, as_volunteer: bool | None) -> "PresenceView":
        presence = activity.presence_of(person, as_volunteer=role_of(activity, person, as_volunteer))
        if presence is None:
            raise NotYours()
        return cls(activity=activity.id, **presence.model_dump(exclude={"heads", "by"}))


class TicketView(BaseModel):
    """The code to show at the door, as text; `code.svg` beside it is the same as a picture."""

    text: str
    good_until: datetime


class DoorRow(BaseModel):
    """A party on the door list: how codes refer to it, how the desk knows it, and whether it is there."""

    reference: str
    person: str
    label: str | None
    heads: int
    children: tuple[str, ...]
    pickups: tuple[str, ...]
    """Who may pick the children up."""
    present: bool
    arrived_at: datetime | None
    seen: int


class DoorList(BaseModel):
    """Who is expected, for a phone without a connection and for the printer; and whether there are adults enough."""

    activity: str
    version: int
    title: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    rows: tuple[DoorRow, ...]
    children_present: int
    adults_present: int
    children_per_adult: int | None
    adults_missing: int

    @classmethod
    def of(cls, stored: Stored[Activity], children: Mapping[str, Child]) -> "DoorList":
        activity = stored.aggregate
        rows = tuple(_row(activity, party, children) for party in activity.seated)
        young = sum(len(row.children) for row in rows if row.present)
        heads = sum(row.heads for row in rows if row.present)
        helpers = sum(1 for each in activity.presences if each.as_volunteer and each.left_at is None)
        per_adult = activity.details.terms.children_per_adult
        adults = max(0, heads - young) + helpers
        return cls(
            activity=activity.id,
            version=stored.version,
            title=activity.title,
            starts_at=activity.starts_at,
            ends_at=activity.ends_at,
            venue=activity.venue,
            rows=rows,
            children_present=young,
            adults_present=adults,
            children_per_adult=per_adult,
            adults_missing=0 if per_adult is None else max(0, -(-young // per_adult) - adults),
        )


def _row(activity: Activity, party: Party, children: Mapping[str, Child]) -> DoorRow:
    presence = activity.presence_of(party.person, as_volunteer=False)
    theirs = [children[id] for id in party.children if id in children]
    return DoorRow(
        reference=reference(activity, party.person),
        person=party.person,
        label=party.label,
        heads=party.heads,
        children=tuple(child.label or child.id for child in theirs),
        pickups=tuple(dict.fromkeys(pickup.label for child in theirs for pickup in child.pickups)),
        present=presence is not None,
        arrived_at=None if presence is None else presence.arrived_at,
        seen=0 if presence is None else max(1, len(presence.scans)),
    )
