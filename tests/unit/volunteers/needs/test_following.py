"""A need follows its care plan, but not where people changed it by hand."""

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import NeedInvitationEnded, NeedMoved, NeedReopened, NeedRevised, NeedStatus, Origin
from services.volunteers.care.domain.changing import ChangePlan, change_plan
from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.following import MoveNeed, TooLate, follow, move_by_hand
from services.volunteers.needs.domain.inviting import invite
from services.volunteers.needs.domain.need import OfActivity
from services.volunteers.needs.domain.opening import open_for_visit
from services.volunteers.shared.values.spans import EndsBeforeStart
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_need, a_plan, accepted, weekly
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, person

PLAN = a_plan().aggregate
VISIT = PLAN.visits[0]
NEED = open_for_visit(PLAN, VISIT).aggregate


def test_another_hour_moves_the_need_and_whoever_said_yes_is_asked_again() -> None:
    need = accepted(NEED, "ann")
    later = VISIT.model_copy(update={"starts_at": VISIT.starts_at + HOUR, "ends_at": VISIT.ends_at + HOUR})
    decision = follow(need, PLAN, later, NOW)
    assert_folds(need, decision)
    assert [type(event) for event in decision.events] == [NeedMoved, NeedReopened]
    moved = decision.aggregate
    assert (moved.starts_at, moved.volunteers, moved.status) == (later.starts_at, [], NeedStatus.OPEN)
    assert moved.starts_at - moved.ask_from == need.starts_at - need.ask_from


def test_more_seats_open_it_and_fewer_never_take_a_seat_from_anybody() -> None:
    need = accepted(NEED, "ann")
    more = follow(need, PLAN.model_copy(update={"seats": 2}), VISIT, NOW)
    assert_folds(need, more)
    assert [type(event) for event in more.events] == [NeedRevised]
    assert (more.aggregate.status, more.aggregate.open_seats) == (NeedStatus.OPEN, 1)
    both = accepted(more.aggregate, "bob")
    fewer = follow(both, PLAN, VISIT, NOW).aggregate
    assert fewer.seats == 2
    assert follow(NEED, PLAN, VISIT, NOW).events == ()


def test_whoever_was_invited_is_thanked_when_fewer_seats_are_wanted_and_all_have_their_yes() -> None:
    wanted = accepted(follow(NEED, PLAN.model_copy(update={"seats": 2}), VISIT, NOW).aggregate, "ann")
    shortly = wanted.starts_at - HOUR
    invited = invite(wanted, ["bob"], shortly).aggregate
    fewer = follow(invited, PLAN, VISIT, shortly)
    assert_folds(invited, fewer)
    assert [type(event) for event in fewer.events] == [NeedRevised, NeedInvitationEnded]
    assert fewer.aggregate.status is NeedStatus.STAFFED
    assert [each.status for each in fewer.aggregate.invited] == [InvitationStatus.THANKED]


def test_a_wish_for_the_same_people_reaches_the_needs_to_come_and_can_be_taken_back() -> None:
    wished = change_plan(PLAN, ChangePlan(continuity=True), STAFF, NOW).aggregate
    need = follow(NEED, wished, VISIT, NOW)
    assert_folds(NEED, need)
    assert (NEED.continuity, need.aggregate.continuity) == (False, True)
    assert open_for_visit(wished, VISIT).aggregate.continuity
    back = change_plan(wished, ChangePlan(continuity=False), STAFF, NOW).aggregate
    assert not follow(need.aggregate, back, VISIT, NOW).aggregate.continuity


def test_what_was_moved_by_hand_stays_where_it_is() -> None:
    to = MoveNeed(starts_at=NEED.starts_at + DAY, ends_at=NEED.ends_at + DAY)
    decision = move_by_hand(NEED, to, STAFF, NOW)
    assert_folds(NEED, decision)
    assert follow(decision.aggregate, a_plan(recurrence=weekly(2, at="09:00")).aggregate, VISIT, NOW).events == ()


def test_moving_by_hand_is_for_staff_and_lies_ahead() -> None:
    ahead = MoveNeed(starts_at=NOW + DAY, ends_at=NOW + DAY + HOUR)
    with pytest.raises(NotYours):
        move_by_hand(NEED, ahead, person("ann"), NOW)
    with pytest.raises(OfActivity):
        move_by_hand(a_need(origin=Origin.ACTIVITY, activity="activity-1"), ahead, STAFF, NOW)
    with pytest.raises(EndsBeforeStart):
        move_by_hand(NEED, MoveNeed(starts_at=NOW + DAY, ends_at=NOW + DAY), STAFF, NOW)
    with pytest.raises(TooLate):
        move_by_hand(NEED, MoveNeed(starts_at=NOW, ends_at=NOW + HOUR), STAFF, NOW)
