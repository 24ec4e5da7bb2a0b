"""How the API shows volunteers: their public state to all, their profile to themselves and to staff."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import VolunteerState
from services.volunteers.people.domain.profile import Away, Certificate, Gender, Window
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.shared.views import Identified, shown, taken


class ProfileView(BaseModel):
    """The part of a volunteer that only they and staff see. `adult` is null where it is not known."""

    called: str | None
    phone: str | None
    claimed_skills: list[str] = Field(description="What they say of themselves, and staff have not verified.")
    approved_at: datetime | None
    availability: tuple[Window, ...] | None
    building: str | None
    weekly_minutes: int
    daily_minutes: int
    away: tuple[Away, ...]
    reach: list[str] | None
    languages: list[str]
    not_now_until: date | None
    asks_a_week: int
    avoids: list[str]
    prefers: list[str]
    on_holidays: bool
    unit: str | None
    left_at: datetime | None
    merged_into: str | None
    born: date | None
    gender: Gender | None
    insured_until: date | None
    adult: bool | None
    certificates: tuple[Certificate, ...]


class VolunteerView(VolunteerState, Identified):
    """A volunteer. `profile` is null to everybody but the volunteer and staff."""

    profile: ProfileView | None = None


def volunteer_view(stored: Stored[Volunteer], by: Principal) -> VolunteerView:
    """The volunteer as `by` may see them.

    Raises:
        UnknownAggregate: the volunteer was erased.
    """
    volunteer = stored.aggregate
    near = by.sub == volunteer.person or by.has(volunteer.community, Role.STAFF)
    return shown(VolunteerView, stored, profile=_profile(volunteer) if near else None)


def _profile(volunteer: Volunteer) -> ProfileView:
    listed = {name: sorted(getattr(volunteer, name)) for name in ("claimed_skills", "languages", "avoids", "prefers")}
    reach = None if volunteer.reach is None else sorted(volunteer.reach)
    return ProfileView(**taken(volunteer, ProfileView) | listed | {"reach": reach})
