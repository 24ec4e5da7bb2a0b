"""Removes the contact and the words of a reporter from a case: when they expire, and when the reporter is erased."""

from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.holding import emptied
from services.contracts.issues import CaseAnonymised, CaseContactExpired, CaseWordsExpired
from services.contracts.marks import Sort
from services.issues.cases.domain.case import ANONYMOUS, Case

_WORDLESS: dict[str, Any] = {**emptied(Case, Sort.WORDS), "words_gone": True}
"""A case without what its reporter brought, as its fields are marked."""

_CONTACTLESS: dict[str, Any] = emptied(Case, Sort.PERSONAL)
"""A case without how to reach its reporter."""


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
