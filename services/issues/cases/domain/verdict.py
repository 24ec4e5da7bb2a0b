"""The reporter's verdict on a case that has ended: they rate it, or have it opened again."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from services.chassis.aggregate import Decision, event_from
from services.chassis.errors import Conflict, Forbidden
from services.chassis.principal import Principal, Role
from services.chassis.values import Request, Text
from services.contracts.issues import CaseRated, CaseReopened
from services.issues.cases.domain.case import Case, on_record, with_remark
from services.issues.cases.domain.clock import stop
from services.issues.cases.domain.transitions import CaseCommand, target
from services.issues.shared.values import Story

VERDICT_WITHIN = timedelta(days=14)
"""How long after its end a case is rated or reopened."""


class OnlyTheReporter(
    Forbidden,
    code="case.only-the-reporter",
    zh="只有上报人或代为登记的社区工作人员可以执行此操作。",
    en="Only the reporter, or staff for them, may do this.",
):
    """The verdict is the reporter's."""


class TooLateToReopen(
    Conflict,
    code="case.too-late-to-reopen",
    zh="结案已超过 {days} 天，请重新上报。",
    en="It was closed more than {days} days ago; please report it anew.",
):
    """After that time a new report is clearer than an old one."""


class TooLateToRate(
    Conflict,
    code="case.too-late-to-rate",
    zh="结案已超过 {days} 天，不能再评价。",
    en="It was closed more than {days} days ago; it can't be rated any more.",
):
    """A verdict counts while it is fresh."""


class Reopen(Request):
    """The order to reopen a case that is not solved, with the reason."""

    reason: Story


class Rate(Request):
    """The verdict, 1 (bad) to 5 (good)."""

    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Text | None = None


def may_reopen(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would have the case opened again."""
    _require_reporter(case, by)
    target(case.status, CaseCommand.REOPEN)
    if case.closed_at is not None and now - case.closed_at > VERDICT_WITHIN:
        raise TooLateToReopen(days=VERDICT_WITHIN.days)


def may_rate(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would rate the outcome."""
    _require_reporter(case, by)
    target(case.status, CaseCommand.RATE)
    if case.reporter is None:
        raise OnlyTheReporter()
    if case.closed_at is not None and now - case.closed_at > VERDICT_WITHIN:
        raise TooLateToRate(days=VERDICT_WITHIN.days)


def reopen(case: Case, command: Reopen, by: Principal, now: datetime) -> Decision[Case]:
    """Open the case again; the staff decide who handles it. What was missed before stays missed.

    Raises:
        OnlyTheReporter: somebody else asks.
        TooLateToReopen: it was closed more than 14 days ago.
    """
    may_reopen(case, by, now)
    instead, by = not case.is_reporter(by), case.acting(by)
    status = target(case.status, CaseCommand.REOPEN)
    reopened = case.model_copy(
        update={
            "status": status,
            "signed_at": None,
            "contacted_at": None,
            "extension": None,
            "unit": None,
            "assignee": None,
            "due_at": case.due_at if case.overdue else None,
            "unit_due_at": None,
            "handled_at": None,
            "closed_at": None,
            "rating": None,
            "reopened": case.reopened + 1,
            "remarks": with_remark(case, CaseCommand.REOPEN, command.reason, by, now),
        }
    )
    changed = stop(reopened)
    told = event_from(CaseReopened, changed, previous_unit=case.unit, for_reporter=instead, by=by.sub)
    return on_record(changed, by, told)


def rate(case: Case, command: Rate, by: Principal, now: datetime) -> Decision[Case]:
    """The reporter says how well it was solved, once.

    Raises:
        OnlyTheReporter: somebody else does, or there is nobody whose verdict it would be.
        TooLateToRate: it was closed more than 14 days ago.
    """
    may_rate(case, by, now)
    instead, by = not case.is_reporter(by), case.acting(by)
    status = target(case.status, CaseCommand.RATE)
    changed = case.model_copy(
        update={
            "status": status,
            "rating": command.rating,
            "remarks": with_remark(case, CaseCommand.RATE, command.comment, by, now),
        }
    )
    return on_record(changed, by, event_from(CaseRated, changed, for_reporter=instead, by=by.sub))


def _require_reporter(case: Case, by: Principal) -> None:
    by.require(case.community)
    if not case.is_reporter(by) and not by.has(case.community, Role.STAFF):
        raise OnlyTheReporter()
