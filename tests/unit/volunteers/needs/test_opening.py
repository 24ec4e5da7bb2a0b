"""Needs are opened by staff, for activities and for visits, and make sense."""

from typing import Any

import pytest

from services.chassis.errors import CommunityError
from services.contracts.activities import ActivityKind, ActivityScheduled, ActivityStatus
from services.contracts.volunteers import (
    CareKind,
)
from services.volunteers.needs.domain.need import AlreadyStarted
from services.volunteers.needs.domain.opening import (
    OpenNeed,
    open_for_activity,
    open_for_visit,
    open_need,
)
from services.volunteers.shared.values.spans import EndsBeforeStart, TooLong
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_plan
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, STRANGER, person


def test_an_activity_that_looks_for_helpers_becomes_a_need_with_the_certificate_its_skill_asks_for() -> None:
    scheduled = ActivityScheduled(
        title="义诊",
        kind=ActivityKind.CLINIC,
        starts_at=NOW + DAY,
        ends_at=NOW + DAY + HOUR,
        venue="hall",
        organiser="organiser-1",
        capacity=30,
        taken=0,
        waiting=0,
        attended=0,
        volunteers_needed=2,
        skill="medical",
        volunteers=[],
        guardian_required=False,
        status=ActivityStatus.SCHEDULED,
    )
    decision = open_for_activity("activity-1", HERE, scheduled, NOW)
    need = decision.aggregate
    assert (need.seats, need.certificate, need.activity) == (2, "medical-licence", "activity-1")
    assert_folds(None, decision)


@pytest.mark.parametrize(
    ("times", "refusal"),
    [
        ((HOUR, HOUR), EndsBeforeStart),
        ((HOUR, 26 * HOUR), TooLong),
        ((-HOUR, HOUR), AlreadyStarted),
    ],
)
def test_a_need_whose_times_make_no_sense_is_refused(times: Any, refusal: Any) -> None:
    begin, end = times
    command = OpenNeed(community=HERE, category="chores", starts_at=NOW + begin, ends_at=NOW + end)
    with pytest.raises(refusal):
        open_need("need-1", command, STAFF, NOW)


def test_needs_are_opened_by_staff_of_the_community() -> None:
    command = OpenNeed(community=HERE, category="chores", starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    for nobody in (person("ann"), STRANGER):
        with pytest.raises(CommunityError):
            open_need("need-1", command, nobody, NOW)
    assert_folds(None, open_need("need-1", command, STAFF, NOW))


def test_each_visit_is_a_need_for_adults_asked_a_week_ahead_that_does_not_name_the_elder() -> None:
    plan = a_plan(kind=CareKind.HEALTH_CHECK, seats=2).aggregate
    decision = open_for_visit(plan, plan.visits[0])
    need = decision.aggregate
    assert (need.skill, need.certificate, need.adults_only, need.seats) == ("medical", "medical-licence", True, 2)
    assert need.ask_from == need.starts_at - 7 * DAY
    assert "elder-1" not in need.public().model_dump_json()
    assert need.barred == {"elder-1"}  # nobody is helper of their own need
    assert_folds(None, decision)
