"""A draft of an activity, or a template for several. Staff approve a draft that its author has submitted."""

from datetime import datetime
from typing import Any

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Request
from services.contracts.activities import (
    ActivityDetails,
    ActivityKind,
    DraftApproved,
    DraftChanged,
    DraftErased,
    DraftKept,
    DraftState,
    DraftStatus,
    DraftSubmitted,
)
from services.contracts.marks import Code, Id, Masked, Office, Someone, Thing
from services.events.activities.domain.activity import MAX_CAPACITY, MAX_VOLUNTEERS
from services.events.activities.domain.requests import DetailsRequest, Line, Moment, Reason
from services.events.activities.domain.scheduling import Plan, check_times

_NEEDED = ("starts_at", "ends_at", "venue", "capacity")


class NotADraft(
    Conflict,
    code="draft.not-open",
    zh="草稿当前状态（{status}）不允许该操作。",
    en="The draft is {status}; this can't be done now.",
):
    """What was submitted, approved or dropped is written no more."""


class DraftIncomplete(
    Invalid, code="draft.incomplete", zh="草稿还缺：{missing}。", en="The draft still lacks: {missing}."
):
    """An activity has a time, a place and a capacity."""


class Draft(Aggregate):
    """An activity that is being planned; `author` wrote it. What is None has not been said yet."""

    title: Office[Masked]
    title_en: Office[Masked | None] = None
    kind: ActivityKind
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    venue: Office[str | None] = None
    building: Thing[str | None] = None
    organiser: Someone[str]
    instructors: Someone[tuple[str, ...]] = ()
    capacity: int | None = None
    volunteers_needed: int = 0
    skill: Thing[str | None] = None
    min_age: int | None = None
    guardian_required: bool = False
    details: ActivityDetails = ActivityDetails()
    all_day: bool = False
    budget_note: Office[str | None] = None
    author: Someone[str]
    status: DraftStatus = DraftStatus.DRAFT
    reason: Office[str | None] = None
    """Why staff sent it back."""
    activity: Thing[str | None] = None

    def public(self) -> DraftState:
        return DraftState(status=self.status, activity=self.activity)

    def plan(self) -> Plan:
        """The plan of the activity.

        Raises:
            DraftIncomplete
        """
        missing = [name for name in _NEEDED if getattr(self, name) is None]
        if missing:
            raise DraftIncomplete(missing=", ".join(missing))
        return Plan(**{name: getattr(self, name) for name in Plan.model_fields})

    def is_known_to(self, by: Principal) -> bool:
        """Whether `by` may know of it: its author and staff; of a template, organisers too."""
        if self.community not in by.communities:
            return False
        if by.sub == self.author or by.has(self.community, Role.STAFF):
            return True
        return self.status is DraftStatus.TEMPLATE and by.has(self.community, Role.ORGANISER)


class WriteDraft(Request):
    """What is known of the activity so far; what is left out stays as it was, or as the template has it."""

    title: Line | None = None
    title_en: Line | None = None
    kind: ActivityKind | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    venue: Code | None = None
    building: Id | None = None
    organiser: Id | None = None
    instructors: tuple[Id, ...] | None = Field(default=None, max_length=10)
    capacity: int | None = Field(default=None, ge=1, le=MAX_CAPACITY)
    volunteers_needed: int | None = Field(default=None, ge=0, le=MAX_VOLUNTEERS)
    skill: Code | None = None
    min_age: int | None = Field(default=None, ge=0, le=120)
    guardian_required: bool | None = None
    details: DetailsRequest | None = None
    all_day: bool | None = None
    budget_note: Reason | None = None

    def over(self, before: Draft | None) -> dict[str, Any]:
        """The fields that are given, their details laid over those of `before`.

        Raises:
            TermsUnclear, PriorityUnexplained
        """
        names = WriteDraft.model_fields.keys() - {"details"}
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        if self.details is not None:
            given["details"] = self.details.over(ActivityDetails() if before is None else before.details)
        return given


class KeepDraft(WriteDraft):
    """A draft, or with `template` what others begin with; `based_on` names the template to begin with."""

    community: Id
    template: bool = False
    based_on: Id | None = None


class SendBack(Request):
    """What is to be otherwise, for its author."""

    reason: Reason


def keep(id: str, body: KeepDraft, template: Draft | None, by: Principal, now: datetime) -> Decision[Draft]:
    """Staff or an organiser begin a draft or a template.

    Raises:
        NotYours, TermsUnclear, PriorityUnexplained
        DraftIncomplete: it has no title, or is of no kind.
    """
    by.require(body.community, Role.STAFF, Role.ORGANISER)
    shared = WriteDraft.model_fields.keys() - {"organiser", "starts_at", "ends_at"}
    begun = {} if template is None else {name: getattr(template, name) for name in shared}
    fields: dict[str, Any] = begun | body.over(template)
    missing = [name for name in ("title", "kind") if fields.get(name) is None]
    if missing:
        raise DraftIncomplete(missing=", ".join(missing))
    fields.setdefault("organiser", by.sub)
    status = DraftStatus.TEMPLATE if body.template else DraftStatus.DRAFT
    kept = Draft(id=id, community=body.community, author=by.sub, status=status, **fields)
    _require_own_organiser(kept, by)
    return decided(kept, event_from(DraftKept, kept))


def write(draft: Draft, body: WriteDraft, by: Principal, now: datetime) -> Decision[Draft]:
    """Its author, or staff, write it anew.

    Raises:
        NotYours, NotADraft, TermsUnclear, PriorityUnexplained
    """
    _require_writer(draft, by)
    _require(draft, DraftStatus.DRAFT, DraftStatus.TEMPLATE)
    written = draft.model_copy(update=body.over(draft))
    _require_own_organiser(written, by)
    return decided(draft) if written == draft else decided(written, event_from(DraftChanged, written))


def submit(draft: Draft, by: Principal, now: datetime) -> Decision[Draft]:
    """Staff are asked to approve it.

    Raises:
        NotYours, NotADraft, DraftIncomplete, StartsInThePast, EndsBeforeItStarts, TooLong, NotWholeDays
    """
    _require_writer(draft, by)
    _require(draft, DraftStatus.DRAFT)
    plan = draft.plan()
    check_times(plan.starts_at, plan.ends_at, now, whole_days=plan.all_day)
    submitted = draft.model_copy(update={"status": DraftStatus.SUBMITTED, "reason": None})
    return decided(submitted, event_from(DraftSubmitted, submitted))


def send_back(draft: Draft, body: SendBack, by: Principal, now: datetime) -> Decision[Draft]:
    """Staff ask its author to write it anew.

    Raises:
        NotYours, NotADraft
    """
    by.require(draft.community, Role.STAFF)
    _require(draft, DraftStatus.SUBMITTED)
    back = draft.model_copy(update={"status": DraftStatus.DRAFT, "reason": body.reason})
    return decided(back, event_from(DraftChanged, back))


def approve(draft: Draft, by: Principal, now: datetime) -> Decision[Draft]:
    """Staff approve it: the activity takes place, under an id that follows from that of the draft.

    Raises:
        NotYours, NotADraft, DraftIncomplete, StartsInThePast, EndsBeforeItStarts, TooLong, NotWholeDays
    """
    by.require(draft.community, Role.STAFF)
    _require(draft, DraftStatus.SUBMITTED)
    plan = draft.plan()
    check_times(plan.starts_at, plan.ends_at, now, whole_days=plan.all_day)
    update = {"status": DraftStatus.APPROVED, "activity": activity_of(draft.id)}
    approved = draft.model_copy(update=update)
    return decided(approved, event_from(DraftApproved, approved))


def drop(draft: Draft, by: Principal, now: datetime) -> Decision[Draft]:
    """It is not wanted any more.

    Raises:
        NotYours, NotADraft
    """
    _require_writer(draft, by)
    _require(draft, DraftStatus.DRAFT, DraftStatus.SUBMITTED, DraftStatus.TEMPLATE)
    dropped = draft.model_copy(update={"status": DraftStatus.DROPPED})
    return decided(dropped, event_from(DraftChanged, dropped))


def erase(draft: Draft, person: str, stand_in: str) -> Decision[Draft]:
    """A stand-in takes the place of `person`."""

    def other(name: str) -> str:
        return stand_in if name == person else name

    erased = draft.model_copy(
        update={
            "author": other(draft.author),
            "organiser": other(draft.organiser),
            "instructors": tuple(each for each in draft.instructors if each != person),
        }
    )
    return decided(draft) if erased == draft else decided(erased, DraftErased())


def activity_of(draft: str) -> str:
    """The id of the activity that comes of a draft."""
    return derived_id("activity", draft)


def _require_writer(draft: Draft, by: Principal) -> None:
    by.require(draft.community)
    if by.sub != draft.author and not by.has(draft.community, Role.STAFF):
        raise NotYours()


def _require_own_organiser(draft: Draft, by: Principal) -> None:
    """Organisers plan for themselves, staff for anybody."""
    if draft.organiser != by.sub and not by.has(draft.community, Role.STAFF):
        raise NotYours()


def _require(draft: Draft, *statuses: DraftStatus) -> None:
    if draft.status not in statuses:
        raise NotADraft(status=draft.status.value)
