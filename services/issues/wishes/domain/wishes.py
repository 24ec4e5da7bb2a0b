"""Wishes (居民心愿): something residents would like to have, supported by others, answered by the committee.

An answer is owed by a deadline. An accepted wish gets a plan, and progress is reported in public until the plan is
carried out, or given up with a reason. Supports are aggregates of their own (room `supports`); a wish holds their
number.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Moment, Request, Text
from services.contracts.event import Event
from services.contracts.holding import emptied
from services.contracts.issues import (
    WishAnonymised,
    WishAnswered,
    WishDropped,
    WishFulfilled,
    WishHidden,
    WishOverdue,
    WishProgressed,
    WishProposed,
    WishRetitled,
    WishShown,
    WishState,
    WishStatus,
    WishSupported,
    WishUnsupported,
)
from services.contracts.marks import Id, Masked, Office, Personal, Someone, Sort, Words
from services.contracts.value import Value
from services.issues.catalogue.domain.catalogue import Span

ANSWER_WITHIN = timedelta(days=30)
MAX_REPORTS = 200


class WishIsAnswered(Conflict, code="wish.answered", zh="该心愿已经答复。", en="The wish has been answered already."):
    """The wish is answered, so that it can't be supported or answered again."""


class WishNotUnderWay(
    Conflict,
    code="wish.not-under-way",
    zh="该心愿未列入计划，或已经办结。",
    en="The wish is in no plan, or its plan has come to an end.",
):
    """The wish has no plan, or its plan is over, so that no progress can be reported."""


class WishIsHidden(Conflict, code="wish.hidden", zh="该心愿已被隐藏。", en="The wish is hidden; show it again first."):
    """The wish is hidden, so that it can't be supported or answered."""


class PlanOfDeclined(
    Invalid,
    code="wish.plan-of-declined",
    zh="不予采纳的心愿没有计划。",
    en="A wish that is declined has no plan.",
):
    """A declined wish is given a plan, or an accepted one none."""


class PlanInThePast(
    Invalid, code="wish.plan-in-the-past", zh="计划完成时间必须晚于现在。", en="A plan ends in the future."
):
    """The plan is for a date that has passed."""


class TooManyReports(
    Conflict,
    code="wish.too-many-reports",
    zh="一个心愿最多保存 {limit} 次进展。",
    en="A wish keeps {limit} reports of progress at most.",
):
    """The wish has as many reports as its document may hold."""


class Stage(StrEnum):
    """The stage of an accepted wish's plan."""

    PLANNED = "planned"
    UNDER_WAY = "under-way"
    DONE = "done"
    DROPPED = "dropped"


class Propose(Request):
    """A wish to be proposed. The title is public, with personal data masked; the text is for the committee."""

    community: Id
    title: Line
    text: Text | None = None


class Answer(Request):
    """The committee's answer: `accepted` into a plan, or `declined`. `answer` gives the reasons, and is public, with
    personal data masked.

    `plan` says what will be done, public as well, and `planned_for` by which date.
    """

    verdict: Literal[WishStatus.ACCEPTED, WishStatus.DECLINED]
    answer: Text
    plan: Text | None = None
    planned_for: Moment | None = None


class ReportProgress(Request):
    """A report on the plan: in percent, and in words that are public, with personal data masked. `planned_for` is the
    plan's new end."""

    percent: Annotated[int, Field(ge=0, le=100)]
    text: Text
    planned_for: Moment | None = None


class Finish(Request):
    """The report that the wish is fulfilled, in words that are public, with personal data masked."""

    text: Text


class Drop(Request):
    """The decision that the plan will not be carried out after all. The reason is public, with personal data masked."""

    reason: Text


class Retitle(Request):
    """A better title, which names nobody."""

    title: Line


class Hide(Request):
    """The decision to hide a wish, for a reason which its proposer can read."""

    reason: Text


class Progress(Value):
    """One report on the plan."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: datetime
    stage: Stage
    percent: int | None
    text: Office[Masked]


class Wish(Aggregate):
    """A wish. `people` holds its proposer until they are erased; `forgotten` is the number of people erased. `counted`
    is the number of other supporters.

    `seat` is the one of its proposer's seats that the wish takes while it is open (`open_limit`); None for staff, and
    for older wishes. `answered_within` is the working time that was promised for the answer; None for older wishes.
    """

    title: Words[Masked]
    text: Words[str | None] = Field(default=None, repr=False)
    proposer: Someone[str | None] = None
    seat: Personal[int | None] = None
    status: WishStatus = WishStatus.OPEN
    people: Someone[frozenset[str]] = frozenset()
    forgotten: int = 0
    counted: int = 0
    proposed_at: datetime
    due_at: datetime | None = None
    answered_within: Span | None = None
    answer: Office[Masked | None] = None
    answered_at: datetime | None = None
    overdue: bool = False
    plan: Office[Masked | None] = None
    planned_for: datetime | None = None
    stage: Stage | None = None
    reports: tuple[Progress, ...] = ()
    hidden: bool = False
    hidden_for: Office[str | None] = Field(default=None, repr=False)

    @property
    def supporters(self) -> int:
        """How many people support the wish, its proposer among them, each counted once."""
        return len(self.people) + self.forgotten + self.counted

    @property
    def progress(self) -> int | None:
        """How much of the plan is done, in percent, by the last report; None without a report."""
        return self.reports[-1].percent if self.reports else None

    @property
    def progress_text(self) -> str | None:
        """The words of the last report on the plan; None without a report."""
        return self.reports[-1].text if self.reports else None

    @property
    def progressed_at(self) -> datetime | None:
        """The time of the last report on the plan; None without a report."""
        return self.reports[-1].at if self.reports else None

    def public(self) -> WishState | None:
        return None if self.hidden else WishState(**{name: getattr(self, name) for name in WishState.model_fields})

    @property
    def withholds(self) -> bool:
        return self.hidden

    def told(self, event: Event) -> Event | None:
        """`event`, or None while the wish is hidden: then only the event that hides it is published."""
        return event if isinstance(event, WishHidden) else None

    def known_to(self, by: Principal) -> bool:
        """Whether `by` may know of the wish. Only its proposer and the staff may know of a hidden one."""
        theirs = by.sub == self.proposer or by.has(self.community, Role.STAFF)
        return self.community in by.communities and (theirs or not self.hidden)

    def becoming(self, **changes: Any) -> "Wish":
        """This wish with some fields changed. Personal data in public words is masked."""
        return Wish.model_validate(self.model_dump() | changes)


def in_thirty_days(now: datetime) -> datetime:
    """The default deadline of an answer: 30 days after `now`."""
    return now + ANSWER_WITHIN


def propose(
    id: str,
    command: Propose,
    by: Principal,
    now: datetime,
    owed: Callable[[datetime], datetime] = in_thirty_days,
    seat: int | None = None,
    within: Span | None = None,
) -> Decision[Wish]:
    """Propose a wish; the proposer is its first supporter. `owed` gives the deadline of the answer, and `within` is the
    working time that was promised for it."""
    by.require(command.community)
    wish = Wish(
        id=id,
        community=command.community,
        title=command.title,
        text=command.text,
        proposer=by.sub,
        seat=seat,
        people=frozenset({by.sub}),
        proposed_at=now,
        due_at=owed(now),
        answered_within=within,
    )
    return decided(wish, event_from(WishProposed, wish))


def require_supportable(wish: Wish, by: Principal) -> None:
    """Raises WishIsAnswered or WishIsHidden where the wish can no longer be supported."""
    by.require(wish.community)
    _require_shown(wish)
    _require_open(wish)


def recount(wish: Wish, supports: int) -> Decision[Wish]:
    """Give the wish the counted number of `supports`, without its proposer. A hidden wish keeps its number."""
    if supports == wish.counted or wish.hidden:
        return decided(wish)
    changed = wish.model_copy(update={"counted": supports})
    more = supports > wish.counted
    return decided(changed, event_from(WishSupported, changed) if more else event_from(WishUnsupported, changed))


def answer(wish: Wish, command: Answer, by: Principal, now: datetime) -> Decision[Wish]:
    """Answer the wish for the committee, once.

    Raises:
        PlanOfDeclined, PlanInThePast: the plan contradicts the answer, or is for a date that has passed.
    """
    by.require(wish.community, Role.STAFF)
    _require_shown(wish)
    _require_open(wish)
    accepted = command.verdict is WishStatus.ACCEPTED
    if not accepted and (command.plan is not None or command.planned_for is not None):
        raise PlanOfDeclined()
    _require_future(command.planned_for, now)
    changed = wish.becoming(
        status=command.verdict,
        answer=command.answer,
        answered_at=now,
        plan=command.plan,
        planned_for=command.planned_for,
        stage=Stage.PLANNED if accepted else None,
    )
    return decided(changed, event_from(WishAnswered, changed, by=by.sub))


def report_progress(wish: Wish, command: ReportProgress, by: Principal, now: datetime) -> Decision[Wish]:
    """Report how far the plan is."""
    _require_future(command.planned_for, now)
    progress = Progress(at=now, stage=Stage.UNDER_WAY, percent=command.percent, text=command.text)
    return _reported(wish, progress, WishProgressed, by, planned_for=command.planned_for or wish.planned_for)


def finish(wish: Wish, command: Finish, by: Principal, now: datetime) -> Decision[Wish]:
    """Report that the plan is carried out."""
    progress = Progress(at=now, stage=Stage.DONE, percent=100, text=command.text)
    return _reported(wish, progress, WishFulfilled, by)


def drop(wish: Wish, command: Drop, by: Principal, now: datetime) -> Decision[Wish]:
    """Give the plan up."""
    progress = Progress(at=now, stage=Stage.DROPPED, percent=wish.progress, text=command.reason)
    return _reported(wish, progress, WishDropped, by)


def mark_overdue(wish: Wish, now: datetime) -> Decision[Wish]:
    """Tell, once, that the answer was not given in time. Nothing changes where it was given, or is not due yet."""
    late = wish.due_at is not None and wish.due_at <= now and wish.status is WishStatus.OPEN
    if not late or wish.overdue or wish.hidden:
        return decided(wish)
    changed = wish.model_copy(update={"overdue": True})
    return decided(changed, event_from(WishOverdue, changed))


def retitle(wish: Wish, command: Retitle, by: Principal, now: datetime) -> Decision[Wish]:
    """Replace the title of a wish, also of a hidden one."""
    by.require(wish.community, Role.STAFF)
    changed = wish.becoming(title=command.title)
    if changed.title == wish.title:
        return decided(wish)
    return decided(changed, WishRetitled(title=changed.title, by=by.sub))


def hide(wish: Wish, command: Hide, by: Principal, now: datetime) -> Decision[Wish]:
    """Hide the wish from all but its proposer and the staff. A wish that is hidden already stays as it is."""
    by.require(wish.community, Role.STAFF)
    if wish.hidden:
        return decided(wish)
    changed = wish.model_copy(update={"hidden": True, "hidden_for": command.reason})
    return decided(changed, WishHidden(reason=command.reason, by=by.sub))


def show(wish: Wish, by: Principal, now: datetime) -> Decision[Wish]:
    """Show a hidden wish again. A wish that is not hidden stays as it is."""
    by.require(wish.community, Role.STAFF)
    if not wish.hidden:
        return decided(wish)
    changed = wish.model_copy(update={"hidden": False, "hidden_for": None})
    return decided(changed, event_from(WishShown, changed, by=by.sub))


def anonymise_wish(wish: Wish, person: str) -> Decision[Wish]:
    """Remove `person` as the proposer, and their words, the title too. The number of supporters stays."""
    proposer = wish.proposer == person
    supporter = person in wish.people
    if not (proposer or supporter):
        return decided(wish)
    left = {"people": wish.people - {person}, "forgotten": wish.forgotten + supporter}
    if not proposer:
        return decided(wish.model_copy(update=left), WishAnonymised(proposer=wish.proposer))
    theirs = emptied(Wish, Sort.WORDS, Sort.PERSONAL)
    changed = wish.model_copy(update={**theirs, **left, "proposer": None})
    return decided(changed, WishAnonymised(proposer=None, title=changed.title))


def _reported(
    wish: Wish, progress: Progress, event: type[Event], by: Principal, **changes: datetime | None
) -> Decision[Wish]:
    by.require(wish.community, Role.STAFF)
    _require_shown(wish)
    if wish.stage not in (Stage.PLANNED, Stage.UNDER_WAY):
        raise WishNotUnderWay()
    if len(wish.reports) >= MAX_REPORTS and progress.stage is Stage.UNDER_WAY:
        raise TooManyReports(limit=MAX_REPORTS)
    changed = wish.model_copy(update={"stage": progress.stage, "reports": (*wish.reports, progress), **changes})
    return decided(changed, event_from(event, changed, by=by.sub))


def _require_open(wish: Wish) -> None:
    if wish.status is not WishStatus.OPEN:
        raise WishIsAnswered()


def _require_shown(wish: Wish) -> None:
    if wish.hidden:
        raise WishIsHidden()


def _require_future(moment: datetime | None, now: datetime) -> None:
    if moment is not None and moment <= now:
        raise PlanInThePast()
