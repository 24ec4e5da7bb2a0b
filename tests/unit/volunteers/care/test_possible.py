"""What staff can do with a care plan is what its rules don't refuse."""

from services.chassis.principal import Principal
from services.volunteers.care.domain.changing import Pause, pause_plan
from services.volunteers.care.domain.plans import CarePlan, close_plan
from services.volunteers.care.possible import possible
from tests.unit.volunteers.making import a_plan
from tests.unit.volunteers.world import NOW, STAFF, STRANGER, person


def can(plan: CarePlan, by: Principal = STAFF) -> set[str]:
    return set(possible(plan, by, NOW))


def test_an_open_plan_is_changed_paused_and_closed_and_a_paused_one_goes_on() -> None:
    plan = a_plan().aggregate
    assert can(plan) == {"change", "pause", "close"}
    assert can(pause_plan(plan, Pause(), STAFF, NOW).aggregate) == {"change", "pause", "resume", "close"}
    assert can(close_plan(plan, STAFF, NOW).aggregate) == set()
    assert can(plan, person("ann")) == can(plan, STRANGER) == set()
