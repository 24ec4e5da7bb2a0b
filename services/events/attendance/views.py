"""What the desk sees of an activity, and what people see of their own coming and going."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.chassis.errors import NotYours
from services.chassis.store.aggregates import Stored
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Party, Presence
from services.events.attendance.domain.attendance import role_of


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
