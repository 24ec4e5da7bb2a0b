"""What comes after: the reporter's verdict, the deadline that passed, and the person who asks to be forgotten."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from services.chassis.aggregate import Decision, decided, tell
from services.chassis.principal import Principal, Role
from services.contracts.issues import CaseAnonymised, CaseOverdue, CaseRated, CaseReopened
from services.issues.domain.cases import Case, OnlyTheReporter, TooLateToReopen, with_remark
from services.issues.domain.transitions import WORKING, CaseCommand, target
from services.issues.domain.words import Request, Text

REOPEN_WITHIN = timedelta(days=14)


class Reopen(Request):
    """It is not solved, for this reason."""

    reason: Text


class Rate(Request):
    """The verdict, 1 (bad) to 5 (good)."""

    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Text | None = None


def reopen(case: Case, command: Reopen, by: Principal, now: datetime) -> Decision[Case]:
    """The case is to be handled anew; the staff decide by whom.

    Raises:
        OnlyTheReporter: somebody else asks.
        TooLateToReopen: it was closed more than 14 days ago.
    """
    _require_reporter(case, by)
    status = target(case.status, CaseCommand.REOPEN)
    if case.closed_at is not None and now - case.closed_at > REOPEN_WITHIN:
        raise TooLateToReopen(days=REOPEN_WITHIN.days)
    changed = case.model_copy(
        update={
            "status": status,
            "unit": None,
            "due_at": None,
            "overdue": False,
            "handled_at": None,
            "closed_at": None,
            "rating": None,
            "reopened": case.reopened + 1,
            "remarks": with_remark(case, CaseCommand.REOPEN, command.reason, by, now),
        }
    )
    return decided(changed, tell(CaseReopened, changed, previous_unit=case.unit, by=by.sub))


def rate(case: Case, command: Rate, by: Principal, now: datetime) -> Decision[Case]:
    """The reporter says how well it was solved, once."""
    _require_reporter(case, by)
    changed = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.RATE),
            "rating": command.rating,
            "remarks": with_remark(case, CaseCommand.RATE, command.comment, by, now),
        }
    )
    return decided(changed, tell(CaseRated, changed, by=by.sub))


def mark_overdue(case: Case, now: datetime) -> Decision[Case]:
    """Say once that the deadline passed; nothing where it has not, or no longer matters."""
    late = case.due_at is not None and case.due_at <= now and case.status in WORKING
    if not late or case.overdue:
        return decided(case)
    changed = case.model_copy(update={"overdue": True})
    return decided(changed, tell(CaseOverdue, changed))


def anonymise_case(case: Case, person: str) -> Decision[Case]:
    """Forget `person` as the reporter: the link, the contact, the words and pictures.

    A finding of a round was written and pictured in office; there, and for whoever handled, the work stays on record.
    """
    if case.reporter != person:
        return decided(case)
    forgotten: dict[str, Any] = {
        "reporter": None,
        "contact": None,
        "remarks": tuple(remark for remark in case.remarks if remark.by != person),
    }
    if case.round is None:
        forgotten |= {"text": None, "spot": None, "before": ()}
    changed = case.model_copy(update=forgotten)
    return decided(changed, tell(CaseAnonymised, changed))


def _require_reporter(case: Case, by: Principal) -> None:
    by.require(case.community)
    if by.sub != case.reporter and not by.has(Role.STAFF):
        raise OnlyTheReporter()
