"""The views of an activity for the desk, and of people's own presence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.chassis.errors import NotYours
from services.chassis.http.language import Language
from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityStatus
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Party, Presence
from services.events.attendance.domain.attendance import role_of
from services.events.attendance.domain.tickets import reference
from services.events.children.domain import Child


class PartyToAsk(BaseModel):
    """A party without an account, as the desk calls it, and what it has to answer until when, as in a registration."""

    person: str
    label: str | None
    party: int
    answer: Literal["offer", "other-day"]
    answer_until: datetime

    @classmethod
    def each(cls, activity: Activity) -> tuple["PartyToAsk", ...]:
        """Those of `activity`, by the time until which they answer."""
        found = [
            cls(
                person=party.person,
                label=party.label,
                party=party.heads,
                answer="offer" if party.offered_until else "other-day",
                answer_until=until,
            )
            for party in activity.to_ask
            if activity.status is ActivityStatus.SCHEDULED and (until := party.answer_until) is not None
        ]
        return tuple(sorted(found, key=lambda each: each.answer_until))


class RosterView(BaseModel):
    """The people in an activity, for the desk only."""

    id: str
    version: int
    organiser: str
    check_in_code: str | None = Field(description="Null but around the activity's time.")
    seated: tuple[Party, ...]
    waiting: tuple[Party, ...] = Field(description="In the order in which they move up.")
    cannot_fit: tuple[str, ...] = Field(
        description="Who waits with a party that is larger than what the activity takes as it is now."
    )
    to_ask: tuple[PartyToAsk, ...] = Field(
        description="Whom the desk has to ask, since no message reaches them: it answers for them by their `person`."
    )
    insurance_number: str | None
    filing_number: str | None
    volunteers: tuple[str, ...]
    presences: tuple[Presence, ...]
    capacity: int
    walked_in: int = Field(description="Heads that are there without a seat, and take places.")
    guests: int = Field(description="Heads of guests above the capacity who are expected or there, and take places.")
    free: int
    above_capacity: int

    @classmethod
    def of(cls, stored: Stored[Activity], code: str | None) -> "RosterView":
        activity = stored.aggregate
        shared = cls.model_fields.keys() - {"version", "check_in_code", "to_ask"}
        fields = {name: getattr(activity, name) for name in shared}
        to_ask = PartyToAsk.each(activity)
        return cls(version=stored.version, check_in_code=code, to_ask=to_ask, **fields)


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


class WalkInView(PresenceView):
    """The presence of people who walked in; `warning`, where more people have a seat or are there than it takes."""

    free: int
    above_capacity: int
    warning: str | None = Field(description="In the caller's language.")

    @classmethod
    def entered(cls, activity: Activity, person: str, language: Language) -> "WalkInView":
        presence = PresenceView.of(activity, person, as_volunteer=False)
        above = activity.above_capacity
        zh = f"已超出容量 {above} 人（容量 {activity.capacity} 人，含尚未到场的报名者）。"
        en = f"{above} above the capacity of {activity.capacity}, registered people who are not here yet included."
        return cls(
            **presence.model_dump(),
            free=activity.free,
            above_capacity=above,
            warning=None if not above else zh if language == "zh" else en,
        )


class TicketView(BaseModel):
    """The code to show at the door, as text; `my-code.svg` beside it is the same as a picture."""

    text: str
    good_until: datetime


class DoorRow(BaseModel):
    """A party on the door list: how codes refer to it, how the desk knows it, and whether it came."""

    reference: str
    person: str
    label: str | None
    heads: int
    children: tuple[str, ...]
    young: int = Field(description="How many of the heads are children, named or not.")
    pickups: tuple[str, ...] = Field(
        description="Who may pick the children up. Where it is not the same for all of them, each child stands before "
        "those who may pick it up."
    )
    present: bool = Field(description="Whether the party was seen here, also if it has left again.")
    arrived_at: datetime | None
    seen: int


class DoorList(BaseModel):
    """The people who are expected or walked in, for a phone without a connection and for print, and whether there are
    enough adults."""

    activity: str
    version: int
    title: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    capacity: int
    walked_in: int = Field(description="Heads that are there without a seat, and take places.")
    guests: int = Field(description="Heads of guests above the capacity who are expected or there, and take places.")
    free: int
    above_capacity: int
    rows: tuple[DoorRow, ...]
    children_present: int = Field(description="Children who are there and have not left.")
    adults_present: int = Field(description="Adults who are there and have not left, helpers among them.")
    children_per_adult: int | None
    adults_missing: int = Field(description="So many more adults are needed for the children who are there.")

    @classmethod
    def of(cls, stored: Stored[Activity], children: Mapping[str, Child]) -> "DoorList":
        activity = stored.aggregate
        seated = {party.person for party in activity.seated}
        rows = (
            *(_row(activity, party, children) for party in activity.seated),
            *(_unregistered(activity, p) for p in activity.presences if not p.as_volunteer and p.person not in seated),
        )
        gone = {each.person for each in activity.presences if not each.as_volunteer and each.left_at is not None}
        young = sum(row.young for row in rows if row.present and row.person not in gone)
        heads = sum(row.heads for row in rows if row.present and row.person not in gone)
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
            capacity=activity.capacity,
            walked_in=activity.walked_in,
            guests=activity.guests,
            free=activity.free,
            above_capacity=activity.above_capacity,
            rows=rows,
            children_present=young,
            adults_present=adults,
            children_per_adult=per_adult,
            adults_missing=0 if per_adult is None else max(0, -(-young // per_adult) - adults),
        )


def _unregistered(activity: Activity, presence: Presence) -> DoorRow:
    """Those who are there without a registration."""
    return DoorRow(
        reference=reference(activity, presence.person),
        person=presence.person,
        label=presence.label,
        heads=presence.heads,
        children=(),
        young=presence.children,
        pickups=(),
        present=True,
        arrived_at=presence.arrived_at,
        seen=max(1, len(presence.scans)),
    )


def _row(activity: Activity, party: Party, children: Mapping[str, Child]) -> DoorRow:
    presence = activity.presence_of(party.person, as_volunteer=False)
    theirs = [children[id] for id in party.children if id in children]
    return DoorRow(
        reference=reference(activity, party.person),
        person=party.person,
        label=party.label,
        heads=party.heads if presence is None else presence.heads,
        children=tuple(child.label or child.id for child in theirs),
        young=max(len(party.children), 0 if presence is None else presence.children),
        pickups=_pickups(theirs),
        present=presence is not None,
        arrived_at=None if presence is None else presence.arrived_at,
        seen=0 if presence is None else max(1, len(presence.scans)),
    )


def _pickups(children: Sequence[Child]) -> tuple[str, ...]:
    """Who may pick `children` up, as the desk reads it: never somebody whom a child's guardian did not name."""
    allowed = [(child.label or child.id, tuple(pickup.label for pickup in child.pickups)) for child in children]
    if len({people for _, people in allowed}) <= 1:
        return next((people for _, people in allowed), ())
    return tuple(f"{child}：{'、'.join(people)}" for child, people in allowed if people)
