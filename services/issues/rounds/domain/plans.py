"""A plan of rounds that recur (定期巡查): its dates become rounds a few days ahead, each once.

The id of a date's round derives from plan and date, and the plan moves past the date by the same write that tells that
the round is due. So no date is ever doubled or lost, however often a sweep looks.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Annotated, NamedTuple

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.recurrence import MAX_LENGTH
from services.chassis.values import Moment, Request, local_date
from services.contracts.event import Event
from services.contracts.issues import (
    RoundDue,
    RoundPlanChanged,
    RoundPlanDateSkipped,
    RoundPlanEnded,
    RoundPlanMade,
    RoundPlanned,
    RoundPlanState,
    RoundPlanStatus,
)
from services.contracts.marks import Id, Masked, Office, Officer, Thing
from services.contracts.value import Value
from services.issues.catalogue.domain.working_time import WorkingTime
from services.issues.places.domain.places import Place
from services.issues.rounds.domain import recurrence
from services.issues.rounds.domain.rounds import Planned, Round, Terms, planned_in, require_planner

MAX_CHANGES = 50
MAX_SKIPPED = 200
_AT_ONCE = 50
_IN_A_ROW = 12
"""The most dates in a row that may fall on holidays: more than any public holiday has days."""
ANNOUNCED = WorkingTime()
"""The calendar of a community for which no arrangement of holidays was loaded."""
_DAY = timedelta(days=1)
_PAST, _FUTURE = timedelta(days=366), timedelta(days=3 * 366)
"""The time before and after now within which a plan may begin. No later dates are looked for."""


class NoSuchDate(
    Invalid,
    code="round-plan.no-such-date",
    zh="该计划在 {on} 没有巡查。",
    en="The plan has no round on {on}.",
):
    """The rule doesn't give the date, the date was left out, or the plan ends before it."""


class DateIsARound(
    Conflict,
    code="round-plan.date-is-a-round",
    zh="{on} 的巡查已经生成，只能更改之后的日期。",
    en="The round of {on} stands already; only later dates can be changed.",
):
    """The date has become a round, some days ahead, and is changed as a round and no longer in the plan."""


class PlanHasEnded(Conflict, code="round-plan.ended", zh="该巡查计划已结束。", en="The plan has ended."):
    """The plan has ended and makes no more rounds."""


class PlanIsFull(
    Conflict,
    code="round-plan.full",
    zh="该计划的更改或停巡次数已达上限 {limit}，请新建计划。",
    en="The plan was changed, or has dates left out, {limit} times. Make a new one.",
):
    """The plan has as many segments and left-out dates as its document may hold."""


class RecurringTerms(Terms):
    """The buildings and the walker of rounds that recur by `rule`, beginning on the date of `first`, at its hour.

    `keeps_off_holidays`: dates on public holidays are left out, by the calendar known at the time.
    """

    keeps_off_holidays: bool = False
    rule: Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]
    first: Moment


class PlanRounds(RecurringTerms):
    """Rounds that recur. Each becomes a round `days_ahead` days before it begins."""

    community: Id
    days_ahead: Annotated[int, Field(ge=0, le=60)] = 7


class ChangePlan(RecurringTerms):
    """The terms of rounds from the date of `first` on. The walker has to be named again, even if the same."""


class SkipDate(Request):
    """One date of a plan is left out."""

    on: date


class EndPlan(Request):
    """The end of a plan: it makes no rounds on `since` and later, or, without `since`, none from now on. Rounds that
    exist already stay."""

    since: date | None = None


class Segment(Value):
    """The terms that hold from the date `since` on, until the next segment begins."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    since: date
    title: Office[Masked | None] = None
    rule: Thing[str]
    first: datetime
    buildings: Thing[tuple[str, ...]]
    planned: tuple[Planned, ...]
    walker: Officer[str]
    unit: Thing[str | None] = None
    keeps_off_holidays: bool = False


class Occurrence(NamedTuple):
    """One date of a plan."""

    on: date
    starts_at: datetime
    segment: Segment


class RoundPlan(Aggregate):
    """A plan of rounds that recur. Dates before `cursor` have become rounds, or have passed. `name_at` is the time at
    which the next date becomes a round."""

    planner: Officer[str]
    segments: tuple[Segment, ...]
    days_ahead: int
    status: RoundPlanStatus = RoundPlanStatus.RUNNING
    skipped: tuple[date, ...] = ()
    cursor: date
    ends: date | None = None
    next: date | None = None
    name_at: datetime | None = None
    made_at: datetime

    def public(self) -> RoundPlanState:
        latest = self.segments[-1]
        own = {"days_ahead", "status", "skipped", "next", "ends"}
        return RoundPlanState(
            **{name: getattr(self, name) for name in own},
            **{name: getattr(latest, name) for name in RoundPlanState.model_fields.keys() - own},
        )

    def ahead(self, time: WorkingTime = ANNOUNCED) -> Iterator[Occurrence]:
        """The dates that have not become rounds, in order; they may have no end. `time` tells the holidays."""
        left_out = 0
        for at, segment in enumerate(self.segments):
            following = self.segments[at + 1].since if at + 1 < len(self.segments) else date.max
            until = min(following, self.ends or date.max)
            since = max(segment.since, self.cursor)
            found = recurrence.starts(segment.rule, segment.first, since) if since < until else iter(())
            dated = ((local_date(start), start) for start in found)
            for on, start in takewhile(lambda each, until=until: each[0] < until, dated):  # type: ignore[misc]
                if segment.keeps_off_holidays and time.is_holiday(on):
                    left_out += 1
                    if left_out > _IN_A_ROW:
                        return  # the rule gives only holidays
                    continue
                left_out = 0
                if on not in self.skipped:
                    yield Occurrence(on, start, segment)

    def require_manager(self, by: Principal) -> None:
        """Raises NotYours unless `by` is staff of the community, or has made this plan."""
        by.require(self.community)
        if not by.has(self.community, Role.STAFF) and by.sub != self.planner:
            raise NotYours()


def plan_rounds(
    id: str,
    command: PlanRounds,
    buildings: Sequence[Place],
    by: Principal,
    now: datetime,
    time: WorkingTime = ANNOUNCED,
) -> Decision[RoundPlan]:
    """Make a plan whose rounds recur by the rule. Rounds of near dates are due at once; dates before today are left
    out.

    Raises:
        NotYours, NotABuilding, NoSuchFloors: as for a single round.
        RuleUnreadable: the rule can't be read, is of a kind that isn't taken, or leaves out months that lack the day of
        `first`.
        NoSuchDate: the rule gives no date.
    """
    segment = _segment(command.community, command, buildings, by, now)
    plan = RoundPlan(
        id=id,
        community=command.community,
        planner=by.sub,
        segments=(segment,),
        days_ahead=command.days_ahead,
        cursor=max(segment.since, local_date(now)),
        made_at=now,
    )
    plan = _looking_ahead(plan, time)
    if plan.next is None:
        raise NoSuchDate(on=segment.since.isoformat())
    due = advance(plan, now, time)
    return decided(due.aggregate, event_from(RoundPlanMade, plan), *due.events)


def advance(plan: RoundPlan, now: datetime, time: WorkingTime = ANNOUNCED) -> Decision[RoundPlan]:
    """Tell that rounds of near dates are due, and end the plan when it has no more dates."""
    events: list[Event] = []
    plan = _looking_ahead(plan, time) if plan.name_at is not None else plan
    ahead = plan.ahead(time)
    while plan.name_at is not None and plan.name_at <= now and len(events) < _AT_ONCE:
        date_of = next(ahead)
        plan = _looking_ahead(plan.model_copy(update={"cursor": date_of.on + _DAY}), time)
        due = {"occurrence": date_of.on, "round": round_id(plan.id, date_of.on), "starts_at": date_of.starts_at}
        events.append(event_from(RoundDue, plan, **due))
    plan, ended = _ended_if_done(plan)
    return decided(plan, *events, *ended)


def skip_date(
    plan: RoundPlan, command: SkipDate, by: Principal, now: datetime, time: WorkingTime = ANNOUNCED
) -> Decision[RoundPlan]:
    """Leave out a date ahead. Leaving it out again changes nothing.

    Raises:
        NotYours, PlanHasEnded, DateIsARound, NoSuchDate, PlanIsFull
    """
    plan.require_manager(by)
    if command.on in plan.skipped:
        return decided(plan)
    _require_ahead(plan, command.on)
    if len(plan.skipped) >= MAX_SKIPPED:
        raise PlanIsFull(limit=MAX_SKIPPED)
    _require_near(command.on, local_date(now))
    if all(date_of.on != command.on for date_of in takewhile(lambda d: d.on <= command.on, plan.ahead(time))):
        raise NoSuchDate(on=command.on.isoformat())
    skipped = tuple(sorted({*plan.skipped, command.on}))
    plan = _looking_ahead(plan.model_copy(update={"skipped": skipped}), time)
    plan, ended = _ended_if_done(plan)
    return decided(plan, event_from(RoundPlanDateSkipped, plan, on=command.on), *ended)


def change_plan(
    plan: RoundPlan,
    command: ChangePlan,
    buildings: Sequence[Place],
    by: Principal,
    now: datetime,
    time: WorkingTime = ANNOUNCED,
) -> Decision[RoundPlan]:
    """Give rounds other terms from the date of `command.first` on. An earlier change that begins at a later date is
    dropped.

    Raises:
        NotYours, PlanHasEnded, DateIsARound, PlanIsFull, and those of `plan_rounds`.
    """
    plan.require_manager(by)
    segment = _segment(plan.community, command, buildings, by, now)
    _require_ahead(plan, segment.since)
    kept = tuple(each for each in plan.segments if each.since < segment.since)
    if len(kept) >= MAX_CHANGES:
        raise PlanIsFull(limit=MAX_CHANGES)
    plan = _looking_ahead(plan.model_copy(update={"segments": (*kept, segment)}), time)
    if plan.next is None:
        raise NoSuchDate(on=segment.since.isoformat())
    changed = event_from(RoundPlanChanged, plan, since=segment.since)
    due = advance(plan, now, time)
    return decided(due.aggregate, changed, *due.events)


def end_plan(
    plan: RoundPlan, command: EndPlan, by: Principal, now: datetime, time: WorkingTime = ANNOUNCED
) -> Decision[RoundPlan]:
    """Let the plan make no more rounds, at once or from a date on.

    Raises:
        NotYours, PlanHasEnded, DateIsARound
    """
    plan.require_manager(by)
    since = command.since or plan.cursor
    _require_ahead(plan, since)
    plan = _looking_ahead(plan.model_copy(update={"ends": since}), time)
    if plan.next is None:
        plan = plan.model_copy(update={"status": RoundPlanStatus.ENDED})
    return decided(plan, event_from(RoundPlanEnded, plan))


def round_id(plan: str, on: date) -> str:
    """The id of the round that `plan` makes of the date `on`."""
    return derived_id("round", plan, on.isoformat())


def round_of(plan: RoundPlan, due: RoundDue, now: datetime) -> Decision[Round]:
    """Make the round of the date of `plan` that `due` tells of."""
    segment = [each for each in plan.segments if each.since <= due.occurrence][-1]
    round = Round(
        id=due.round,
        community=plan.community,
        title=segment.title,
        buildings=segment.buildings,
        planned=segment.planned,
        walker=segment.walker,
        unit=segment.unit,
        starts_at=due.starts_at,
        plan=plan.id,
        occurrence=due.occurrence,
        planned_at=now,
    )
    return decided(round, event_from(RoundPlanned, round))


def _segment(
    community: str, terms: RecurringTerms, buildings: Sequence[Place], by: Principal, now: datetime
) -> Segment:
    _require_near(terms.first.date(), now.date())
    rule = recurrence.normalise(terms.rule)
    recurrence.require_every_month(rule, terms.first)
    return Segment(
        since=local_date(terms.first),
        title=terms.title,
        rule=rule,
        first=terms.first,
        buildings=tuple(dict.fromkeys(terms.buildings)),
        planned=planned_in(community, terms.buildings, terms.floors, buildings),
        walker=require_planner(community, terms, by),
        unit=terms.unit,
        keeps_off_holidays=terms.keeps_off_holidays,
    )


def _looking_ahead(plan: RoundPlan, time: WorkingTime) -> RoundPlan:
    coming = next(plan.ahead(time), None)
    name_at = None if coming is None else coming.starts_at - timedelta(days=plan.days_ahead)
    return plan.model_copy(update={"next": None if coming is None else coming.on, "name_at": name_at})


def _ended_if_done(plan: RoundPlan) -> tuple[RoundPlan, list[Event]]:
    if plan.next is not None or plan.status is RoundPlanStatus.ENDED:
        return plan, []
    plan = plan.model_copy(update={"status": RoundPlanStatus.ENDED})
    return plan, [event_from(RoundPlanEnded, plan)]


def _require_near(on: date, today: date) -> None:
    if not today - _PAST <= on <= today + _FUTURE:
        raise NoSuchDate(on=on.isoformat())


def _require_ahead(plan: RoundPlan, on: date) -> None:
    if plan.status is RoundPlanStatus.ENDED:
        raise PlanHasEnded()
    if on < plan.cursor:
        raise DateIsARound(on=on.isoformat())
