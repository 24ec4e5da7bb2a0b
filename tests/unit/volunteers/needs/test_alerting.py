"""A visit that nobody reports raises one alert, staffed or not; one that is reported or cancelled raises none."""

import pytest

from services.contracts.volunteers import NeedUnreported, Origin
from services.volunteers.needs.domain.alerting import alert
from services.volunteers.needs.domain.need import REPORTED_WITHIN, Need
from services.volunteers.needs.domain.planning import cancel, lapse
from services.volunteers.needs.domain.serving import Report, report
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_need, accepted
from tests.unit.volunteers.world import HOUR, NOW, STAFF, person

VISIT = a_need(origin=Origin.CARE_PLAN, care_plan="care-plan-1", category="visit")
LATE = VISIT.ends_at + REPORTED_WITHIN


@pytest.mark.parametrize(
    "need", [accepted(VISIT, "ann"), lapse(VISIT, VISIT.ends_at).aggregate, VISIT], ids=["staffed", "lapsed", "open"]
)
def test_nobody_told_how_it_went(need: Need) -> None:
    assert alert(need, LATE - HOUR).events == ()
    decision = alert(need, LATE)
    assert_folds(need, decision)
    assert [type(event) for event in decision.events] == [NeedUnreported]
    assert alert(decision.aggregate, LATE + HOUR).events == ()


def test_a_report_a_cancellation_and_other_needs_raise_none() -> None:
    reported = report(accepted(VISIT, "ann"), Report(minutes=30), person("ann"), VISIT.ends_at).aggregate
    cancelled = cancel(VISIT, STAFF, NOW).aggregate
    for need in (reported, cancelled, a_need()):
        assert alert(need, LATE).events == ()
        assert need.report_due is None
