"""Volunteers report hours, and staff confirm them once."""

from datetime import timedelta

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import NeedStatus, Origin
from services.volunteers.needs.domain import serving
from services.volunteers.needs.domain.offers import OfferNotNow
from services.volunteers.needs.domain.serving import (
    Confirm,
    ConfirmedByOneself,
    NotGivenYet,
    NothingMeasured,
    NotStarted,
    Report,
    TooManyMinutes,
)
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.making import a_need, accepted
from tests.unit.volunteers.world import DAY, NOW, STAFF, person


def test_reported_minutes_count_unless_staff_say_otherwise_and_only_once() -> None:
    begun = NOW + 2 * DAY
    need = accepted(a_need(), "ann")
    with pytest.raises(NotStarted):
        serving.report(need, Report(minutes=60), person("ann"), NOW)
    with pytest.raises(TooManyMinutes):
        serving.report(need, Report(minutes=121), person("ann"), begun)
    with pytest.raises(NotGivenYet):
        serving.report(need, Report(minutes=75), person("ann"), begun + timedelta(minutes=74, seconds=59))
    over = begun + timedelta(minutes=75)
    reported = serving.report(need, Report(minutes=75), person("ann"), over).aggregate
    with pytest.raises(NotYours):
        serving.confirm(reported, Confirm(person="ann"), person("ann"), over)
    with pytest.raises(NotGivenYet):
        serving.confirm(reported, Confirm(person="ann"), STAFF, begun)
    done = serving.confirm(reported, Confirm(person="ann"), STAFF, over)
    assert said(done).minutes == 75
    assert done.aggregate.status is NeedStatus.FULFILLED
    assert_folds(reported, done)
    assert said(serving.confirm(reported, Confirm(person="ann", minutes=50), STAFF, over)).minutes == 50
    with pytest.raises(OfferNotNow):
        serving.confirm(done.aggregate, Confirm(person="ann"), STAFF, over)


def test_nobody_confirms_their_own_hours_staff_neither() -> None:
    need = accepted(a_need(), STAFF.sub)
    with pytest.raises(ConfirmedByOneself):
        serving.confirm(need, Confirm(person=STAFF.sub), STAFF, NOW + 3 * DAY)


def test_minutes_of_a_presence_are_reported_for_the_seat_and_the_time_alone() -> None:
    need = accepted(a_need(), "ann")
    noted = serving.note(need, "ann", 55, need.starts_at)
    assert said(noted).minutes == 55
    assert_folds(need, noted)
    assert serving.note(need, "bob", 55, need.starts_at).events == ()
    assert serving.note(need, "ann", 55, need.starts_at + DAY).events == ()
    over = need.starts_at + timedelta(minutes=55)
    confirmed = serving.confirm(noted.aggregate, Confirm(person="ann"), STAFF, over).aggregate
    assert serving.note(confirmed, "ann", 60, need.starts_at).events == ()


def test_who_came_and_went_at_once_is_not_credited_what_was_planned() -> None:
    need = accepted(a_need(origin=Origin.CARE_PLAN), "ann")
    noted = serving.note(need, "ann", 0, need.starts_at).aggregate
    assert serving.note(noted, "ann", 0, need.starts_at).events == ()
    assert noted.report_due is not None
    over = need.ends_at + DAY
    with pytest.raises(NothingMeasured):
        serving.confirm(noted, Confirm(person="ann"), STAFF, over)
    assert said(serving.confirm(noted, Confirm(person="ann", minutes=20), STAFF, over)).minutes == 20
    assert said(serving.confirm(need, Confirm(person="ann"), STAFF, over)).minutes == 60
