"""The ledger: each service is entered once, however often it comes, and entries are corrected, never changed."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import NotYours
from services.chassis.store.aggregates import Stored
from services.chassis.values import ZONE, local_date
from services.contracts.volunteers import Origin
from services.volunteers.hours.domain.ledger import (
    DAY_CAP,
    Correct,
    PointKind,
    PointLine,
    Service,
    UnknownEntry,
    correct,
    credit,
    erase,
    new_account,
)
from services.volunteers.hours.sheet import rows_of
from services.volunteers.hours.views import account_view
from services.volunteers.needs.domain.serving import NotGivenYet, TooManyMinutes
from services.volunteers.shared.values import whole_minutes
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.world import DAY, HERE, NOW, STAFF, person

MONDAY = date(2024, 1, 29)


def an_activity(id: Any = "activity-1", minutes: Any = 60, on: Any = MONDAY) -> Any:
    return Service(source=Origin.ACTIVITY, activity=id, minutes=minutes, on=on)


def a_service(id: Any = "need-1", minutes: Any = 60, on: Any = MONDAY) -> Any:
    return Service(source=Origin.CARE_PLAN, need=id, minutes=minutes, on=on)


SERVICES = st.builds(
    lambda kind, n, minutes, day: kind(f"id-{n}", minutes, date(2024, 1, day)),
    st.sampled_from([an_activity, a_service]),
    st.integers(1, 6),
    st.integers(-10, 900),
    st.integers(1, 3),
)


@given(st.lists(SERVICES, max_size=30))
def test_each_source_counts_once_and_no_day_holds_more_than_its_cap(services: Any) -> None:
    account = new_account(HERE, "ann")
    for service in services:
        decision = credit(account, service, NOW)
        assert_folds(account, decision)
        assert decision.aggregate.entries[: len(account.entries)] == account.entries
        account = decision.aggregate
    assert len(account.entries) == len({service.source_id for service in services})
    assert account.minutes == sum(entry.minutes for entry in account.entries)
    for day in range(1, 4):
        assert 0 <= account.on_day(date(2024, 1, day)) <= DAY_CAP


def test_each_stay_at_an_activity_counts_once() -> None:
    again = an_activity(minutes=45).model_copy(update={"stay": 2})
    account = new_account(HERE, "ann")
    for service in (an_activity(), again, again, an_activity()):
        account = credit(account, service, NOW).aggregate
    assert (account.minutes, len({entry.id for entry in account.entries})) == (105, 2)


def test_the_same_service_again_changes_nothing() -> None:
    account = credit(new_account(HERE, "ann"), an_activity(), NOW).aggregate
    assert credit(account, an_activity(minutes=90), NOW).events == ()


def test_the_first_entry_tells_the_whole_state() -> None:
    decision = credit(new_account(HERE, "ann"), an_activity(), NOW)
    assert_folds(None, decision)
    event = said(decision)
    assert (event.minutes, event.added, event.capped, event.activity, event.need) == (60, 60, False, "activity-1", None)


def test_minutes_beyond_the_cap_stay_on_record_and_the_event_says_so() -> None:
    account = credit(new_account(HERE, "ann"), an_activity(minutes=700), NOW).aggregate
    decision = credit(account, a_service(minutes=60), NOW)
    assert (said(decision).added, said(decision).capped) == (20, True)
    assert decision.aggregate.entries[1].claimed == 60


@given(st.lists(st.integers(0, DAY_CAP), min_size=1, max_size=5))
def test_after_corrections_the_last_word_stands_and_the_first_entry_is_untouched(words: Any) -> None:
    account = credit(new_account(HERE, "ann"), an_activity(), NOW).aggregate
    first = account.entries[0]
    for minutes in words:
        decision = correct(account, Correct(entry=first.id, minutes=minutes, reason="签到有误"), STAFF, NOW + DAY)
        assert_folds(account, decision)
        account = decision.aggregate
        assert account.minutes == minutes
    assert account.entries[0] == first
    assert len({entry.id for entry in account.entries}) == len(account.entries)


def test_corrections_are_made_by_staff_to_entries_within_the_cap() -> None:
    account = credit(new_account(HERE, "ann"), an_activity(minutes=600), NOW).aggregate
    account = credit(account, a_service(minutes=60), NOW).aggregate
    second = account.entries[1].id
    with pytest.raises(NotYours):
        correct(account, Correct(entry=second, minutes=70, reason="x"), person("ann"), NOW)
    with pytest.raises(TooManyMinutes):
        correct(account, Correct(entry=second, minutes=121, reason="x"), STAFF, NOW)
    with pytest.raises(UnknownEntry):
        correct(account, Correct(entry="entry-none", minutes=1, reason="x"), STAFF, NOW)
    mended = correct(account, Correct(entry=second, minutes=30, reason="x"), STAFF, NOW).aggregate
    with pytest.raises(UnknownEntry):
        correct(mended, Correct(entry=mended.entries[2].id, minutes=1, reason="x"), STAFF, NOW)


def test_an_erased_account_keeps_its_minutes_forgets_its_owner_and_takes_no_more() -> None:
    account = credit(new_account(HERE, "ann"), an_activity(), NOW).aggregate
    account = correct(account, Correct(entry=account.entries[0].id, minutes=50, reason="ann 说"), STAFF, NOW).aggregate
    line = PointLine(kind=PointKind.SPENT, points=-5, reference="redemption-1", what="ann 的米", at=NOW)
    account = account.model_copy(update={"point_lines": (*account.point_lines, line)})
    decision = erase(account, "erased-1")
    assert_folds(account, decision)
    assert decision.aggregate.minutes == 50
    assert "ann" not in decision.aggregate.model_dump_json()
    assert credit(decision.aggregate, a_service(), NOW).events == ()
    assert erase(decision.aggregate, "erased-2").events == ()


def test_an_evening_until_midnight_and_a_night_are_one_entry_each_of_the_day_on_which_they_began() -> None:
    account = credit(new_account(HERE, "ann"), a_service("evening", minutes=240), NOW).aggregate
    account = credit(account, a_service("night", minutes=210), NOW).aggregate
    assert [entry.minutes for entry in account.entries] == [240, 210]
    assert account.on_day(MONDAY) == 450
    assert account.on_day(date(2024, 1, 30)) == 0
    assert credit(account, a_service("wrong", minutes=-30), NOW).aggregate.entries[-1].minutes == 0


def test_every_surface_shows_the_same_total_for_the_same_lines() -> None:
    account = new_account(HERE, "ann")
    for number in range(3):
        account = credit(account, a_service(f"visit-{number}", minutes=20), NOW).aggregate
    view = account_view(Stored(account, 3))
    assert (view.minutes, view.hours, view.balance) == (60, "1.00", 60)
    assert sum(int(row[5]) for row in rows_of(account)) == 60


def test_a_correction_adds_no_time_of_a_day_that_has_not_gone_by_yet() -> None:
    today = local_date(NOW)
    service = Service(source=Origin.DIRECT, need="need-1", minutes=10, on=today)
    account = credit(new_account(HERE, "ann"), service, NOW).aggregate
    gone = whole_minutes(NOW - datetime.combine(today, time(), ZONE))
    more = Correct(entry=account.entries[0].id, minutes=gone + 1, reason="更正")
    with pytest.raises(NotGivenYet):
        correct(account, more, STAFF, NOW)
    assert correct(account, more.model_copy(update={"minutes": gone}), STAFF, NOW).aggregate.minutes == gone
    assert correct(account, more, STAFF, NOW + timedelta(minutes=1)).aggregate.minutes == gone + 1
