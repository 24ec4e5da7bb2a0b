"""The requests about activities. Times have a zone, and are stored in UTC, in whole seconds."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from services.chassis.errors import Invalid
from services.chassis.values import Request
from services.contracts.activities import (
    Accessibility,
    ActivityDetails,
    ActivityKind,
    Admits,
    HelperSeats,
    HostKind,
    Overlap,
    Promotion,
    ShortStaffed,
)
from services.contracts.marks import Code, Id
from services.contracts.text import OneLine, Plain
from services.contracts.volunteers import SeatRole
from services.events.activities.domain.activity import MAX_CAPACITY, MAX_VOLUNTEERS
from services.events.activities.domain.changing import CHANGING, CLEARABLE, Change, merged
from services.events.activities.domain.parties import MAX_PARTY
from services.events.activities.domain.scheduling import Plan

_Time = TypeVar("_Time", bound=date)


def _of_this_century(moment: _Time) -> _Time:
    if not 2000 <= moment.year <= 2100:
        raise ValueError("年份应在 2000 至 2100 之间 (the year must be from 2000 to 2100)")
    return moment


def _whole_seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


class TermsUnclear(
    Invalid,
    code="activity.terms-unclear",
    zh="报名组别重复，或优先组别不存在。",
    en="A ticket group is named twice, or priority is given to a group that is none.",
):
    """Whoever registers must know in which group."""


class PriorityUnexplained(
    Invalid,
    code="activity.priority-unexplained",
    zh="设置优先组别时，须公布优先规则。",
    en="Where a group has priority, the rule is published.",
):
    """People accept an order that they can read."""


class WindowEmpty(
    Invalid,
    code="activity.window-empty",
    zh="报名开始时间须早于报名截止时间。",
    en="Registration opens before it closes.",
):
    """Nobody could ever register."""


Moment = Annotated[AwareDatetime, AfterValidator(_of_this_century), AfterValidator(_whole_seconds)]
Day = Annotated[date, AfterValidator(_of_this_century)]


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    Plain,
    OneLine,
]
PaperNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), Plain, OneLine]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), Plain]


Paragraphs = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), Plain]


INSURANCE_NUMBER = "Of the policy, as printed, for the desk. It names the insurance, as `details.insurance` does."
FILING_NUMBER = "Of the authority's file, as printed, for the desk. It names the file, as `details.filing` does."
PRIVATE = "Only staff, who holds it and who is registered or helps know what it is; others see that the time is taken."

ReminderHours = Annotated[int, Field(ge=1, le=24 * 14)]
WarningHours = Annotated[int, Field(ge=1, le=24 * 30)]


class EquipmentNeedRequest(Request):
    """Equipment that the activity uses."""

    kind: Code
    count: int = Field(default=1, ge=1, le=10_000)


class GroupRequest(Request):
    """A ticket group with a capacity of its own."""

    group: Code
    zh: Line
    en: Line | None = None
    capacity: int = Field(ge=1, le=MAX_CAPACITY)


class PictureRequest(Request):
    """A picture that was sent before, and what it shows, in words for who doesn't see it."""

    picture: Id
    zh: Line
    en: Line | None = None


class TermsRequest(Request):
    """On what terms people register; what is left out stays, or is as usual."""

    opens_hours_before: int | None = Field(default=None, ge=1, le=24 * 365)
    closes_hours_before: int = Field(default=0, ge=0, le=24 * 90)
    cancel_hours_before: int = Field(default=0, ge=0, le=24 * 90)
    largest_party: int = Field(default=MAX_PARTY, ge=1, le=MAX_PARTY)
    helpers_warn_hours: WarningHours = 48
    helpers_warn_again_hours: tuple[WarningHours, ...] = Field(
        default=(), max_length=5, description="When the organiser is warned again that helpers are missing."
    )
    when_short_staffed: ShortStaffed = ShortStaffed.GO_AHEAD
    helpers_decide_hours: int = Field(default=12, ge=1, le=24 * 30)
    children_per_adult: int | None = Field(default=None, ge=1, le=100)
    groups: tuple[GroupRequest, ...] = Field(default=(), max_length=12)
    priority: tuple[Code, ...] = Field(default=(), max_length=12)
    priority_rule: Line | None = None
    priority_rule_en: Line | None = None
    promotion: Promotion = Promotion.AUTOMATIC
    overlapping: Overlap = Overlap.WARNED
    offer_hours: int = Field(default=12, ge=1, le=24 * 14)
    reminder_hours: tuple[ReminderHours, ...] = Field(
        default=(24, 2), max_length=5, description="When people are reminded and asked whether they come."
    )


class DetailsRequest(Request):
    """The details that people read before they register. A field that is left out stays as it was, or is not given."""

    description: Paragraphs | None = None
    description_en: Paragraphs | None = None
    bring: Line | None = None
    bring_en: Line | None = None
    hosted_by: Line | None = None
    hosted_by_en: Line | None = None
    host_kind: HostKind = HostKind.COMMITTEE
    host: Id | None = None
    max_age: int | None = Field(default=None, ge=0, le=120)
    admits: Admits = Admits.EVERYBODY
    accessibility: tuple[Accessibility, ...] = Field(default=(), max_length=8)
    insurance: Code | None = None
    filing: Code | None = None
    equipment: tuple[EquipmentNeedRequest, ...] = Field(default=(), max_length=20)
    pictures: tuple[PictureRequest, ...] = Field(default=(), max_length=8)
    terms: TermsRequest = TermsRequest()

    @property
    def shown(self) -> list[str]:
        """The ids of the pictures that are given here."""
        return [each.picture for each in self.pictures]

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the fields that are given here, `terms.groups` for one of the terms."""
        terms = (f"terms.{name}" for name in self.terms.model_fields_set) if "terms" in self.model_fields_set else ()
        return tuple(sorted((*(self.model_fields_set - {"terms"}), *terms)))

    def over(self, details: ActivityDetails) -> ActivityDetails:
        """`details` with what is given here.

        Raises:
            TermsUnclear: a group is named twice, or priority is given to a group that is none.
            PriorityUnexplained, WindowEmpty
        """
        new = merged(details, self.model_dump(exclude_unset=True))
        names = [each.group for each in new.terms.groups]
        if len({*names}) != len(names) or not {*new.terms.priority} <= {*names}:
            raise TermsUnclear()
        if new.terms.priority and new.terms.priority_rule is None:
            raise PriorityUnexplained()
        opens = new.terms.opens_hours_before
        if opens is not None and opens <= new.terms.closes_hours_before:
            raise WindowEmpty()
        return new


class HelperSeatsRequest(Request):
    """So many helpers are wanted for one part, who have a skill at least at a level."""

    role: SeatRole
    seats: int = Field(default=1, ge=1, le=MAX_VOLUNTEERS // len(SeatRole))
    skill: Code | None = None
    skill_level: int = Field(default=1, ge=1, le=3, description="The least level of the skill, as volunteers tell it.")

    @model_validator(mode="after")
    def _a_level_is_of_a_skill(self) -> "HelperSeatsRequest":
        if self.skill is None and self.skill_level > 1:
            raise ValueError("等级须与技能一并填写 (a level is asked of a skill: give skill as well)")
        return self


def _each_role_once(parts: tuple[HelperSeatsRequest, ...]) -> tuple[HelperSeatsRequest, ...]:
    if len({part.role for part in parts}) < len(parts):
        raise ValueError("每种角色只能写一次 (each role is given once)")
    return parts


Helpers = Annotated[
    tuple[HelperSeatsRequest, ...],
    Field(
        max_length=len(SeatRole),
        description="The parts that helpers take, where they ask different things; volunteers_needed is their sum.",
    ),
    AfterValidator(_each_role_once),
]


def staffed_by(helpers: tuple[HelperSeatsRequest, ...]) -> dict[str, Any]:
    """The fields of a plan that follow from its parts for helpers."""
    parts = tuple(HelperSeats(**each.model_dump()) for each in helpers)
    return {"helpers": parts, "volunteers_needed": sum(part.seats for part in parts)}


class ScheduleActivity(Request):
    """An activity to be. Without `organiser` it is the caller's own."""

    community: Id
    title: Line
    title_en: Line | None = None
    kind: ActivityKind
    starts_at: Moment
    ends_at: Moment
    venue: Code
    building: Id | None = None
    organiser: Id | None = None
    instructors: tuple[Id, ...] = Field(default=(), max_length=10, description="Who teaches, in one place at a time.")
    capacity: int = Field(ge=1, le=MAX_CAPACITY)
    volunteers_needed: int = Field(default=0, ge=0, le=MAX_VOLUNTEERS)
    skill: Code | None = None
    helpers: Helpers = ()
    min_age: int | None = Field(default=None, ge=0, le=120)
    guardian_required: bool = False
    details: DetailsRequest = DetailsRequest()
    private: bool = Field(default=False, description=PRIVATE)
    all_day: bool = Field(default=False, description="Begins and ends at midnight in Asia/Shanghai.")
    budget_note: Reason | None = Field(default=None, description="For those who manage it.")
    insurance_number: PaperNumber | None = Field(default=None, description=INSURANCE_NUMBER)
    filing_number: PaperNumber | None = Field(default=None, description=FILING_NUMBER)

    def plan(self, caller: str) -> Plan:
        """The plan that is to be scheduled.

        Raises:
            TermsUnclear, PriorityUnexplained, WindowEmpty
        """
        fields = {name: getattr(self, name) for name in Plan.model_fields.keys() - {"organiser", "details", "helpers"}}
        if self.helpers:
            fields |= staffed_by(self.helpers)
        return Plan(
            organiser=self.organiser or caller,
            details=self.details.over(ActivityDetails()),
            **fields,
        )


class MoveActivity(Request):
    """The new time and place of an activity. A field that is left out stays as it was."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    venue: Code | None = None
    building: Id | None = Field(default=None, description="Stays with the venue; another venue begins without one.")


class ChangeActivity(Request):
    """The fields of an activity to change. A field that is left out stays as it was; a title in English, a lowest age,
    a note of the budget or the number of a paper that is null is taken away."""

    title: Line | None = None
    title_en: Line | None = None
    capacity: int | None = Field(default=None, ge=1, le=MAX_CAPACITY)
    min_age: int | None = Field(default=None, ge=0, le=120)
    guardian_required: bool | None = None
    details: DetailsRequest | None = None
    private: bool | None = Field(default=None, description=PRIVATE)
    budget_note: Reason | None = None
    insurance_number: PaperNumber | None = Field(default=None, description=INSURANCE_NUMBER)
    filing_number: PaperNumber | None = Field(default=None, description=FILING_NUMBER)

    def to(self, details: ActivityDetails) -> Change:
        """The change of something that has `details`.

        Raises:
            TermsUnclear, PriorityUnexplained, WindowEmpty
        """
        fields = {name: getattr(self, name) for name in CHANGING if name != "details"}
        fields["cleared"] = tuple(
            sorted(name for name in CLEARABLE & self.model_fields_set if getattr(self, name) is None)
        )
        if self.details is not None:
            fields |= {"details": self.details.over(details), "given": self.details.given}
        return Change(**fields)


class Stop(Request):
    """Why it is broken off, for everybody to read."""

    reason: Reason | None = None


class CancelActivity(Request):
    """Why, for everybody to read."""

    reason: Reason | None = None
