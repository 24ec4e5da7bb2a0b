"""What may be shown to everybody of a case, by the rules alone."""

from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.contracts.issues import CaseStatus, Channel
from services.issues.cases.domain.case import Case, Remark
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.exhibits.domain import (
    Exhibit,
    NotAgreed,
    NotPutRight,
    PictureElsewhere,
    Show,
    exhibit_id,
    show,
    take_down,
)
from tests.unit.issues.world import NOW, RESIDENT, STAFF, SUPERVISOR, WALKER, a_case, assert_folds

AGREED = Show(case="case-1", before="photo-b", after="photo-1", agreed=True)
NOT_ASKED = AGREED.model_copy(update={"agreed": False})


def put_right(**fields: Any) -> Case:
    return a_case(CaseStatus.VERIFIED).model_copy(update={"before": ("photo-b", "photo-c"), **fields})


def an_exhibit() -> Exhibit:
    return show(put_right(), AGREED, STAFF, NOW).aggregate


def test_staff_show_two_pictures_and_take_them_down_again() -> None:
    decision = show(put_right(), AGREED, STAFF, NOW)
    assert_folds(None, decision)
    exhibit = decision.aggregate
    assert (exhibit.id, exhibit.before, exhibit.after) == (exhibit_id("case-1"), "photo-b", "photo-1")
    gone = take_down(exhibit, "认错了地方", "staff-1")
    assert_folds(exhibit, gone)
    assert (gone.aggregate.shown, gone.aggregate.before, gone.aggregate.after) == (False, None, None)
    assert take_down(gone.aggregate, "again", "staff-1").events == ()


@pytest.mark.parametrize("by", [RESIDENT, WALKER, SUPERVISOR])
def test_staff_alone_decide(by: Any) -> None:
    with pytest.raises(NotYours):
        show(put_right(), AGREED, by, NOW)


@pytest.mark.parametrize("status", sorted(set(CaseStatus) - {CaseStatus.VERIFIED, CaseStatus.EVALUATED}))
def test_nothing_is_shown_that_nobody_has_found_put_right(status: CaseStatus) -> None:
    with pytest.raises(NotPutRight):
        show(put_right(status=status), AGREED, STAFF, NOW)
    assert not an_exhibit().holds(put_right(status=status))


@pytest.mark.parametrize("private", [{"public_category": False}, {"within_private": True}])
def test_nothing_is_shown_of_a_case_that_is_not_for_everybody(private: dict[str, bool]) -> None:
    with pytest.raises(NotPutRight):
        show(put_right(**private), AGREED, STAFF, NOW)
    assert not an_exhibit().holds(put_right(**private))


@pytest.mark.parametrize("wrong", [{"before": "photo-x"}, {"after": "photo-x"}, {"before": "photo-1"}])
def test_a_picture_is_the_case_s_own_and_stands_in_its_place(wrong: dict[str, str]) -> None:
    with pytest.raises(PictureElsewhere):
        show(put_right(), AGREED.model_copy(update=wrong), STAFF, NOW)


def test_what_is_for_the_office_stays_there() -> None:
    note = Remark(at=NOW, by="staff-1", about=CaseCommand.HANDLE, text="x", internal=True, photos=("photo-1",))
    with pytest.raises(PictureElsewhere):
        show(put_right(remarks=(note,)), AGREED, STAFF, NOW)


@pytest.mark.parametrize("channel", list(Channel))
def test_a_picture_from_outside_is_shown_with_consent_alone(channel: Channel) -> None:
    case = put_right(channel=channel)
    if channel in (Channel.ROUND, Channel.GRID_WORKER, Channel.STAFF):
        assert show(case, NOT_ASKED, STAFF, NOW).aggregate.shown
        return
    with pytest.raises(NotAgreed):
        show(case, NOT_ASKED, STAFF, NOW)
    assert show(case, AGREED, STAFF, NOW).aggregate.agreed


def test_pictures_that_are_gone_are_shown_no_more() -> None:
    assert an_exhibit().holds(put_right())
    assert not an_exhibit().holds(put_right(before=()))
    assert not an_exhibit().holds(put_right(after=("photo-2",)))
