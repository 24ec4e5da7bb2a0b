"""What a reporter brought is kept for a time, and goes with the reporter; what was done in office stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.contracts.issues import CaseAnonymised, CaseContactExpired, CaseStatus, CaseWordsExpired
from services.issues.cases.domain.case import ANONYMOUS, Case, Remark
from services.issues.cases.domain.retention import anonymise_case, expire_contact, expire_words
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.privacy.domain.contact import Sealed
from tests.unit.issues.world import NOW, RESIDENT, STAFF, a_case, assert_folds

KEPT = timedelta(days=90)
MOMENT = timedelta(milliseconds=1)
ALIAS = "anon-1"
THEIRS = "我住在三楼"
IN_OFFICE = "已核实"


def said(by: str, text: str) -> Remark:
    return Remark(at=NOW, by=by, about=CaseCommand.REPORT, text=text)


def ended(**more: Any) -> Case:
    """A case that was verified now, with all that its reporter may have brought."""
    case = a_case(CaseStatus.VERIFIED, spot="左边", before=("photo-0",), attachments=("attachment-1",))
    reporter = more.get("reporter") or RESIDENT.sub
    remarks = (said(reporter, THEIRS), said(ANONYMOUS, THEIRS), said(STAFF.sub, IN_OFFICE))
    contact = Sealed(key="key-1", box="box")
    return case.model_copy(update={"closed_at": NOW, "contact": contact, "remarks": remarks, **more})


def assert_wordless(case: Case) -> None:
    assert (case.text, case.spot, case.answers, case.before, case.attachments) == (None, None, {}, (), ())
    assert case.words_gone
    assert [remark.text for remark in case.remarks] == [IN_OFFICE]
    assert case.after, "what the unit pictured stays"


@pytest.mark.parametrize(("closed_at", "goes"), [(NOW, True), (NOW + MOMENT, False), (None, False)])
def test_a_contact_goes_so_long_after_the_end(closed_at: datetime | None, goes: bool) -> None:
    case = ended(closed_at=closed_at)
    decision = expire_contact(case, KEPT, NOW + KEPT)
    assert [type(event) for event in decision.events] == [CaseContactExpired] * goes
    assert (decision.aggregate.contact is None) is goes
    assert decision.aggregate.text == case.text
    assert_folds(case, decision)
    if goes:
        assert expire_contact(decision.aggregate, KEPT, NOW + 2 * KEPT).events == ()


@pytest.mark.parametrize(("closed_at", "goes"), [(NOW, True), (NOW + MOMENT, False), (None, False)])
def test_words_and_pictures_of_a_resident_go_so_long_after_the_end(closed_at: datetime | None, goes: bool) -> None:
    case = ended(closed_at=closed_at)
    decision = expire_words(case, KEPT, NOW + KEPT)
    assert [type(event) for event in decision.events] == [CaseWordsExpired] * goes
    assert_folds(case, decision)
    if goes:
        assert_wordless(decision.aggregate)
        assert decision.aggregate.contact is not None, "it has a time of its own"
        assert expire_words(decision.aggregate, KEPT, NOW + 2 * KEPT).events == ()


def test_what_a_round_found_was_written_in_office_and_stays() -> None:
    case = ended(round="round-1")
    assert expire_words(case, KEPT, NOW + 2 * KEPT).events == ()
    forgotten = anonymise_case(case, RESIDENT.sub).aggregate
    assert (forgotten.reporter, forgotten.contact) == (None, None)
    assert (forgotten.text, forgotten.before) == (case.text, case.before)


@pytest.mark.parametrize("reporter", [RESIDENT.sub, ALIAS])
def test_who_is_erased_leaves_a_stand_in_and_nothing_else(reporter: str) -> None:
    case = ended(reporter=reporter, anonymous=reporter == ALIAS)
    decision = anonymise_case(case, RESIDENT.sub, ALIAS, "erased-1")
    assert [type(event) for event in decision.events] == [CaseAnonymised]
    assert_folds(case, decision)
    after = decision.aggregate
    assert (after.reporter, after.stand_in, after.contact) == (None, "erased-1", None)
    if reporter == RESIDENT.sub:
        assert_wordless(after)
    assert after.handlers == case.handlers
    assert anonymise_case(after, RESIDENT.sub, ALIAS, "erased-2").events == ()


def test_whose_case_it_is_not_changes_nothing_in_it() -> None:
    assert anonymise_case(ended(), "somebody-else", ALIAS).events == ()
    assert anonymise_case(ended(reporter=None), RESIDENT.sub, ALIAS).events == ()
