"""Reminders fall due by the terms, the last of several alone, and anew for another start."""

from datetime import datetime, timedelta

import pytest

from services.contracts.activities import ActivityDetails, ActivityReminderDue
from services.events.activities.domain import scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.reminding import remind
from services.events.registrations.domain import answer, register
from tests.unit.events.given import HOUR, MINUTE, NOW, STAFF, START, activity, resident
from tests.unit.events.lawful import took

DAY = timedelta(days=1)


def _registered(**changes: object) -> Activity:
    return register(activity(**changes), "resident-1", 2, resident(1), NOW).aggregate


def test_a_day_and_two_hours_before_unless_the_terms_say_otherwise() -> None:
    found = _registered()
    assert found.reminder_due == START - DAY
    assert remind(found, START - DAY - MINUTE).events == ()
    once = took(found, lambda a: remind(a, START - DAY))
    assert once.events == (ActivityReminderDue(hours=24, starts_at=START, seated=1),)
    assert remind(once.aggregate, START - DAY + MINUTE).events == ()
    assert once.aggregate.reminder_due == START - 2 * HOUR
    last = took(once.aggregate, lambda a: remind(a, START - HOUR))
    assert [event.hours for event in last.events if isinstance(event, ActivityReminderDue)] == [2]
    assert last.aggregate.reminder_due is None
    own = ActivityDetails.model_validate({"terms": {"reminder_hours": [72]}})
    assert activity(details=own).reminder_due == START - 3 * DAY


def test_who_said_that_they_come_is_named_so_that_they_are_asked_no_more() -> None:
    two = register(_registered(), "resident-2", 1, resident(2), NOW).aggregate
    said = answer(two, "resident-1", resident(1), START - DAY, comes=True).aggregate
    (event,) = took(said, lambda a: remind(a, START - 2 * HOUR)).events
    assert event == ActivityReminderDue(hours=2, starts_at=START, seated=2, coming=["resident-1"])


def test_after_an_outage_one_reminder_comes_and_none_once_it_has_begun() -> None:
    late = took(_registered(), lambda a: remind(a, START - HOUR))
    assert [event.hours for event in late.events if isinstance(event, ActivityReminderDue)] == [2]
    assert late.aggregate.reminder_due is None
    assert remind(_registered(), START).events == ()


@pytest.mark.parametrize(("to", "due"), [(START + DAY, START), (NOW + HOUR, None), (NOW + 5 * HOUR, NOW + 3 * HOUR)])
def test_another_start_is_reminded_of_anew_but_not_at_once(to: datetime, due: datetime | None) -> None:
    given = took(_registered(), lambda a: remind(a, START - DAY)).aggregate
    moved = scheduling.relocate(given, NOW, starts_at=to, ends_at=to + HOUR, venue="x", building=None)
    assert moved.aggregate.reminder_due == due


def test_a_no_to_a_reminder_frees_the_seats_for_whoever_waits() -> None:
    full = _registered(capacity=2)
    waiting = register(full, "resident-2", 2, resident(2), NOW).aggregate
    left = answer(waiting, "resident-1", resident(1), START - HOUR, comes=False).aggregate
    assert [party.person for party in left.seated] == ["resident-2"]
    sure = answer(waiting, "resident-1", resident(1), START - HOUR, comes=True).aggregate
    assert [party.coming for party in sure.seated] == [True]
    moved = scheduling.move(
        sure, STAFF, NOW, starts_at=START + DAY, ends_at=START + DAY + HOUR, venue="x", building=None
    ).aggregate
    assert [party.coming for party in moved.seated] == [None]
