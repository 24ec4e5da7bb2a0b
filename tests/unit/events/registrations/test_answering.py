"""Answers by the link of a message: they are to what it asked, and to nothing that was asked before or since."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.chassis.aggregate import Decision
from services.contracts.activities import (
    ActivityConfirmed,
    ActivityDetails,
    ActivityOffered,
    ActivityPromoted,
    ActivityWithdrawn,
    Leaving,
    Promotion,
    Terms,
)
from services.events.activities.domain import scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.ending import cancel
from services.events.activities.domain.erasure import erase_from_activity
from services.events.activities.domain.seats import lapse
from services.events.attendance.domain.attendance import check_in
from services.events.registrations import domain as rules
from services.events.registrations.domain import Question, answer_to
from tests.unit.events.given import GRID, HOUR, MINUTE, NOW, STAFF, START, activity, resident
from tests.unit.events.lawful import took

DAY = timedelta(days=1)
SECOND = "resident-2"


def said(
    there: Activity, person: str, asked: Question, now: datetime, *, comes: bool, at: datetime | None = None
) -> Decision[Activity]:
    """The answer that comes to events as it was given, or was given `at` another time."""
    return answer_to(there, person, asked, now, comes=comes, said_at=at or now)


def _offered(now: datetime = NOW, **terms: Any) -> tuple[Activity, Question]:
    """One seat, given up by who had it and kept for the second; a third waits. With what the message to them asked."""
    details = ActivityDetails(terms=Terms(promotion=Promotion.OFFER, **terms))
    there = activity(capacity=1, details=details)
    for n in (1, 2, 3):
        there = _took(there, rules.register(there, f"resident-{n}", 1, resident(n), now))
    left = rules.withdraw(there, "resident-1", resident(1), now + MINUTE)
    (offer,) = [event for event in left.events if isinstance(event, ActivityOffered)]
    return left.aggregate, _asked(offer)


def _took(there: Activity, decision: Decision[Activity]) -> Activity:
    """The activity after `decision`, once it has been held to the folding law."""
    return took(there, lambda _: decision).aggregate


def _asked(offer: ActivityOffered) -> Question:
    return Question(starts_at=offer.starts_at, answer_by=offer.until, registered_at=offer.registered_at)


def _offers(events: Any) -> list[str]:
    return [event.person for event in events if isinstance(event, ActivityOffered)]


def test_a_refused_offer_goes_to_the_next_who_waits() -> None:
    there, asked = _offered()
    refused = said(there, SECOND, asked, NOW + HOUR, comes=False)
    gone = refused.events[0]
    assert isinstance(gone, ActivityWithdrawn)
    assert (gone.person, gone.why) == (SECOND, Leaving.OFFER_REFUSED)
    assert _offers(refused.events) == ["resident-3"]
    _took(there, refused)
    again = said(refused.aggregate, SECOND, asked, NOW + HOUR, comes=False)
    assert again.events == (), "the second time, nothing is open"


def test_an_offer_that_is_taken_is_a_seat_and_a_later_no_by_its_link_changes_nothing() -> None:
    there, asked = _offered()
    taken = said(there, SECOND, asked, NOW + HOUR, comes=True)
    assert [type(event) for event in taken.events] == [ActivityPromoted]
    for comes in (True, False):
        assert said(taken.aggregate, SECOND, asked, NOW + HOUR, comes=comes).events == ()


@pytest.mark.parametrize("comes", [True, False])
def test_an_offer_that_has_run_out_is_not_answered_whether_or_not_it_was_given_on_yet(comes: bool) -> None:
    there, asked = _offered(offer_hours=1)
    assert asked.answer_by is not None
    assert said(there, SECOND, asked, asked.answer_by, comes=comes).events == ()
    given_on = _took(there, lapse(there, asked.answer_by))
    assert said(given_on, SECOND, asked, asked.answer_by, comes=comes).events == ()


@pytest.mark.parametrize("comes", [True, False])
def test_the_link_of_an_older_offer_does_not_answer_a_newer_one(comes: bool) -> None:
    """Who refused and registered anew is offered seats again, here until the same moment, near the start."""
    there, old = _offered(offer_hours=24 * 14)
    there = _took(there, said(there, SECOND, old, NOW + HOUR, comes=False))
    there = _took(there, rules.register(there, SECOND, 1, resident(2), NOW + 2 * HOUR))
    refused = rules.answer(there, "resident-3", resident(3), NOW + 3 * HOUR, comes=False)
    (offer,) = [event for event in refused.events if isinstance(event, ActivityOffered)]
    assert (offer.person, offer.until) == (SECOND, old.answer_by)
    assert said(refused.aggregate, SECOND, old, NOW + 4 * HOUR, comes=comes).events == ()
    assert said(refused.aggregate, SECOND, _asked(offer), NOW + 4 * HOUR, comes=comes).events != ()


@pytest.mark.parametrize("comes", [True, False])
def test_an_offer_of_another_start_is_another_offer(comes: bool) -> None:
    there, asked = _offered()
    moved = scheduling.move(
        there,
        STAFF,
        NOW + HOUR,
        starts_at=START + HOUR,
        ends_at=START + 3 * HOUR,
        venue=there.venue,
        building=there.building,
    )
    (anew,) = [event for event in moved.events if isinstance(event, ActivityOffered)]
    assert said(moved.aggregate, SECOND, asked, NOW + 2 * HOUR, comes=comes).events == ()
    assert said(moved.aggregate, SECOND, _asked(anew), NOW + 2 * HOUR, comes=comes).events != ()


def test_times_that_lost_their_fractions_on_the_way_are_the_same() -> None:
    there, asked = _offered(NOW + timedelta(microseconds=123_456))
    rounded = {
        name: value.replace(microsecond=value.microsecond // 1000 * 1000)
        for name, value in asked.model_dump().items()
        if value is not None
    }
    assert said(there, SECOND, Question(**rounded), NOW + HOUR, comes=True).events != ()


def test_a_message_of_an_earlier_release_that_does_not_know_the_registration_is_answered_all_the_same() -> None:
    there, asked = _offered()
    unknown = asked.model_copy(update={"registered_at": None})
    assert said(there, SECOND, unknown, NOW + HOUR, comes=False).events != ()


def _moved() -> tuple[Activity, Question]:
    there = activity(capacity=1)
    for n in (1, 2):
        there = _took(there, rules.register(there, f"resident-{n}", 1, resident(n), NOW))
    moved = scheduling.move(
        there, STAFF, NOW, starts_at=START + DAY, ends_at=START + DAY + HOUR, venue=there.venue, building=None
    )
    until = moved.aggregate.seated[0].asked_until
    return moved.aggregate, Question(starts_at=START + DAY, answer_by=until)


def test_another_day_is_agreed_to_or_the_seat_is_given_on() -> None:
    there, asked = _moved()
    agreed = said(there, "resident-1", asked, NOW + HOUR, comes=True)
    assert [type(event) for event in agreed.events] == [ActivityConfirmed]
    assert said(agreed.aggregate, "resident-1", asked, NOW + HOUR, comes=False).events == ()
    declined = said(there, "resident-1", asked, NOW + HOUR, comes=False)
    first = declined.events[0]
    assert isinstance(first, ActivityWithdrawn)
    assert first.why is Leaving.MOVE_DECLINED
    assert [party.person for party in declined.aggregate.seated] == ["resident-2"]


def test_who_says_yes_to_a_reminder_may_say_no_later_and_who_waits_is_not_asked() -> None:
    there = activity(capacity=1)
    for n in (1, 2):
        there = _took(there, rules.register(there, f"resident-{n}", 1, resident(n), NOW))
    asked = Question(starts_at=START)
    assert said(there, SECOND, asked, NOW, comes=False).events == ()
    sure = _took(there, said(there, "resident-1", asked, NOW, comes=True))
    assert said(sure, "resident-1", asked, NOW, comes=True).events == ()
    left = said(sure, "resident-1", asked, NOW, comes=False)
    assert isinstance(left.events[0], ActivityWithdrawn)
    assert isinstance(left.events[1], ActivityPromoted)


@pytest.mark.parametrize("comes", [True, False])
def test_nothing_is_answered_of_what_has_begun_is_off_or_where_the_party_is_or_is_nobody(comes: bool) -> None:
    seated = rules.register(activity(), "resident-1", 1, resident(1), NOW).aggregate
    asked = Question(starts_at=START)
    there = check_in(seated, "resident-1", GRID, START - MINUTE, approved=False, as_volunteer=False).aggregate
    off = cancel(seated, STAFF, NOW, "下雨").aggregate
    erased = erase_from_activity(seated, "resident-1", NOW).aggregate
    assert said(seated, "resident-1", asked, START, comes=comes).events == ()
    for other in (there, off, erased):
        assert said(other, "resident-1", asked, START - MINUTE, comes=comes).events == ()
    assert said(seated, "nobody-1", asked, NOW, comes=comes).events == ()


@pytest.mark.parametrize("comes", [True, False])
def test_an_answer_that_comes_again_is_not_to_who_registered_anew_since(comes: bool) -> None:
    """A reminder names no registration: the time at which it was answered tells."""
    asked = Question(starts_at=START)
    there = rules.register(activity(), "resident-1", 1, resident(1), NOW).aggregate
    left = _took(there, said(there, "resident-1", asked, NOW + HOUR, comes=False))
    again = _took(left, rules.register(left, "resident-1", 1, resident(1), NOW + 2 * HOUR))
    assert said(again, "resident-1", asked, NOW + 3 * HOUR, comes=comes, at=NOW + HOUR).events == ()
    assert said(again, "resident-1", asked, NOW + 3 * HOUR, comes=comes).events != ()
