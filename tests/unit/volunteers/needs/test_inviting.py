"""Rings, standing by, and the hops by which a lost seat is given on."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.activities import ActivityMoved
from services.contracts.volunteers import (
    Hop,
    InvitationEnd,
    NeedAccepted,
    NeedInvitationEnded,
    NeedInvited,
    NeedRefilling,
    NeedStaffed,
)
from services.volunteers.needs.domain import inviting, planning, seating
from services.volunteers.needs.domain.eligibility import Filter, first_failure
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import NoSuchOffer
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.making import a_need, a_volunteer, accepted
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, person


def in_hours(hours: float, **fields: Any) -> Need:
    begin = NOW + hours * HOUR
    return a_need(starts_at=begin, ends_at=begin + HOUR, **fields)


def lost(hours: float, now: datetime = NOW, **fields: Any) -> Need:
    """A need with a seat that somebody gave back, so many hours before its start."""
    need = accepted(in_hours(hours, **fields), "ann", now)
    return seating.withdraw(need, "ann", person("ann"), now).aggregate


@pytest.mark.parametrize(("hours", "hop"), [(72, Hop.PLAN), (47, Hop.RING), (4.1, Hop.RING), (3.9, Hop.GRID_WORKER)])
def test_the_time_that_is_left_says_where_somebody_is_looked_for(hours: float, hop: Hop) -> None:
    need = lost(hours)
    assert inviting.hop_at(need, NOW) is hop
    assert inviting.is_due(need, NOW) is (hop is not Hop.PLAN)
    step = inviting.plan_again(need, NOW) if hop is Hop.PLAN else inviting.invite(need, ["bob"], NOW)
    event = said(step)
    assert isinstance(event, NeedRefilling)
    assert (event.hop, event.vacant, event.asked) == (hop, 1, int(hop is not Hop.PLAN))
    assert NOW < event.until <= need.starts_at
    assert not inviting.is_due(step.aggregate, NOW)
    assert_folds(need, step)


def test_who_stands_by_is_asked_before_the_plan_looks_for_somebody_however_early_it_is() -> None:
    need = inviting.stand_by(accepted(in_hours(400), "ann"), person("bob"), NOW).aggregate
    assert not inviting.is_due(need, NOW)
    need = seating.withdraw(need, "ann", person("ann"), NOW).aggregate
    assert (inviting.hop_at(need, NOW), inviting.is_due(need, NOW)) == (Hop.STANDBY, True)
    assert inviting.plan_again(need, NOW).events == ()
    asked = seating.offer(need, seating.tentative(need, "offer-5", NOW), "bob", NOW).aggregate
    asked = inviting.ask_standby(asked, NOW + HOUR, NOW).aggregate
    declined = seating.decline(asked, person("bob"), NOW).aggregate
    assert not inviting.is_due(declined, NOW)
    step = inviting.plan_again(declined, NOW)
    assert said(step).hop is Hop.PLAN
    assert inviting.plan_again(step.aggregate, NOW).events == ()


def test_of_a_ring_the_first_yes_has_the_seat_and_the_others_are_thanked_in_the_same_step() -> None:
    ring = inviting.invite(lost(24), ["bob", "cai", "dan", "ann"], NOW)
    assert [e.person for e in ring.events if isinstance(e, NeedInvited)] == ["bob", "cai", "dan"]
    need = inviting.decline_invitation(ring.aggregate, person("dan"), NOW)
    assert need is not None
    taken = seating.take(need.aggregate, seating.tentative(need.aggregate, "offer-2", NOW), person("cai"), NOW)
    assert [type(event) for event in taken.events[1:]] == [NeedAccepted, NeedStaffed, NeedInvitationEnded]
    assert (said(taken, 3).person, said(taken, 3).why) == ("bob", InvitationEnd.FILLED)
    assert taken.aggregate.refill is None
    with pytest.raises(seating.NoOpenSeat):
        seating.take(taken.aggregate, seating.tentative(need.aggregate, "offer-3", NOW), person("bob"), NOW)


def test_the_next_ring_comes_when_time_is_up_or_everybody_has_said_no_and_asks_others() -> None:
    need = inviting.invite(lost(24), ["bob", "cai"], NOW).aggregate
    assert not inviting.is_due(need, NOW + 3 * HOUR)
    assert inviting.is_due(need, NOW + 4 * HOUR)
    for who in ("bob", "cai"):
        decision = inviting.decline_invitation(need, person(who), NOW)
        assert decision is not None
        need = decision.aggregate
    assert inviting.is_due(need, NOW)
    second = inviting.invite(need, ["bob", "dan"], NOW)
    assert [(e.person, e.ring) for e in second.events if isinstance(e, NeedInvited)] == [("dan", 2)]
    assert said(inviting.invite(second.aggregate, ["bob"], NOW + 5 * HOUR)).hop is Hop.GRID_WORKER


def test_who_was_invited_is_not_asked_by_matching_as_well_unless_the_time_has_changed() -> None:
    need = inviting.invite(lost(24), ["bob"], NOW).aggregate
    assert first_failure(need, a_volunteer("bob"), NOW) is Filter.NOT_ASKED
    moved = planning.move(need, _moved_to(need.starts_at + HOUR), NOW)
    assert [e.why for e in moved.events if isinstance(e, NeedInvitationEnded)] == [InvitationEnd.MOVED]
    assert first_failure(moved.aggregate, a_volunteer("bob"), NOW) is None


def test_those_who_stand_by_come_in_their_order_and_only_where_it_is_full() -> None:
    need = in_hours(24)
    with pytest.raises(inviting.SeatsAreOpen):
        inviting.stand_by(need, person("bob"), NOW)
    need = accepted(need, "ann")
    with pytest.raises(inviting.HasSeat):
        inviting.stand_by(need, person("ann"), NOW)
    for who in ("bob", "cai", "bob"):
        need = inviting.stand_by(need, person(who), NOW).aggregate
    assert [each.person for each in need.standby] == ["bob", "cai"]
    need = seating.withdraw(need, "ann", person("ann"), NOW).aggregate
    assert inviting.hop_at(need, NOW) is Hop.STANDBY
    asked = seating.offer(need, seating.tentative(need, "offer-5", NOW), "bob", NOW).aggregate
    assert [each.person for each in asked.standby] == ["cai"]
    declined = seating.decline(asked, person("bob"), NOW).aggregate
    assert inviting.is_due(declined, NOW)
    assert inviting.step_aside(declined, "cai").aggregate.standby == ()


def test_who_is_erased_stands_in_no_ring_and_stands_by_nowhere() -> None:
    need = inviting.invite(lost(24), ["bob", "cai"], NOW).aggregate
    need = accepted(need, "cai")
    need = inviting.stand_by(need, person("bob"), NOW).aggregate
    forgotten = seating.forget(need, "bob", "erased-1", NOW)
    assert "bob" not in forgotten.aggregate.model_dump_json()
    assert all("bob" not in event.model_dump_json() for event in forgotten.events)


def test_nobody_who_was_not_asked_can_say_no() -> None:
    with pytest.raises(NoSuchOffer):
        seating.decline(lost(24), person("eve"), NOW)


@given(st.floats(0.01, 100), st.integers(0, 100))
def test_a_ring_waits_no_longer_than_there_is_time(hours: float, after: int) -> None:
    starts_at = NOW + hours * HOUR
    waits = inviting.waits_for(NOW, starts_at)
    assert timedelta(0) < waits <= min(inviting.LONGEST, starts_at - NOW)


def test_cancelled_help_is_told_to_those_who_were_asked_for_it() -> None:
    need = inviting.invite(lost(24), ["bob"], NOW).aggregate
    ended = [e for e in planning.cancel(need, STAFF, NOW + HOUR).events if isinstance(e, NeedInvitationEnded)]
    assert [(e.person, e.why) for e in ended] == [("bob", InvitationEnd.CANCELLED)]


def _moved_to(begin: datetime) -> Any:
    return ActivityMoved(
        starts_at=begin,
        ends_at=begin + HOUR,
        venue="square",
        building=None,
        previous_starts_at=begin - DAY,
        previous_venue="square",
    )
