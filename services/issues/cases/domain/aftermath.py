"""What comes after: the reporter's verdict, what is kept no longer, and the person who asks to be forgotten."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.principal import Principal, Role
from services.chassis.values import Request, Text
from services.contracts.holding import emptied
from services.contracts.issues import (
    CaseAnonymised,
    CaseContactExpired,
    CaseRated,
    CaseReopened,
    CaseWordsExpired,
)
from services.contracts.marks import Sort
from services.issues.cases.domain.case import (
    ANONYMOUS,
    Case,
    OnlyTheReporter,
    TooLateToRate,
    TooLateToReopen,
    on_record,
    with_remark,
)
from services.issues.cases.domain.clock import STOPPED
from services.issues.cases.domain.transitions import CaseCommand, target

VERDICT_WITHIN = timedelta(days=14)
"""How long after its end a case is rated or reopened."""

_WORDLESS: dict[str, Any] = {**emptied(Case, Sort.WORDS), "words_gone": True}
"""A case without what its reporter brought, as its fields are marked."""

_CONTACTLESS: dict[str, Any] = emptied(Case, Sort.PERSONAL)
"""A case without how to reach its reporter."""


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
    instead, by = not case.is_reporter(by), case.acting(by)
    status = target(case.status, CaseCommand.REOPEN)
    if case.closed_at is not None and now - case.closed_at > VERDICT_WITHIN:
        raise TooLateToReopen(days=VERDICT_WITHIN.days)
    changed = case.model_copy(
        update={
            **STOPPED,
            "status": status,
            "signed_at": None,
            "contacted_at": None,
            "extension": None,
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
    told = event_from(CaseReopened, changed, previous_unit=case.unit, for_reporter=instead, by=by.sub)
    return on_record(changed, by, told)


def rate(case: Case, command: Rate, by: Principal, now: datetime) -> Decision[Case]:
    """The reporter says how well it was solved, once.

    Raises:
        OnlyTheReporter: somebody else does, or there is nobody whose verdict it would be.
        TooLateToRate: it was closed more than 14 days ago.
    """
    _require_reporter(case, by)
    instead, by = not case.is_reporter(by), case.acting(by)
    status = target(case.status, CaseCommand.RATE)
    if case.reporter is None:
        raise OnlyTheReporter()
    if case.closed_at is not None and now - case.closed_at > VERDICT_WITHIN:
        raise TooLateToRate(days=VERDICT_WITHIN.days)
    changed = case.model_copy(
        update={
            "status": status,
            "rating": command.rating,
            "remarks": with_remark(case, CaseCommand.RATE, command.comment, by, now),
        }
    )
    return on_record(changed, by, event_from(CaseRated, changed, for_reporter=instead, by=by.sub))


def expire_contact(case: Case, kept: timedelta, now: datetime) -> Decision[Case]:
    """Drop the contact of a case that was closed longer than `kept` ago; nothing where there is none, or no end."""
    if case.contact is None or case.closed_at is None or now - case.closed_at < kept:
        return decided(case)
    changed = case.model_copy(update=_CONTACTLESS)
    return decided(changed, event_from(CaseContactExpired, changed, expired_at=now))


def expire_words(case: Case, kept: timedelta, now: datetime) -> Decision[Case]:
    """Drop what a resident wrote, recorded and pictured for a case that was closed longer than `kept` ago.

    What was done in office, and its pictures, stays.
    """
    over = case.closed_at is not None and now - case.closed_at >= kept
    if not over or case.round is not None or case.words_gone:
        return decided(case)
    theirs = {name for name in (case.reporter, ANONYMOUS) if name is not None}
    remarks = tuple(remark for remark in case.remarks if remark.by not in theirs)
    changed = case.model_copy(update={**_WORDLESS, "remarks": remarks})
    return decided(changed, event_from(CaseWordsExpired, changed, expired_at=now))


def anonymise_case(case: Case, person: str, alias: str | None = None, stand_in: str | None = None) -> Decision[Case]:
    """Forget `person`, also under their `alias`, as the reporter: the link, the contact, the words and pictures.

    `stand_in` stands for them where people are counted, so that who is erased goes on being one of those affected.

    A finding of a round was written and pictured in office; there, and for whoever handled, the work stays on record.
    """
    if case.reporter is None or case.reporter not in (person, alias):
        return decided(case)
    forgotten: dict[str, Any] = {
        "reporter": None,
        "stand_in": stand_in,
        **_CONTACTLESS,
        "remarks": tuple(remark for remark in case.remarks if remark.by not in (person, ANONYMOUS)),
    }
    if case.round is None:
        forgotten |= _WORDLESS
    changed = case.model_copy(update=forgotten)
    return decided(changed, event_from(CaseAnonymised, changed))


def _require_reporter(case: Case, by: Principal) -> None:
    by.require(case.community)
    if not case.is_reporter(by) and not by.has(case.community, Role.STAFF):
        raise OnlyTheReporter()
