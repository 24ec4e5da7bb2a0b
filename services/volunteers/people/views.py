"""How the API shows volunteers: the public state to everybody of the community, the profile to the
volunteer and staff.
"""

from datetime import date, datetime

from pydantic import BaseModel, Field

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import VolunteerState
from services.volunteers.names.store import CommunityNames, Name
from services.volunteers.people.domain.levels import SkillLevel
from services.volunteers.people.domain.profile import Away, Certificate, Extra, Gender, Window
from services.volunteers.people.domain.volunteer import GuardianConsent, Volunteer
from services.volunteers.people.domain.vouching import LEAST_AGE
from services.volunteers.people.possible import possible
from services.volunteers.shared.values.points import Point
from services.volunteers.shared.views import Identified, shown


class ProfileView(BaseModel):
    """The part of a volunteer that only the volunteer and staff see. `adult` is null if it is unknown."""

    called: str | None
    phone: str | None
    claimed_skills: list[str] = Field(description="Skills that the volunteer claims, and staff have not verified.")
    levels: tuple[SkillLevel, ...] = Field(
        description="Levels that staff have verified; a skill without one is at level 1."
    )
    claimed_levels: tuple[SkillLevel, ...] = Field(description="Levels that the volunteer claims, which do not count.")
    approved_at: datetime | None
    availability: tuple[Window, ...] | None
    building: str | None
    place: Name | None = Field(default=None, description="The name of the building.")
    base: Point | None
    weekly_minutes: int
    daily_minutes: int
    away: tuple[Away, ...]
    extra: tuple[Extra, ...]
    reach: list[str] | None
    reach_metres: int | None
    within: list[str] | None = Field(description="The buildings within `reach_metres`, as far as known.")
    languages: list[str]
    not_now_until: date | None
    asks_a_week: int
    avoids: list[str]
    avoided_by: list[str] | None = Field(description="The people who avoid the volunteer. Null to the volunteer.")
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


class GuardianView(BaseModel):
    """Who decides for a volunteer who is a minor, and to what they have consented."""

    person: str | None
    text: str | None = Field(description="The version to which the consent is that stands; null where none does.")
    consents: tuple[GuardianConsent, ...]


class VolunteerView(VolunteerState, Identified):
    """A volunteer. `profile` is null to everybody but the volunteer and staff. `skilled`: the verified
    skills in words.
    """

    skilled: list[Name]
    profile: ProfileView | None = None
    guardian: GuardianView | None = Field(
        default=None, description="For themselves, staff and the guardian, where somebody decides for them."
    )
    can: list[str] = Field(description="The commands that the caller may give now; all others are refused.")


def volunteer_view(
    stored: Stored[Volunteer], by: Principal, names: CommunityNames, now: datetime, least_age: int = LEAST_AGE
) -> VolunteerView:
    """The volunteer as `by` may see them at `now`.

    Raises:
        UnknownAggregate: the volunteer was erased.
    """
    volunteer = stored.aggregate
    oneself = by.sub == volunteer.person
    near = oneself or by.has(volunteer.community, Role.STAFF)
    return shown(
        VolunteerView,
        stored,
        skilled=[named for code in sorted(volunteer.skills) if (named := names.skill(code)) is not None],
        profile=_profile(volunteer, names, oneself=oneself) if near else None,
        guardian=_guardian(volunteer) if near or by.sub == volunteer.guardian else None,
        can=possible(volunteer, by, now, least_age),
    )


def _guardian(volunteer: Volunteer) -> GuardianView | None:
    if volunteer.guardian is None and not volunteer.consents:
        return None
    return GuardianView(person=volunteer.guardian, text=volunteer.consent, consents=volunteer.consents)


def _profile(volunteer: Volunteer, names: CommunityNames, *, oneself: bool) -> ProfileView:
    names_of = ("claimed_skills", "languages", "avoids", "prefers")
    listed: dict[str, list[str] | None] = {name: sorted(getattr(volunteer, name)) for name in names_of}
    listed["avoided_by"] = None if oneself else sorted(volunteer.avoided_by)
    for name in ("reach", "within"):
        buildings = getattr(volunteer, name)
        listed[name] = None if buildings is None else sorted(buildings)
    told = {name: getattr(volunteer, name) for name in ProfileView.model_fields if name != "place"}
    return ProfileView(**told | listed, place=names.place(volunteer.building))
