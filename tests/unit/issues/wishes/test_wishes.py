"""Wishes: their answer, their plan, who sees them, and the law of folding through any life of one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError, NotYours
from services.chassis.principal import Principal
from services.contracts.event import fold
from services.contracts.issues import WishState, WishStatus
from services.issues.wishes.domain import wishes
from services.issues.wishes.domain.wishes import (
    Answer,
    Drop,
    Finish,
    Hide,
    PlanInThePast,
    PlanOfDeclined,
    Propose,
    ReportProgress,
    Retitle,
    Stage,
    TooManyReports,
    Wish,
    WishIsAnswered,
    WishIsHidden,
    WishNotUnderWay,
    anonymise_wish,
    answer,
    drop,
    finish,
    hide,
    mark_overdue,
    propose,
    recount,
    report_progress,
    require_supportable,
    retitle,
    show,
)
from tests.unit.issues.world import HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, STRANGER, WALKER, assert_folds

DAY = timedelta(days=1)

Verdict = Literal[WishStatus.ACCEPTED, WishStatus.DECLINED]


def a_wish() -> Decision[Wish]:
    return propose("wish-1", Propose(community=HERE, title="建老年食堂", text="我妈妈行动不便"), RESIDENT, NOW)


def an_answer(verdict: Verdict = WishStatus.ACCEPTED, **more: Any) -> Answer:
    return Answer(verdict=verdict, answer="列入计划，电话 13812345678", **more)


def accepted() -> Wish:
    plan = an_answer(plan="三楼活动室改造", planned_for=NOW + 90 * DAY)
    return answer(a_wish().aggregate, plan, STAFF, NOW).aggregate


def progress(percent: int = 40, **more: Any) -> ReportProgress:
    return ReportProgress(percent=percent, text="设计完成，联系 13812345678", **more)


STEPS: dict[str, Callable[[Wish], Decision[Wish]]] = {
    "count 3": lambda wish: recount(wish, 3),
    "count 1": lambda wish: recount(wish, 1),
    "accept": lambda wish: answer(wish, an_answer(plan="改造"), STAFF, NOW),
    "decline": lambda wish: answer(wish, an_answer(WishStatus.DECLINED), STAFF, NOW),
    "progress": lambda wish: report_progress(wish, progress(), STAFF, NOW),
    "finish": lambda wish: finish(wish, Finish(text="已开放"), STAFF, NOW),
    "drop": lambda wish: drop(wish, Drop(reason="经费不足"), STAFF, NOW),
    "overdue": lambda wish: mark_overdue(wish, NOW + 100 * DAY),
    "retitle": lambda wish: retitle(wish, Retitle(title="建社区食堂"), STAFF, NOW),
    "hide": lambda wish: hide(wish, Hide(reason="含个人信息"), STAFF, NOW),
    "show": lambda wish: show(wish, STAFF, NOW),
    "erase": lambda wish: anonymise_wish(wish, RESIDENT.sub),
}


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=14))
def test_a_mirror_of_the_events_is_the_state_whatever_happens(steps: list[str]) -> None:
    wish = a_wish().aggregate
    assert_folds(None, a_wish())
    mirror: dict[str, Any] = wish.public().model_dump(mode="json")  # type: ignore[union-attr]
    for step in steps:
        try:
            decision = STEPS[step](wish)
        except CommunityError:
            continue
        wish = decision.aggregate
        for event in decision.events:
            mirror = fold(mirror, WishState, event.public_data())
        shown = wish.public()
        if shown is not None:
            assert mirror == shown.model_dump(mode="json")
            assert "13812345678" not in str(mirror)
        assert not decision.events or decision.events[0].data() is not None


def test_a_repetition_says_nothing() -> None:
    wish = a_wish().aggregate
    for step in ("count 3", "overdue", "retitle", "hide", "erase", "show"):
        wish = STEPS[step](wish).aggregate
        assert STEPS[step](wish).events == ()


@pytest.mark.parametrize("verdict", [WishStatus.ACCEPTED, WishStatus.DECLINED])
def test_the_committee_answers_once(verdict: Verdict) -> None:
    decided = answer(a_wish().aggregate, an_answer(verdict), STAFF, NOW).aggregate
    assert "13812345678" not in str(decided.answer)
    with pytest.raises(WishIsAnswered):
        answer(decided, an_answer(), STAFF, NOW)
    with pytest.raises(WishIsAnswered):
        require_supportable(decided, NEIGHBOUR)
    assert decided.stage is (Stage.PLANNED if verdict is WishStatus.ACCEPTED else None)


def test_only_an_accepted_wish_has_a_plan_and_its_end_lies_in_the_future() -> None:
    wish = a_wish().aggregate
    for plan in ({"plan": "改造"}, {"planned_for": NOW + DAY}):
        with pytest.raises(PlanOfDeclined):
            answer(wish, an_answer(WishStatus.DECLINED, **plan), STAFF, NOW)
    with pytest.raises(PlanInThePast):
        answer(wish, an_answer(planned_for=NOW), STAFF, NOW)
    with pytest.raises(PlanInThePast):
        report_progress(accepted(), progress(planned_for=NOW - DAY), STAFF, NOW)


def test_progress_is_told_until_the_wish_is_fulfilled() -> None:
    wish = accepted()
    later = NOW + 100 * DAY
    wish = report_progress(wish, progress(planned_for=later), STAFF, NOW).aggregate
    assert (wish.stage, wish.progress, wish.planned_for) == (Stage.UNDER_WAY, 40, later)
    assert "13812345678" not in str(wish.progress_text)
    done = finish(wish, Finish(text="已开放"), STAFF, NOW).aggregate
    assert (done.stage, done.progress, len(done.reports)) == (Stage.DONE, 100, 2)
    dropped = drop(wish, Drop(reason="经费不足"), STAFF, NOW).aggregate
    assert (dropped.stage, dropped.progress, dropped.progress_text) == (Stage.DROPPED, 40, "经费不足")
    for over in (done, dropped, a_wish().aggregate):
        for step in ("progress", "finish", "drop"):
            with pytest.raises(WishNotUnderWay):
                STEPS[step](over)


def test_reports_are_bounded_and_the_end_can_be_told_all_the_same() -> None:
    wish = accepted()
    for _ in range(wishes.MAX_REPORTS):
        wish = report_progress(wish, progress(), STAFF, NOW).aggregate
    with pytest.raises(TooManyReports):
        report_progress(wish, progress(), STAFF, NOW)
    assert finish(wish, Finish(text="好了"), STAFF, NOW).aggregate.stage is Stage.DONE


def test_an_overdue_answer_is_told_once_and_stays_overdue() -> None:
    wish = a_wish().aggregate
    assert wish.due_at is not None
    assert mark_overdue(wish, wish.due_at - timedelta(milliseconds=1)).events == ()
    late = mark_overdue(wish, wish.due_at).aggregate
    assert late.overdue
    assert answer(late, an_answer(), STAFF, NOW).aggregate.overdue
    assert mark_overdue(accepted(), wish.due_at).events == ()


def test_a_hidden_wish_shows_nothing_and_waits() -> None:
    wish = hide(a_wish().aggregate, Hide(reason="含个人信息"), STAFF, NOW).aggregate
    assert wish.public() is None
    assert [wish.known_to(by) for by in (NEIGHBOUR, RESIDENT, STAFF, STRANGER)] == [False, True, True, False]
    with pytest.raises(WishIsHidden):
        require_supportable(wish, NEIGHBOUR)
    with pytest.raises(WishIsHidden):
        answer(wish, an_answer(), STAFF, NOW)
    assert recount(wish, 7).events == ()
    wish = retitle(wish, Retitle(title="建食堂"), STAFF, NOW).aggregate
    shown = show(wish, STAFF, NOW)
    assert shown.events[0].public_data()["title"] == "建食堂"
    assert (shown.aggregate.hidden_for, recount(shown.aggregate, 7).aggregate.supporters) == (None, 8)


STAFFS: tuple[Callable[[Wish, Principal], Decision[Wish]], ...] = (
    lambda wish, by: answer(wish, an_answer(), by, NOW),
    lambda wish, by: report_progress(wish, progress(), by, NOW),
    lambda wish, by: finish(wish, Finish(text="x"), by, NOW),
    lambda wish, by: drop(wish, Drop(reason="x"), by, NOW),
    lambda wish, by: hide(wish, Hide(reason="x"), by, NOW),
    lambda wish, by: show(wish, by, NOW),
    lambda wish, by: retitle(wish, Retitle(title="x"), by, NOW),
)


@pytest.mark.parametrize("by", [RESIDENT, WALKER, STRANGER], ids=lambda by: str(by.sub))
def test_people_without_the_right_are_refused(by: Principal) -> None:
    wish = a_wish().aggregate
    for refused in STAFFS:
        with pytest.raises(NotYours):
            refused(wish, by)
    with pytest.raises(NotYours):
        require_supportable(wish, STRANGER)
    with pytest.raises(NotYours):
        propose("w", Propose(community=HERE, title="x"), STRANGER, NOW)


def test_an_erased_supporter_goes_on_counting() -> None:
    wish = recount(a_wish().aggregate, 3).aggregate
    gone = anonymise_wish(wish, RESIDENT.sub).aggregate
    assert (gone.supporters, gone.proposer, gone.text, gone.people) == (4, None, None, frozenset())
    assert "行动不便" not in str(a_wish().events[0].data())
