"""A draft of an activity, or a template for several. Staff approve a draft that its author has submitted."""

from datetime import datetime
from typing import Any

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Request
from services.chassis.words import Worded
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
    HelperSeats,
)
from services.contracts.marks import Code, Id, Masked, Office, Someone, Thing
from services.events.activities.domain.activity import MAX_CAPACITY, MAX_VOLUNTEERS
from services.events.activities.domain.changing import CLEARABLE
from services.events.activities.domain.requests import (
    FILING_NUMBER,
    INSURANCE_NUMBER,
    PRIVATE,
    DetailsRequest,
    Helpers,
    Line,
    Moment,
    PaperNumber,
    Reason,
    staffed_by,
)
from services.events.activities.domain.scheduling import Plan, check_ages, check_times

STATUSES = {
    DraftStatus.DRAFT: Worded("draft", "草稿", "still a draft"),
    DraftStatus.SUBMITTED: Worded("submitted", "已提交", "submitted"),
    DraftStatus.APPROVED: Worded("approved", "已通过", "approved"),
    DraftStatus.DROPPED: Worded("dropped", "已作废", "dropped"),
    DraftStatus.TEMPLATE: Worded("template", "模板", "a template"),
}
FIELDS = {
    "title": Worded("title", "名称", "title"),
    "kind": Worded("kind", "类别", "kind"),
    "starts_at": Worded("starts_at", "开始时间", "start"),
    "ends_at": Worded("ends_at", "结束时间", "end"),
    "venue": Worded("venue", "场地", "venue"),
    "capacity": Worded("capacity", "名额", "number of seats"),
}
_NEEDED = ("starts_at", "ends_at", "venue", "capacity")


class NotADraft(
    Conflict,
    code="draft.not-open",
    zh="草稿当前状态（{status}）不允许该操作。",
    en="The draft is {status}: this can't be done now.",
):
    """The draft was submitted, approved or dropped, so that it can't be changed."""


class DraftIncomplete(
    Invalid, code="draft.incomplete", zh="草稿还缺：{missing}。", en="The draft still lacks: {missing}."
):
    """The draft lacks a field that an activity needs, such as time, place or capacity."""


class Draft(Aggregate):
    """An activity that is being planned, written by `author`. Fields that are not decided yet are None."""

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
    helpers: tuple[HelperSeats, ...] = ()
    min_age: int | None = None
    guardian_required: bool = False
    details: ActivityDetails = ActivityDetails()
    private: bool = False
    all_day: bool = False
    budget_note: Office[str | None] = None
    insurance_number: Office[str | None] = None
    filing_number: Office[str | None] = None
    author: Someone[str]
    status: DraftStatus = DraftStatus.DRAFT
    reason: Office[str | None] = None
    """The reason why staff sent the draft back."""
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
            raise DraftIncomplete(missing=Worded.several(FIELDS[name] for name in missing))
        return Plan(**{name: getattr(self, name) for name in Plan.model_fields})

    def is_known_to(self, by: Principal) -> bool:
        """Whether `by` may know of the draft: its author and staff; of a template, organisers too."""
        if self.community not in by.communities:
            return False
        if by.sub == self.author or by.has(self.community, Role.STAFF):
            return True
        return self.status is DraftStatus.TEMPLATE and by.has(self.community, Role.ORGANISER)


class WriteDraft(Request):
    """The fields of an activity that are decided so far. A field that is left out stays as it was, or as the template
    has it."""

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
    helpers: Helpers | None = None
    min_age: int | None = Field(default=None, ge=0, le=120)
    guardian_required: bool | None = None
    details: DetailsRequest | None = None
    private: bool | None = Field(default=None, description=PRIVATE)
    all_day: bool | None = None
    budget_note: Reason | None = None
    insurance_number: PaperNumber | None = Field(default=None, description=INSURANCE_NUMBER)
    filing_number: PaperNumber | None = Field(default=None, description=FILING_NUMBER)

    def over(self, before: Draft | None) -> dict[str, Any]:
        """The fields that are given, with details that are left out taken from `before`.

        Raises:
            TermsUnclear, PriorityUnexplained, WindowEmpty
        """
        names = WriteDraft.model_fields.keys() - {"details", "helpers"}
        cleared = CLEARABLE & self.model_fields_set
        given = {name: value for name in names if (value := getattr(self, name)) is not None or name in cleared}
        if self.helpers is not None:
            given |= staffed_by(self.helpers)
        elif self.volunteers_needed is not None:
            given["helpers"] = ()
        if self.details is not None:
            given["details"] = self.details.over(ActivityDetails() if before is None else before.details)
        return given


class KeepDraft(WriteDraft):
    """A new draft or, with `template`, a new template. `based_on` names the template to begin with."""

    community: Id
    template: bool = False
    based_on: Id | None = None


class SendBack(Request):
    """The changes that the author of a draft is asked to make."""

    reason: Reason


def keep(id: str, body: KeepDraft, template: Draft | None, by: Principal, now: datetime) -> Decision[Draft]:
    """Begin a draft or a template, as staff or organiser, from `template` if there is one.

    Raises:
        NotYours, TermsUnclear, PriorityUnexplained, WindowEmpty
        DraftIncomplete: the draft has no title or no kind.
    """
    by.require(body.community, Role.STAFF, Role.ORGANISER)
    shared = WriteDraft.model_fields.keys() - {"organiser", "starts_at", "ends_at"}
    begun = {} if template is None else {name: getattr(template, name) for name in shared}
    fields: dict[str, Any] = begun | body.over(template)
    missing = [name for name in ("title", "kind") if fields.get(name) is None]
    if missing:
        raise DraftIncomplete(missing=Worded.several(FIELDS[name] for name in missing))
    fields.setdefault("organiser", by.sub)
    status = DraftStatus.TEMPLATE if body.template else DraftStatus.DRAFT
    kept = Draft(id=id, community=body.community, author=by.sub, status=status, **fields)
    _require_own_organiser(kept, by)
    return decided(kept, event_from(DraftKept, kept))


def write(draft: Draft, body: WriteDraft, by: Principal, now: datetime) -> Decision[Draft]:
    """Change the draft, as its author or staff.

    Raises:
        NotYours, NotADraft, TermsUnclear, PriorityUnexplained, WindowEmpty
    """
    _require_writer(draft, by)
    _require(draft, DraftStatus.DRAFT, DraftStatus.TEMPLATE)
    written = draft.model_copy(update=body.over(draft))
    _require_own_organiser(written, by)
    return decided(draft) if written == draft else decided(written, event_from(DraftChanged, written))


def submit(draft: Draft, by: Principal, now: datetime) -> Decision[Draft]:
    """Submit the draft to staff, who may approve it.

    Raises:
        NotYours, NotADraft, DraftIncomplete, StartsInThePast, EndsBeforeItStarts, TooLong, NotWholeDays, AgesEmpty
    """
    _require_writer(draft, by)
    _require(draft, DraftStatus.DRAFT)
    plan = draft.plan()
    check_times(plan.starts_at, plan.ends_at, now, whole_days=plan.all_day)
    check_ages(plan.min_age, plan.details.max_age)
    submitted = draft.model_copy(update={"status": DraftStatus.SUBMITTED, "reason": None})
    return decided(submitted, event_from(DraftSubmitted, submitted))


def send_back(draft: Draft, body: SendBack, by: Principal, now: datetime) -> Decision[Draft]:
    """Send the draft back to its author, as staff, to be changed.

    Raises:
        NotYours, NotADraft
    """
    by.require(draft.community, Role.STAFF)
    _require(draft, DraftStatus.SUBMITTED)
    back = draft.model_copy(update={"status": DraftStatus.DRAFT, "reason": body.reason})
    return decided(back, event_from(DraftChanged, back, returned_to=_author_beside(draft, by)))


def approve(draft: Draft, by: Principal, now: datetime) -> Decision[Draft]:
    """Approve the draft, as staff. It becomes an activity, whose id derives from that of the draft.

    Raises:
        NotYours, NotADraft, DraftIncomplete, StartsInThePast, EndsBeforeItStarts, TooLong, NotWholeDays
    """
    by.require(draft.community, Role.STAFF)
    _require(draft, DraftStatus.SUBMITTED)
    plan = draft.plan()
    check_times(plan.starts_at, plan.ends_at, now, whole_days=plan.all_day)
    update = {"status": DraftStatus.APPROVED, "activity": activity_of(draft.id)}
    approved = draft.model_copy(update=update)
    return decided(approved, event_from(DraftApproved, approved, author=_author_beside(draft, by)))


def drop(draft: Draft, by: Principal, now: datetime) -> Decision[Draft]:
    """Drop the draft.

    Raises:
        NotYours, NotADraft
    """
    _require_writer(draft, by)
    _require(draft, DraftStatus.DRAFT, DraftStatus.SUBMITTED, DraftStatus.TEMPLATE)
    dropped = draft.model_copy(update={"status": DraftStatus.DROPPED})
    return decided(dropped, event_from(DraftChanged, dropped))


def erase(draft: Draft, person: str, stand_in: str) -> Decision[Draft]:
    """Replace `person` by `stand_in`."""

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
    """The id of the activity that a draft becomes."""
    return derived_id("activity", draft)


def _author_beside(draft: Draft, by: Principal) -> str | None:
    """The author of the draft, unless that is `by`, who knows what they do."""
    return None if draft.author == by.sub else draft.author


def _require_writer(draft: Draft, by: Principal) -> None:
    by.require(draft.community)
    if by.sub != draft.author and not by.has(draft.community, Role.STAFF):
        raise NotYours()


def _require_own_organiser(draft: Draft, by: Principal) -> None:
    """Raise NotYours unless the organiser of the draft is `by`, or `by` is staff, who plan for anybody."""
    if draft.organiser != by.sub and not by.has(draft.community, Role.STAFF):
        raise NotYours()


def _require(draft: Draft, *statuses: DraftStatus) -> None:
    if draft.status not in statuses:
        raise NotADraft(status=STATUSES[draft.status])
