"""A party comes to every date of a series, leaves some out, and leaves."""

from datetime import date
from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.contracts.activities import ActivityRegistered, ActivityWaitlisted, ActivityWithdrawn, Leaving
from services.events.activities.domain.activity import Activity
from services.events.enrolments import domain as rules
from services.events.enrolments.domain import Enrol, Enrolment, EnrolmentOver
from services.events.series.domain import series as all_series
from services.events.series.domain.series import SeriesEndedAlready
from tests.unit.events.given import GRID, HOME, NOW, STAFF, START, activity, plan, resident
from tests.unit.events.lawful import lawful, took

ON = date(2026, 3, 7)
SERIES = all_series.start("series-1", HOME, plan(), "FREQ=WEEKLY;BYDAY=SA", STAFF, NOW).aggregate


def _enrolment(party: int = 2, **more: Any) -> Enrolment:
    body = Enrol(party=party, **more)
    made = rules.enrol("enrolment-1", SERIES, body, "resident-1", resident(1), NOW)
    lawful(None, made)
    return made.aggregate


def _dated() -> Activity:
    return activity().model_copy(update={"series": "series-1", "occurrence": ON})


def test_each_date_gets_an_ordinary_registration_once() -> None:
    came = took(_dated(), lambda a: rules.come(a, _enrolment(), NOW))
    (event,) = came.events
    assert isinstance(event, ActivityRegistered)
    assert (event.person, event.party, event.own) == ("resident-1", 2, True)
    assert took(came.aggregate, lambda a: rules.come(a, _enrolment(), NOW)).events == ()


def test_where_there_are_too_few_seats_the_party_waits() -> None:
    full = _dated().model_copy(update={"capacity": 3})
    full = rules.come(full, _enrolment().model_copy(update={"person": "resident-2", "by": "resident-2"}), NOW).aggregate
    assert [type(e) for e in took(full, lambda a: rules.come(a, _enrolment(), NOW)).events] == [ActivityWaitlisted]


def test_the_desk_enrols_somebody_who_then_did_not_come_themselves() -> None:
    made = rules.enrol("enrolment-1", SERIES, Enrol(), "resident-1", GRID, NOW).aggregate
    (event,) = rules.come(_dated(), made, NOW).events
    assert isinstance(event, ActivityRegistered)
    assert event.own is False
    with pytest.raises(NotYours):
        rules.enrol("enrolment-1", SERIES, Enrol(), "resident-1", resident(2), NOW)


def test_a_date_that_is_left_out_has_no_registration_and_may_be_taken_again() -> None:
    without = took(_enrolment(), lambda e: rules.leave_out(e, ON, resident(1))).aggregate
    assert rules.come(_dated(), without, NOW).events == ()
    came = rules.come(_dated(), _enrolment(), NOW).aggregate
    (event,) = took(came, lambda a: rules.stay_away(a, without, NOW)).events
    assert isinstance(event, ActivityWithdrawn)
    assert event.why is Leaving.SERIES_LEFT
    back = took(without, lambda e: rules.take(e, ON, resident(1))).aggregate
    assert rules.come(_dated(), back, NOW).events != ()
    assert rules.stay_away(came, without, START).events == ()


def test_who_left_a_series_comes_no_more_until_they_come_again() -> None:
    ended = took(_enrolment(), lambda e: rules.end(e, resident(1))).aggregate
    assert rules.come(_dated(), ended, NOW).events == ()
    with pytest.raises(EnrolmentOver):
        rules.leave_out(ended, ON, resident(1))
    assert took(ended, lambda e: rules.again(e, Enrol(party=1), resident(1), NOW)).aggregate.stands
    over = all_series.end(SERIES, STAFF, NOW, cancels=True).aggregate
    with pytest.raises(SeriesEndedAlready):
        rules.enrol("enrolment-2", over, Enrol(), "resident-1", resident(1), NOW)


def test_nothing_leads_to_an_erased_person() -> None:
    erased = took(_enrolment(), lambda e: rules.erase(e, "resident-1", "erased-1")).aggregate
    assert "resident-1" not in erased.model_dump_json()
    assert not erased.stands
    assert took(_enrolment(), lambda e: rules.erase(e, "resident-9", "erased-1")).events == ()


def test_what_the_terms_refuse_has_no_registration() -> None:
    adults = _dated().model_copy(update={"min_age": 18})
    assert rules.come(adults, _enrolment(), NOW).events == ()
    assert rules.come(adults, _enrolment(ages_confirmed=True), NOW).events != ()
