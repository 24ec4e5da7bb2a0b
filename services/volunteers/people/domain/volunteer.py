"""A volunteer as they are stored: a person who gives their time in one community, and the bookings of that time.

Bookings keep a person from being asked for two things at the same time. The time is booked here by one write, and only
then the offer is made in the need.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from services.chassis.aggregate import Aggregate, derived_id
from services.chassis.errors import Conflict
from services.contracts.marks import Code, Personal, Someone, Thing
from services.contracts.value import Value
from services.contracts.volunteers import VolunteerState, VolunteerStatus
from services.volunteers.people.domain.levels import SkillLevel, level_of
from services.volunteers.people.domain.profile import (
    ASKS_A_WEEK,
    WEEKLY_MINUTES,
    Away,
    Certificate,
    Extra,
    Gender,
    Window,
)
from services.volunteers.shared.values import GROWN_UP, age_on
from services.volunteers.shared.values.points import Point


class HasLeft(Conflict, code="volunteer.has-left", zh="该志愿者已经退出。", en="The volunteer has left for good."):
    """The volunteer has left for good, and their record does not change until staff approve them again."""


class WasMerged(
    Conflict,
    code="volunteer.was-merged",
    zh="该记录已并入同一人的另一条记录。",
    en="This record was merged into another one of the same person.",
):
    """The record ended in a merger. The person goes on under the other record, and this one never comes back."""


class Booking(Value):
    """Time of a volunteer that is held for the offer `offer` alone. `until`: when the offer expires; None once it is
    accepted.
    """

    model_config = ConfigDict(frozen=True)

    need: Thing[str]
    offer: Thing[str]
    starts_at: datetime
    ends_at: datetime
    until: datetime | None
    building: Thing[str | None] = None


class GuardianConsent(Value):
    """That the guardian agreed to `text`, a version of what they were told, and until when that stood. `by` entered it,
    who is staff or the guardian."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: Thing[Code]
    given_at: datetime
    by: Someone[str]
    withdrawn_at: datetime | None = None


class Volunteer(Aggregate):
    """A person who gives their time in one community. The fields of the profile are explained in `Profile`.

    Volunteers act (are asked, sign up, accept offers, are told where to go) only once staff have approved them, at
    `approved_at`. `skills`, `levels`, `certificates`, `adult`, `born`, `gender` and `insured_until` are verified by
    staff, and only they count. `claimed_skills` and `claimed_levels` are what the volunteer says of themselves. `unit`:
    the partner organisation that supplies the volunteer.

    `asked_at`: the times within the last seven days at which matching asked the volunteer. `within`: the buildings that
    lie within `reach_metres` of where the volunteer sets out. `avoids`: the people with whom the volunteer never wants
    to be put together, who are not told of it. `avoided_by`: the people who avoid the volunteer. `prefers`: the people
    with whom the volunteer prefers to serve. `merged_into`: the person under whose record the volunteer goes on.
    `merged_from`: the people whose records this one took over, or is about to.
    `guardian`: the person who decides for a volunteer who is a minor, and who serves only while one of the `consents`
    stands.
    """

    person: Someone[str]
    called: Personal[str | None] = Field(default=None, repr=False)
    phone: Personal[str | None] = Field(default=None, repr=False)
    skills: Personal[frozenset[str]] = frozenset()
    claimed_skills: Personal[frozenset[str]] = frozenset()
    levels: Personal[tuple[SkillLevel, ...]] = ()
    claimed_levels: Personal[tuple[SkillLevel, ...]] = ()
    availability: Personal[tuple[Window, ...] | None] = None
    building: Personal[str | None] = None
    weekly_minutes: int = WEEKLY_MINUTES
    daily_minutes: int = 24 * 60
    base: Personal[Point | None] = Field(default=None, repr=False)
    away: Personal[tuple[Away, ...]] = ()
    extra: Personal[tuple[Extra, ...]] = ()
    reach: Personal[frozenset[str] | None] = None
    reach_metres: Personal[int | None] = None
    within: Personal[frozenset[str] | None] = None
    languages: Personal[frozenset[str]] = frozenset()
    not_now_until: Personal[date | None] = None
    on_holidays: bool = True
    asks_a_week: int = ASKS_A_WEEK
    asked_at: tuple[datetime, ...] = ()
    avoids: Someone[frozenset[str]] = frozenset()
    avoided_by: Someone[frozenset[str]] = frozenset()
    prefers: Someone[frozenset[str]] = frozenset()
    born: Personal[date | None] = Field(default=None, repr=False)
    gender: Personal[Gender | None] = None
    insured_until: Personal[date | None] = None
    adult: bool | None = None
    certificates: Personal[tuple[Certificate, ...]] = ()
    unit: Personal[str | None] = None
    guardian: Someone[str | None] = None
    consents: tuple[GuardianConsent, ...] = ()
    approved_at: datetime | None = None
    left_at: datetime | None = None
    merged_into: Someone[str | None] = None
    merged_from: Someone[frozenset[str]] = frozenset()
    status: VolunteerStatus = VolunteerStatus.ACTIVE
    bookings: tuple[Booking, ...] = ()
    registered_at: datetime
    erased: bool = False

    @model_validator(mode="before")
    @classmethod
    def _of_before(cls, stored: Any) -> Any:
        """Read a record that was stored before there was approval: the volunteer waits for it, and skills become
        claims.

        Certificates stay verified, since only staff could ever enter them. `adult` becomes unknown unless it is false.
        """
        if not isinstance(stored, Mapping) or "claimed_skills" in stored:
            return stored
        adult = False if stored.get("adult") is False else None
        return {**stored, "skills": frozenset(), "claimed_skills": stored.get("skills", ()), "adult": adult}

    @property
    def approved(self) -> bool:
        """Whether staff have approved the volunteer, who is not erased."""
        return self.approved_at is not None and not self.erased

    def is_adult_on(self, day: date) -> bool:
        """Whether staff have verified that the volunteer is an adult on `day`. A verified date of birth decides.

        A volunteer whose `adult` is false is no adult, whatever the date of birth says.
        """
        if self.born is None:
            return self.adult is True
        return self.adult is not False and age_on(self.born, day) >= GROWN_UP

    def is_minor_on(self, day: date) -> bool:
        """Whether it is known that they are a minor on `day`, by their date of birth or because it was said."""
        return self.adult is False or (self.born is not None and age_on(self.born, day) < GROWN_UP)

    @property
    def consent(self) -> str | None:
        """The text to which the guardian's standing consent is."""
        standing = [each.text for each in self.consents if each.withdrawn_at is None]
        return standing[-1] if standing else None

    def guarded_on(self, day: date) -> bool:
        """Whether they may serve on `day` as far as a guardian decides: a minor needs a consent that stands."""
        return self.consent is not None or not self.is_minor_on(day)

    def level_in(self, skill: str) -> int:
        """The verified level of a skill; 0 if the skill is not verified."""
        return level_of(skill, self.levels) if skill in self.skills else 0

    def public(self) -> VolunteerState | None:
        if self.erased:
            return None
        return VolunteerState(
            person=self.person,
            skills=sorted(self.skills),
            status=self.status,
            registered_at=self.registered_at,
            approved=self.approved,
        )

    def held_for(self, need: str) -> Booking | None:
        """A booking for the need with the id `need`; None if there is none."""
        return next((booking for booking in self.bookings if booking.need == need), None)

    def asks_since(self, moment: datetime) -> int:
        """How often matching has asked the volunteer after `moment`."""
        return sum(asked > moment for asked in self.asked_at)

    @property
    def engagements(self) -> tuple[Booking, ...]:
        """The bookings, of which several that hold the same time for the same need count as one."""
        return tuple({(held.need, held.starts_at, held.ends_at): held for held in self.bookings}.values())


def volunteer_id(community: str, person: str) -> str:
    """The id of the volunteer record of a person in a community. It is derived, so that there is one record at most."""
    return derived_id("volunteer", community, person)
