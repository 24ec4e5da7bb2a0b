"""The questions that a notice asks, how each stands, and the answers that are given by its link."""

from datetime import timedelta
from typing import Any

import pytest

from services.contracts.notices import NoticeAnswered, NoticeKind
from services.notify.knowledge.domain import SeatKnown
from services.notify.notices.domain.answering import (
    Question,
    Standing,
    answer,
    answer_about,
    concerned,
    may_change,
    questions,
    standing,
)
from services.notify.notices.domain.notice import Answered, Notice, anonymise
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.together import ToldPart
from services.notify.shared.values import Way
from tests.unit.notify.given import DAY, HOUR, NOW, a_queued

START = NOW + 3 * DAY
UNTIL = NOW + DAY
OFFER = Particulars(title="合唱", starts_at=START, answer_by=UNTIL, registered_at=NOW - DAY)
ASKED = Particulars(title="合唱", starts_at=START, asks_until=UNTIL)


def a_notice(kind: str = "place-offered", told: Particulars = OFFER, **fields: Any) -> Notice:
    return a_queued(**{"kind": kind, "about": "activity-1", "particulars": told, "version": 7, **fields})


def the_question(notice: Notice) -> Question:
    (asked,) = questions(notice)
    return asked


@pytest.mark.parametrize(
    ("kind", "told", "until", "named"),
    [
        ("place-offered", OFFER, UNTIL, UNTIL),
        (NoticeKind.ACTIVITY_MOVED, ASKED, UNTIL, UNTIL),
        (NoticeKind.REGISTRATION_PROMOTED, ASKED, UNTIL, UNTIL),
        (NoticeKind.ACTIVITY_REMINDER, Particulars(starts_at=START), START, None),
        ("place-offered", OFFER.model_copy(update={"answer_by": START + DAY}), START, START + DAY),
    ],
)
def test_what_asks_whether_somebody_comes(kind: str, told: Particulars, until: Any, named: Any) -> None:
    asked = the_question(a_notice(kind, told))
    assert (asked.activity, asked.version, asked.starts_at) == ("activity-1", 7, START)
    assert (asked.until, asked.answer_by) == (until, named)


@pytest.mark.parametrize(
    ("kind", "told", "fields"),
    [
        (NoticeKind.REGISTRATION_CONFIRMED, OFFER, {}),
        (NoticeKind.ACTIVITY_MOVED, Particulars(starts_at=START), {}),
        (NoticeKind.ACTIVITY_MOVED, ASKED.model_copy(update={"volunteering": True}), {}),
        (NoticeKind.ACTIVITY_MOVED, ASKED.model_copy(update={"waitlisted": True}), {}),
        (NoticeKind.SEAT_OFFERED, OFFER, {"about": "need-1"}),
        ("place-offered", OFFER, {"about": "case-1"}),
        ("place-offered", Particulars(answer_by=UNTIL), {}),
        ("place-offered", OFFER, {"channel": Way.WEBHOOK, "recipient": "endpoint-1"}),
        ("place-offered", OFFER, {"channel": Way.FEISHU_ROBOT, "recipient": "endpoint-1"}),
    ],
)
def test_what_asks_nothing(kind: str, told: Particulars, fields: dict[str, Any]) -> None:
    assert questions(a_notice(kind, told, **fields)) == ()


def test_who_is_erased_is_asked_nothing() -> None:
    assert questions(anonymise(a_notice()).aggregate) == ()


def parts(*told: tuple[str, str, Particulars]) -> tuple[ToldPart, ...]:
    return tuple(
        ToldPart(kind=kind, about=about, cause="c-1", version=n, particulars=each)
        for n, (kind, about, each) in enumerate(told, 1)
    )


def test_a_message_about_several_asks_of_each_of_which_it_has_something_to_ask() -> None:
    told = parts(
        ("activity-moved", "activity-1", ASKED),
        ("activity-moved", "activity-2", Particulars(starts_at=START)),
        ("activity-moved", "activity-3", ASKED),
    )
    notice = a_notice("activity-moved", ASKED, about="series-1", parts=told)
    assert [(each.activity, each.version) for each in questions(notice)] == [("activity-1", 1), ("activity-3", 3)]
    both = answer(notice, ["activity-1", "activity-3", "activity-2"], NOW, comes=False)
    assert [(fact.activity, fact.comes) for fact in both.events if isinstance(fact, NoticeAnswered)] == [
        ("activity-1", False),
        ("activity-3", False),
    ]


def test_an_answer_is_a_fact_that_names_the_very_offer_and_nobody_but_the_person() -> None:
    decision = answer(a_notice(), ["activity-1"], NOW, comes=False)
    assert decision.aggregate.answers == (Answered(activity="activity-1", comes=False, at=NOW),)
    (fact,) = decision.events
    assert fact.public_data() == {
        "person": "resident-1",
        "activity": "activity-1",
        "question": "place-offered",
        "comes": False,
        "starts_at": "2026-11-27T04:00:00Z",
        "answer_by": "2026-11-25T04:00:00Z",
        "registered_at": "2026-11-23T04:00:00Z",
        "answered_at": "2026-11-24T04:00:00Z",
    }


def test_who_stands_in_answers_for_the_other() -> None:
    notice = a_notice(recipient="daughter-1", behalf="resident-1")
    assert concerned(notice) == "resident-1"
    (fact,) = answer(notice, ["activity-1"], NOW, comes=True).events
    assert isinstance(fact, NoticeAnswered)
    assert fact.person == "resident-1"


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("then", [True, False])
def test_an_answer_stands_but_that_a_yes_to_a_reminder_may_turn_into_a_no(first: bool, then: bool) -> None:
    offered = answer(a_notice(), ["activity-1"], NOW, comes=first).aggregate
    assert answer(offered, ["activity-1"], NOW, comes=then).events == ()
    reminder = a_notice(NoticeKind.ACTIVITY_REMINDER, Particulars(starts_at=START))
    reminded = answer(reminder, ["activity-1"], NOW, comes=first).aggregate
    again = answer(reminded, ["activity-1"], NOW + HOUR, comes=then)
    assert bool(again.events) is (first and not then)
    kept = answer_about(again.aggregate, "activity-1")
    assert kept is not None
    assert kept.comes is (first and then)


def test_it_is_too_late_when_the_time_has_come_and_nothing_else_is_answered() -> None:
    notice = a_notice()
    assert answer(notice, ["activity-1"], UNTIL, comes=True).events == ()
    assert answer(notice, ["activity-2"], NOW, comes=True).events == ()
    assert answer(notice, ["activity-1"], UNTIL - timedelta(milliseconds=1), comes=True).events != ()


YES, NO = (Answered(activity="activity-1", comes=comes, at=NOW) for comes in (True, False))
SEATED, WAITING, GONE = (SeatKnown(version=9, seated=seated) for seated in (True, False, None))
BEFORE = SeatKnown(version=6, seated=False)


@pytest.mark.parametrize(
    ("answered", "seat", "stands"),
    [
        (None, None, Standing.OPEN),
        (None, BEFORE, Standing.OPEN),
        (YES, BEFORE, Standing.COMING),
        (NO, BEFORE, Standing.NOT_COMING),
        (None, SEATED, Standing.SEATED),
        (YES, SEATED, Standing.COMING),
        (NO, SEATED, Standing.SEATED),
        (None, WAITING, Standing.REPLACED),
        (NO, WAITING, Standing.REPLACED),
        (None, GONE, Standing.LEFT),
        (YES, GONE, Standing.LEFT),
        (NO, GONE, Standing.NOT_COMING),
    ],
)
def test_a_question_stands_as_the_latest_fact_has_it(
    answered: Answered | None, seat: SeatKnown | None, stands: Standing
) -> None:
    asked = the_question(a_notice())
    assert standing(asked, answered, seat, NOW, starts_at=START, off=False) is stands
    assert standing(asked, answered, seat, NOW, starts_at=START, off=True) is Standing.OFF
    assert standing(asked, answered, seat, NOW, starts_at=START + HOUR, off=False) is Standing.REPLACED


def test_it_lapses_at_its_time() -> None:
    asked = the_question(a_notice())
    assert standing(asked, None, BEFORE, UNTIL, starts_at=START, off=False) is Standing.LAPSED
    assert standing(asked, None, GONE, UNTIL, starts_at=START, off=False) is Standing.LAPSED, "for nobody answered"
    assert standing(asked, NO, GONE, UNTIL, starts_at=START, off=False) is Standing.NOT_COMING
    assert standing(asked, YES, BEFORE, UNTIL, starts_at=None, off=False) is Standing.COMING


def test_whoever_has_a_seat_is_asked_by_a_reminder_and_may_think_again() -> None:
    asked = the_question(a_notice(NoticeKind.ACTIVITY_REMINDER, Particulars(starts_at=START)))
    assert standing(asked, None, SEATED, NOW, starts_at=START, off=False) is Standing.OPEN
    yes = standing(asked, YES, SEATED, NOW, starts_at=START, off=False)
    assert (yes, may_change(asked, yes, NOW), may_change(asked, yes, START)) == (Standing.COMING, True, False)
    assert standing(asked, NO, SEATED, NOW, starts_at=START, off=False) is Standing.NOT_COMING
    offer = the_question(a_notice())
    assert not may_change(offer, Standing.COMING, NOW)


def test_a_reminder_to_who_said_yes_asks_nothing_and_takes_a_no() -> None:
    told = a_notice(NoticeKind.ACTIVITY_REMINDER, Particulars(starts_at=START, coming=True))
    asked = the_question(told)
    yes = standing(asked, None, SEATED, NOW, starts_at=START, off=False)
    assert (yes, may_change(asked, yes, NOW)) == (Standing.COMING, True)
    assert standing(asked, None, SEATED, START, starts_at=START, off=False) is Standing.LAPSED
    assert standing(asked, NO, SEATED, NOW, starts_at=START, off=False) is Standing.NOT_COMING
    (fact,) = answer(told, ["activity-1"], NOW, comes=False).events
    assert isinstance(fact, NoticeAnswered)
    assert not fact.comes
