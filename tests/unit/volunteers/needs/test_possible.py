"""What one can do with a need is what its rules and the filters don't refuse."""

from typing import Any

import pytest

from services.chassis.principal import Principal, Role
from services.contracts.volunteers import SeatRole
from services.volunteers.needs.domain import attending, inviting, serving
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.roles import RoleSeats
from services.volunteers.needs.possible import may_take, possible
from tests.unit.volunteers.making import a_need, a_volunteer, accepted, offered
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, STRANGER, person

ANN, BOB = person("ann"), person("bob")
GRID = person("grid-1", Role.GRID_WORKER)
THEN = a_need().starts_at


def can(need: Need, by: Principal, now: Any = NOW, **volunteer: Any) -> set[str]:
    return set(possible(need, by, now, a_volunteer(by.sub, **volunteer)))


def test_a_volunteer_takes_what_the_filters_let_them_take() -> None:
    assert can(a_need(), ANN) == {"take"}
    assert can(a_need(skill="haircut"), ANN) == set()
    assert can(a_need(skill="haircut"), ANN, skills=frozenset({"haircut"})) == {"take"}
    assert possible(a_need(), ANN, NOW, None) == []
    assert can(a_need(), ANN, THEN) == set()
    assert can(a_need(), STRANGER) == set()
    assert may_take(a_need(), ANN, NOW, a_volunteer())
    assert not may_take(a_need(), ANN, NOW, a_volunteer(approved_at=None))


def test_who_is_asked_answers_and_who_has_a_seat_promises_or_withdraws() -> None:
    assert can(offered(a_need(), "ann"), ANN) == {"accept", "decline"}
    assert can(offered(a_need(skill="haircut"), "ann"), ANN) == {"decline"}
    yes = accepted(a_need(), "ann")
    assert can(yes, ANN) == {"promise", "withdraw"}
    promised = attending.promise(yes, ANN, NOW).aggregate
    assert can(promised, ANN) == {"withdraw"}
    assert can(yes, ANN, THEN + HOUR) == {"report"}


def test_who_finds_it_full_stands_by_and_steps_aside() -> None:
    full = accepted(a_need(), "ann")
    assert can(full, BOB) == {"standby"}
    assert can(full, BOB, approved_at=None) == set()
    assert can(inviting.stand_by(full, BOB, NOW).aggregate, BOB) == {"step-aside"}


def test_staff_do_what_is_theirs_and_grid_workers_see_who_did_not_come() -> None:
    need = accepted(a_need(seats=2), "ann")
    assert can(need, STAFF) == {"take", "move", "cancel", "offers", "take-off"}
    assert can(need, STAFF, THEN + HOUR) == {"cancel", "came", "no-show", "confirm"}
    assert can(need, GRID, THEN + HOUR) == {"no-show"}
    parts = (RoleSeats(role=SeatRole.LEAD), RoleSeats(role=SeatRole.HELPER))
    assert "reseat" in can(accepted(a_need(seats=2, roles=parts), "ann"), STAFF)
    assert can(accepted(a_need(seats=1), STAFF.sub), STAFF, THEN + HOUR) == {"cancel", "no-show", "report"}


def test_staff_confirm_with_minutes_of_their_own_what_measured_less_than_a_minute() -> None:
    need = accepted(a_need(), "ann")
    left_at_once = serving.note(need, "ann", 0, THEN).aggregate
    assert "confirm" in can(left_at_once, STAFF, THEN + HOUR)
    assert "confirm" not in can(need, STAFF, THEN)


@pytest.mark.parametrize("filtered", [True, False])
def test_without_the_filters_the_rules_of_the_need_alone_are_asked(filtered: bool) -> None:
    found = possible(a_need(skill="haircut"), ANN, NOW + DAY / 24, None, filtered=filtered)
    assert found == ([] if filtered else ["take"])
