"""What somebody may do with an activity is what the rules that decide don't refuse them."""

from datetime import datetime

import pytest

from services.chassis.principal import Principal
from services.contracts.activities import ActivityDetails
from services.events.activities.domain import ending, scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.possible import POSSIBILITIES, possible
from services.events.attendance.domain.attendance import check_in, check_out
from services.events.attendance.domain.possible import POSSIBILITIES as AT_THE_DOOR
from services.events.registrations.domain.possible import POSSIBILITIES as REGISTERING
from services.events.registrations.domain.registering import register
from tests.unit.events.given import END, GRID, HOUR, MINUTE, NOW, ORGANISER, STAFF, START, activity, person, resident

RULES = (*REGISTERING, *POSSIBILITIES, *AT_THE_DOOR)
GROUPS = ActivityDetails.model_validate({"terms": {"groups": [{"group": "elders", "zh": "老人", "capacity": 2}]}})


def _may(found: Activity, by: Principal, now: datetime) -> set[str]:
    return {each.command for each in possible(found, by, now, RULES)}


def _with(n: int, **changes: object) -> Activity:
    return register(activity(**changes), f"resident-{n}", 1, resident(n), NOW).aggregate


@pytest.mark.parametrize(
    ("by", "now", "may"),
    [
        (resident(2), NOW, {"registrations"}),
        (resident(1), NOW, {"registrations/me/withdraw", "registrations/me/change", "registrations/me/answer"}),
        (resident(1), START, set()),
        (person("stranger", home="elsewhere"), NOW, set()),
        (ORGANISER, START - MINUTE, {"registrations", "registrations/{person}/remove", "change", "move", "cancel"}),
        (STAFF, START + HOUR, {"stop", "change"}),
        (STAFF, END, {"complete", "change"}),
    ],
)
def test_each_may_do_what_the_rules_allow_them(by: Principal, now: datetime, may: set[str]) -> None:
    door = {"check-ins", "check-outs", "scans", "walk-ins"}
    always = {"registrations/{person}/remove"} if by in (STAFF, ORGANISER) else set()
    assert _may(_with(1), by, now) - door == may | always


def test_a_group_stands_for_everybody_and_what_is_cancelled_allows_nothing() -> None:
    assert _may(activity(details=GROUPS), resident(1), NOW) == {"registrations"}
    assert _may(ending.drop(_with(1), NOW, None).aggregate, STAFF, NOW) == set()


def test_the_desk_may_answer_for_whoever_has_something_to_answer() -> None:
    starts = START + 24 * HOUR
    moved = scheduling.move(
        _with(1), STAFF, NOW, starts_at=starts, ends_at=starts + HOUR, venue="x", building=None
    ).aggregate
    assert "registrations/{person}/answer" in _may(moved, GRID, NOW)
    for by in (resident(1), resident(2)):
        assert "registrations/{person}/answer" not in _may(moved, by, NOW)
    assert "registrations/{person}/answer" not in _may(moved, GRID, starts)


def test_the_door_opens_an_hour_before() -> None:
    assert "check-ins" not in _may(_with(1), STAFF, START - HOUR - MINUTE)
    assert {"check-ins", "scans", "walk-ins"} <= _may(_with(1), STAFF, START - HOUR)


def test_who_is_there_hides_no_other_party_that_may_be_removed() -> None:
    both = register(_with(1), "resident-2", 1, resident(2), NOW).aggregate
    opens = START - HOUR
    first = check_in(both, "resident-1", STAFF, opens, approved=False, as_volunteer=False).aggregate
    assert "registrations/{person}/remove" in _may(first, STAFF, opens)
    all_of_them = check_in(first, "resident-2", STAFF, opens, approved=False, as_volunteer=False).aggregate
    assert "registrations/{person}/remove" not in _may(all_of_them, STAFF, opens)


def test_the_desk_checks_in_whoever_is_expected_and_whoever_left() -> None:
    helped = activity().model_copy(update={"volunteers": ("volunteer-1",)})
    assert "check-ins" in _may(helped, STAFF, START)
    here = check_in(helped, "volunteer-1", STAFF, START, approved=True, as_volunteer=True).aggregate
    assert "check-ins" not in _may(here, STAFF, START)
    left = check_out(here, "volunteer-1", STAFF, START + MINUTE, as_volunteer=True).aggregate
    assert "check-ins" in _may(left, STAFF, START + 2 * MINUTE)
    both = _with(1).model_copy(update={"volunteers": ("resident-1",)})
    helps = check_in(both, "resident-1", STAFF, START, approved=True, as_volunteer=True).aggregate
    assert "check-ins" in _may(helps, STAFF, START), "the party of somebody who helps may come as well"


def test_a_volunteer_whose_hours_count_hides_no_presence_that_may_be_corrected() -> None:
    found = _with(1).model_copy(update={"volunteers": ("volunteer-1",)})
    at = START + MINUTE
    came = check_in(found, "volunteer-1", STAFF, at, approved=True, as_volunteer=True).aggregate
    left = check_out(came, "volunteer-1", STAFF, at, as_volunteer=True).aggregate
    found = check_in(left, "volunteer-1", STAFF, at, approved=True, as_volunteer=True).aggregate
    assert "presences/strike" not in _may(found, STAFF, START + HOUR)
    party = check_in(found, "resident-1", STAFF, START + MINUTE, approved=False, as_volunteer=False).aggregate
    assert "presences/strike" in _may(party, STAFF, START + HOUR)
