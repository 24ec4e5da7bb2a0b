"""Registering and withdrawing, case by case: who gets a seat, who waits, who moves up, and what is refused."""

import pytest

from services.chassis.errors import CommunityError, NotYours
from services.chassis.principal import Principal, Role
from services.contracts.activities import (
    ActivityDetails,
    ActivityPromoted,
    ActivityRegistered,
    ActivityWaitlisted,
    ActivityWithdrawn,
)
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.seats import MAX_WAITING_PARTIES, WaitingListFull
from services.events.children.domain import Child
from services.events.registrations.domain import (
    AgeNotConfirmed,
    AlreadyRegistered,
    GuardianMissing,
    NotRegistered,
    PartyTooLarge,
    Register,
    RegistrationClosed,
    register,
    withdraw,
)
from tests.unit.events.given import (
    GRID,
    HOME,
    MINUTE,
    NOW,
    ORGANISER,
    STAFF,
    START,
    activity,
    person,
    resident,
)
from tests.unit.events.lawful import lawful, took


def _with(a: Activity, *parties: tuple[int, int]) -> Activity:
    for n, heads in parties:
        decision = register(a, f"resident-{n}", heads, resident(n), NOW)
        lawful(a, decision)
        a = decision.aggregate
    return a


def _seated(a: Activity) -> list[str]:
    return [p.person for p in a.seated]


def _waiting(a: Activity) -> list[str]:
    return [p.person for p in a.waiting]


def test_a_party_is_seated_whole_or_not_at_all() -> None:
    almost_full = _with(activity(capacity=4), (1, 3))
    decision = took(almost_full, lambda a: register(a, "resident-2", 2, resident(2), NOW))
    (event,) = decision.events
    assert isinstance(event, ActivityWaitlisted)
    assert (event.position, event.party, event.waiting) == (1, 2, 2)
    assert decision.aggregate.taken == 3


@pytest.mark.parametrize("capacity", [1, 20])
def test_a_fact_says_whether_the_person_came_themselves(capacity: int) -> None:
    offered = _with(activity(capacity=capacity), (1, 1))
    for by, own in ((resident(2), True), (STAFF, False)):
        (event,) = register(offered, "resident-2", 1, by, NOW).events
        assert isinstance(event, ActivityRegistered | ActivityWaitlisted)
        assert event.own is own


def test_a_free_seat_goes_to_a_smaller_party_behind() -> None:
    full = _with(activity(capacity=4), (1, 3), (2, 2))
    decision = took(full, lambda a: register(a, "resident-3", 1, resident(3), NOW))
    assert isinstance(decision.events[0], ActivityRegistered)


def test_withdrawing_lets_the_waiting_move_up_in_order() -> None:
    full = _with(activity(capacity=4), (1, 3), (2, 1), (3, 2), (4, 1), (5, 1))
    decision = took(full, lambda a: withdraw(a, "resident-1", resident(1), NOW))
    assert [e.type for e in decision.events] == [ActivityWithdrawn.type, ActivityPromoted.type, ActivityPromoted.type]
    assert _seated(decision.aggregate) == ["resident-2", "resident-3", "resident-4"]
    assert _waiting(decision.aggregate) == ["resident-5"]


def test_a_party_that_does_not_fit_keeps_its_place() -> None:
    full = _with(activity(capacity=4), (1, 1), (2, 3), (3, 2), (4, 1))
    after = took(full, lambda a: withdraw(a, "resident-1", resident(1), NOW)).aggregate
    assert _seated(after) == ["resident-2", "resident-4"]
    assert (after.position_of("resident-3"), after.position_of("resident-4")) == (1, None)


def test_a_waiting_party_may_leave_the_list() -> None:
    full = _with(activity(capacity=2), (1, 2), (2, 1), (3, 1))
    (event,) = took(full, lambda a: withdraw(a, "resident-2", resident(2), NOW)).events
    assert isinstance(event, ActivityWithdrawn)
    assert (event.waitlisted, event.waiting, event.taken) == (True, 1, 2)


def test_whoever_comes_back_goes_to_the_end() -> None:
    full = _with(activity(capacity=2), (1, 2), (2, 1), (3, 1))
    left = withdraw(full, "resident-2", resident(2), NOW).aggregate
    assert _with(left, (2, 1)).position_of("resident-2") == 2


def test_nobody_registers_twice_seated_or_waiting() -> None:
    full = _with(activity(capacity=2), (1, 2), (2, 1))
    for n in (1, 2):
        with pytest.raises(AlreadyRegistered):
            register(full, f"resident-{n}", 1, resident(n), NOW)


@pytest.mark.parametrize(
    ("changes", "heads", "error"),
    [
        ({"capacity": 3}, 4, PartyTooLarge),
        ({"capacity": 100}, 11, PartyTooLarge),
        ({"guardian_required": True}, 1, GuardianMissing),
        ({"min_age": 60}, 1, AgeNotConfirmed),
    ],
)
def test_a_registration_against_the_rules_is_refused(
    changes: dict[str, object], heads: int, error: type[CommunityError]
) -> None:
    with pytest.raises(error):
        register(activity(**changes), "resident-1", heads, resident(1), NOW)


@pytest.mark.parametrize(("oldest", "ages"), [(None, "6+"), (8, "6–8")])
def test_who_did_not_confirm_the_ages_reads_both_bounds(oldest: int | None, ages: str) -> None:
    strict = activity(min_age=6, details=ActivityDetails(max_age=oldest))
    with pytest.raises(AgeNotConfirmed) as refused:
        register(strict, "resident-1", 1, resident(1), NOW)
    assert ages in str(refused.value)


def test_a_guardian_who_confirms_the_ages_is_taken() -> None:
    strict = activity(guardian_required=True, min_age=6)
    child = Child(id="child-1", community=HOME, guardian="resident-1", birth_year=2005)
    asked = Register(children=("child-1",))
    decision = took(
        strict,
        lambda a: register(
            a, "resident-1", 2, resident(1), NOW, guardian=True, ages_confirmed=True, asked=asked, children=[child]
        ),
    )
    assert decision.aggregate.seated[0].guardian


def test_registration_closes_at_the_start() -> None:
    registered = _with(activity(), (1, 1))
    assert register(registered, "resident-2", 1, resident(2), START - MINUTE).events
    with pytest.raises(RegistrationClosed):
        register(registered, "resident-2", 1, resident(2), START)
    with pytest.raises(RegistrationClosed):
        withdraw(registered, "resident-1", resident(1), START)


@pytest.mark.parametrize("by", [STAFF, GRID, ORGANISER])
def test_the_desk_registers_others_on_record(by: Principal) -> None:
    seated = took(activity(), lambda a: register(a, "resident-1", 1, by, NOW)).aggregate.seated
    assert (seated[0].person, seated[0].by) == ("resident-1", by.sub)


@pytest.mark.parametrize(
    "by", [resident(2), person("v", Role.VOLUNTEER), person("other", Role.ORGANISER), person("x", Role.STAFF, home="b")]
)
def test_nobody_else_acts_for_another(by: Principal) -> None:
    with pytest.raises(NotYours):
        register(activity(), "resident-1", 1, by, NOW)
    with pytest.raises(NotYours):
        withdraw(_with(activity(), (1, 1)), "resident-1", by, NOW)


def test_members_of_other_communities_do_not_register() -> None:
    with pytest.raises(NotYours):
        register(activity(), "far", 1, person("far", Role.RESIDENT, home="elsewhere"), NOW)


def test_a_registration_that_is_not_there_is_not_withdrawn() -> None:
    with pytest.raises(NotRegistered):
        withdraw(activity(), "resident-1", resident(1), NOW)


def test_the_waiting_list_is_bounded() -> None:
    full = _with(activity(capacity=1), (0, 1))
    for n in range(1, MAX_WAITING_PARTIES + 1):
        full = register(full, f"resident-{n}", 1, resident(n), NOW).aggregate
    with pytest.raises(WaitingListFull):
        register(full, "late", 1, person("late", Role.RESIDENT), NOW)
