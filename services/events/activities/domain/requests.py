"""What callers send about activities. Times carry their zone and are kept in UTC, in whole seconds."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from services.chassis.errors import Invalid
from services.chassis.values import Request
from services.contracts.activities import (
    Accessibility,
    ActivityDetails,
    ActivityKind,
    Admits,
    HostKind,
    Overlap,
    Promotion,
    ShortStaffed,
)
from services.contracts.marks import Code, Id
from services.contracts.text import OneLine, Plain
from services.events.activities.domain.activity import MAX_CAPACITY, MAX_VOLUNTEERS
from services.events.activities.domain.changing import Change, merged
from services.events.activities.domain.parties import MAX_PARTY
from services.events.activities.domain.scheduling import Plan


def _of_this_century(moment: datetime) -> datetime:
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


Moment = Annotated[AwareDatetime, AfterValidator(_of_this_century), AfterValidator(_whole_seconds)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Plain, OneLine]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), Plain]


Paragraphs = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), Plain]


ReminderHours = Annotated[int, Field(ge=1, le=24 * 14)]


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


class TermsRequest(Request):
    """On what terms people register; what is left out stays, or is as usual."""

    opens_hours_before: int | None = Field(default=None, ge=1, le=24 * 365)
    closes_hours_before: int = Field(default=0, ge=0, le=24 * 90)
    cancel_hours_before: int = Field(default=0, ge=0, le=24 * 90)
    largest_party: int = Field(default=MAX_PARTY, ge=1, le=MAX_PARTY)
    helpers_warn_hours: int = Field(default=48, ge=1, le=24 * 30)
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
    """What people read before they register; what is left out stays, or is not said."""

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
    terms: TermsRequest = TermsRequest()

    def over(self, details: ActivityDetails) -> ActivityDetails:
        """`details` with what is given here.

        Raises:
            TermsUnclear: a group is named twice, or priority is given to a group that is none.
        """
        new = merged(details, self.model_dump(exclude_unset=True))
        names = [each.group for each in new.terms.groups]
        if len({*names}) != len(names) or not {*new.terms.priority} <= {*names}:
            raise TermsUnclear()
        if new.terms.priority and new.terms.priority_rule is None:
            raise PriorityUnexplained()
        return new


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
    min_age: int | None = Field(default=None, ge=0, le=120)
    guardian_required: bool = False
    details: DetailsRequest = DetailsRequest()
    all_day: bool = Field(default=False, description="Begins and ends at midnight in Asia/Shanghai.")
    budget_note: Reason | None = Field(default=None, description="For those who manage it.")

    def plan(self, caller: str) -> Plan:
        """The plan that is to be scheduled.

        Raises:
            TermsUnclear, PriorityUnexplained
        """
        shared = Plan.model_fields.keys() - {"organiser", "details"}
        return Plan(
            organiser=self.organiser or caller,
            details=self.details.over(ActivityDetails()),
            **{name: getattr(self, name) for name in shared},
        )


class MoveActivity(Request):
    """Where and when it takes place from now on; what is left out stays."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    venue: Code | None = None
    building: Id | None = Field(default=None, description="Stays with the venue; another venue begins without one.")


class ChangeActivity(Request):
    """What is to be otherwise; what is left out stays."""

    title: Line | None = None
    title_en: Line | None = None
    capacity: int | None = Field(default=None, ge=1, le=MAX_CAPACITY)
    min_age: int | None = Field(default=None, ge=0, le=120)
    guardian_required: bool | None = None
    details: DetailsRequest | None = None
    budget_note: Reason | None = None

    def to(self, details: ActivityDetails) -> Change:
        """The change of something that has `details`.

        Raises:
            TermsUnclear, PriorityUnexplained
        """
        shared = Change.model_fields.keys() - {"details"}
        return Change(
            details=None if self.details is None else self.details.over(details),
            **{name: getattr(self, name) for name in shared},
        )


class Stop(Request):
    """Why it is broken off, for everybody to read."""

    reason: Reason | None = None


class CancelActivity(Request):
    """Why, for everybody to read."""

    reason: Reason | None = None
