"""Volunteers report hours, and staff confirm them once."""

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import NeedStatus
from services.volunteers.needs.domain import serving
from services.volunteers.needs.domain.offers import OfferNotNow
from services.volunteers.needs.domain.serving import Confirm, NotStarted, Report, TooManyMinutes
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
    reported = serving.report(need, Report(minutes=75), person("ann"), begun).aggregate
    with pytest.raises(NotYours):
        serving.confirm(reported, Confirm(person="ann"), person("ann"), begun)
    done = serving.confirm(reported, Confirm(person="ann"), STAFF, begun)
    assert said(done).minutes == 75
    assert done.aggregate.status is NeedStatus.FULFILLED
    assert_folds(reported, done)
    assert said(serving.confirm(reported, Confirm(person="ann", minutes=50), STAFF, begun)).minutes == 50
    with pytest.raises(OfferNotNow):
        serving.confirm(done.aggregate, Confirm(person="ann"), STAFF, begun)
