"""What callers get. `ActivityView` and `SeriesView` are public and name no person."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from services.chassis.errors import NotYours
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityKind, ActivityStatus, SeriesStatus
from services.events.activities.domain.activity import Activity, Party, Presence
from services.events.series.domain.series import Series


class ActivityView(BaseModel):
    """An activity as anybody may see it. Seats are counted in heads."""

    id: str
    community: str
    version: int
    title: str
    title_en: str | None
    kind: ActivityKind
    starts_at: datetime
    ends_at: datetime
    venue: str
    building: str | None
    capacity: int
    free: int
    waiting: int
    attended: int
    volunteers_needed: int
    volunteers_found: int
    skill: str | None
    min_age: int | None
    guardian_required: bool
    status: ActivityStatus
    series: str | None
    occurrence: date | None

    @classmethod
    def of(cls, stored: Stored[Activity]) -> "ActivityView":
        return cls(**public_fields(stored))


class RegistrationView(BaseModel):
    """Where a person's party stands; `position` counts waiting parties from 1."""

    activity: str
    person: str
    status: Literal["registered", "waitlisted", "none"]
    party: int | None = None
    position: int | None = None
    registered_at: datetime | None = None

    @classmethod
    def of(cls, activity: Activity, person: str) -> "RegistrationView":
        party = activity.party_of(person)
        if party is None:
            return cls(activity=activity.id, person=person, status="none")
        position = activity.position_of(person)
        return cls(
            activity=activity.id,
            person=person,
            status="registered" if position is None else "waitlisted",
            party=party.heads,
            position=position,
            registered_at=party.registered_at,
        )


class MyActivityView(ActivityView):
    """An activity that has to do with the caller."""

    registration: RegistrationView
    volunteering: bool
    organising: bool

    @classmethod
    def by(cls, stored: Stored[Activity], caller: str) -> "MyActivityView":
        activity = stored.aggregate
        return cls(
            **public_fields(stored),
            registration=RegistrationView.of(activity, caller),
            volunteering=caller in activity.volunteers,
            organising=caller == activity.organiser,
        )


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
        presence = activity.presence_of(person, as_volunteer=in_role(activity, person, as_volunteer))
        if presence is None:
            raise NotYours()
        return cls(activity=activity.id, **presence.model_dump(exclude={"heads", "by"}))


class SeriesView(BaseModel):
    """A series as anybody may see it."""

    id: str
    community: str
    version: int
    title: str
    title_en: str | None
    kind: ActivityKind
    rule: str
    first: datetime
    minutes: int
    venue: str
    building: str | None
    capacity: int
    volunteers_needed: int
    skill: str | None
    min_age: int | None
    guardian_required: bool
    status: SeriesStatus
    skipped: tuple[date, ...]
    expanded_until: date

    @classmethod
    def of(cls, stored: Stored[Series]) -> "SeriesView":
        shared = cls.model_fields.keys() - {"version"}
        return cls(version=stored.version, **{name: getattr(stored.aggregate, name) for name in shared})


def public_fields(stored: Stored[Activity]) -> dict[str, Any]:
    """The fields of an ActivityView."""
    activity = stored.aggregate
    counted = {
        "version": stored.version,
        "waiting": activity.waiting_heads,
        "volunteers_found": len(activity.volunteers),
    }
    shared = ActivityView.model_fields.keys() - counted.keys()
    return {**counted, **{name: getattr(activity, name) for name in shared}}


def in_role(activity: Activity, person: str, as_volunteer: bool | None) -> bool:
    """The role that is meant: the one named, else the one they have come in, else the one they are listed in."""
    if as_volunteer is not None:
        return as_volunteer
    return person in activity.volunteers or activity.presence_of(person, as_volunteer=True) is not None


def own_or_desk(activity: Activity, person: str, by: Principal) -> bool:
    """Whether `by` is `person`, in the activity's community, or the desk."""
    return activity.community in by.communities if person == by.sub else activity.is_desk(by)
