"""Volunteers speak for themselves, staff for anybody; certificates are staff's; teams have a leader who stays."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.volunteers import TeamKind, VolunteerRegistered, VolunteerStatus
from services.volunteers.domain.errors import (
    AlreadyHeld,
    CertificateByStaff,
    LeaderStays,
    NotAMember,
    NotByOneself,
    NotRecruiting,
)
from services.volunteers.needs.domain.seating import tentative
from services.volunteers.people.domain import volunteers
from services.volunteers.people.domain.volunteers import (
    Certificate,
    Change,
    Register,
    Verify,
    Volunteer,
    Window,
    volunteer_id,
)
from services.volunteers.teams import domain as teams
from services.volunteers.teams.domain import Form, Membership
from tests.unit.volunteers.world import (
    DAY,
    HERE,
    HOUR,
    NOW,
    ORGANISER,
    STAFF,
    STRANGER,
    a_need,
    a_team,
    a_volunteer,
    assert_folds,
    person,
    said,
)

ANN = person("ann")
LICENCE = Certificate(code="medical-licence", valid_until=date(2025, 1, 1))


def test_a_person_registers_themselves_under_an_id_of_their_own() -> None:
    decision = volunteers.register(Register(community=HERE, skills=frozenset({"b", "a"}), adult=True), ANN, NOW)
    assert decision.aggregate.id == volunteer_id(HERE, "ann")
    assert (said(decision).skills, said(decision).approved) == ([], False)
    assert decision.aggregate.claimed_skills == frozenset({"a", "b"})
    assert (decision.aggregate.adult, decision.aggregate.approved) == (None, False)
    assert_folds(None, decision)


def test_staff_register_somebody_on_record_nobody_else_does() -> None:
    command = Register(community=HERE, person="bob", certificates=(LICENCE,))
    by_staff = volunteers.register(command, STAFF, NOW)
    assert by_staff.aggregate.person == "bob"
    assert [event.own for event in by_staff.events if isinstance(event, VolunteerRegistered)] == [False]
    (own,) = volunteers.register(Register(community=HERE), ANN, NOW).events
    assert isinstance(own, VolunteerRegistered)
    assert own.own is True
    entered = volunteers.register(command.model_copy(update={"skills": frozenset({"haircut"})}), STAFF, NOW).aggregate
    assert (entered.skills, entered.claimed_skills, entered.approved) == (frozenset({"haircut"}), frozenset(), False)
    for other in (ANN, STRANGER):
        with pytest.raises(NotYours):
            volunteers.register(command, other, NOW)


def test_what_somebody_says_of_themselves_is_a_claim_until_staff_have_seen_it() -> None:
    claims = volunteers.change(a_volunteer(), Change(skills=frozenset({"haircut", "medical"})), ANN, NOW).aggregate
    assert (claims.skills, claims.claimed_skills) == (frozenset(), frozenset({"haircut", "medical"}))
    verified = volunteers.verify(claims, Verify(skills=frozenset({"haircut"}), certificates=(LICENCE,)), STAFF, NOW)
    assert said(verified).skills == ["haircut"]
    assert_folds(claims, verified)
    after = verified.aggregate
    assert (after.skills, after.claimed_skills) == (frozenset({"haircut"}), frozenset({"medical"}))
    assert after.certificates == (LICENCE,)
    assert volunteers.verify(after, Verify(skills=frozenset({"haircut"})), STAFF, NOW).events == ()
    fewer = volunteers.change(after, Change(skills=frozenset({"haircut", "sewing"})), ANN, NOW).aggregate
    assert (fewer.skills, fewer.claimed_skills) == (frozenset({"haircut"}), frozenset({"sewing"}))
    assert volunteers.change(fewer, Change(skills=frozenset()), ANN, NOW).aggregate.skills == frozenset()
    by_staff = volunteers.change(fewer, Change(skills=frozenset({"sewing"})), STAFF, NOW).aggregate
    assert (by_staff.skills, by_staff.claimed_skills) == (frozenset({"sewing"}), frozenset())
    longer = LICENCE.model_copy(update={"valid_until": date(2030, 1, 1)})
    assert volunteers.verify(after, Verify(certificates=(longer,)), STAFF, NOW).aggregate.certificates == (longer,)


def test_staff_approve_others_and_nobody_themselves() -> None:
    waiting = a_volunteer(approved_at=None)
    decision = volunteers.approve(waiting, STAFF, NOW)
    assert said(decision).approved
    assert_folds(waiting, decision)
    assert volunteers.approve(decision.aggregate, STAFF, NOW).events == ()
    back = volunteers.disapprove(decision.aggregate, STAFF, NOW)
    assert_folds(decision.aggregate, back)
    assert volunteers.disapprove(back.aggregate, STAFF, NOW).events == ()
    far = person("staff-2", Role.STAFF, community="elsewhere")
    both = Principal(
        "staff-2", frozenset({HERE, "elsewhere"}), frozenset({(HERE, Role.RESIDENT), ("elsewhere", Role.STAFF)})
    )
    for act in (volunteers.approve, volunteers.disapprove, lambda v, by, now: volunteers.verify(v, Verify(), by, now)):
        for other in (ANN, STRANGER, ORGANISER, far, both):
            with pytest.raises(NotYours):
                act(a_volunteer(), other, NOW)
        with pytest.raises(NotByOneself):
            act(a_volunteer("staff-1", approved_at=None), STAFF, NOW)
    myself = volunteers.register(Register(community=HERE, skills=frozenset({"medical"}), adult=True), STAFF, NOW)
    assert (myself.aggregate.skills, myself.aggregate.adult) == (frozenset(), None)
    with pytest.raises(CertificateByStaff):
        volunteers.register(Register(community=HERE, certificates=(LICENCE,)), STAFF, NOW)


def test_who_was_stored_before_approval_waits_for_it_and_their_words_are_claims() -> None:
    stored = a_volunteer(skills=frozenset({"medical"}), certificates=(LICENCE,)).model_dump(
        exclude={"claimed_skills", "approved_at"}
    )
    before = Volunteer.model_validate(stored)
    assert (before.skills, before.claimed_skills) == (frozenset(), frozenset({"medical"}))
    assert (before.adult, before.approved, before.certificates) == (None, False, (LICENCE,))
    assert Volunteer.model_validate(stored | {"adult": False}).adult is False
    again = Volunteer.model_validate(volunteers.verify(before, Verify(adult=True), STAFF, NOW).aggregate.model_dump())
    assert (again.claimed_skills, again.adult) == (frozenset({"medical"}), True)


def test_nobody_vouches_for_their_own_certificate() -> None:
    with pytest.raises(CertificateByStaff):
        volunteers.register(Register(community=HERE, certificates=(LICENCE,)), ANN, NOW)
    with pytest.raises(CertificateByStaff):
        volunteers.change(a_volunteer(), Change(certificates=(LICENCE,)), ANN, NOW)
    assert volunteers.change(a_volunteer(), Change(certificates=(LICENCE,)), STAFF, NOW).aggregate.certificates


def test_nobody_declares_themselves_grown_up_afterwards() -> None:
    minor = a_volunteer(adult=False)
    with pytest.raises(NotYours):
        volunteers.change(minor, Change(adult=True), ANN, NOW)
    assert volunteers.change(minor, Change(adult=True), STAFF, NOW).aggregate.adult


def test_a_change_replaces_what_is_given_and_leaves_the_rest() -> None:
    window = Window(weekday=1, start="09:00", end="12:00")
    volunteer = a_volunteer(skills=frozenset({"haircut"}), availability=(window,), building="b1")
    decision = volunteers.change(volunteer, Change(availability=None, weekly_minutes=120, skills=None), ANN, NOW)
    after = decision.aggregate
    assert after.availability is None
    assert after.weekly_minutes == 120
    assert after.skills == frozenset({"haircut"})
    assert after.building == "b1"
    assert_folds(volunteer, decision)
    assert volunteers.change(after, Change(weekly_minutes=120), ANN, NOW).events == ()


def test_pausing_and_resuming_are_said_once() -> None:
    paused = volunteers.pause(a_volunteer(), ANN, NOW)
    assert_folds(a_volunteer(), paused)
    assert paused.aggregate.status is VolunteerStatus.PAUSED
    assert volunteers.pause(paused.aggregate, ANN, NOW).events == ()
    assert_folds(paused.aggregate, volunteers.resume(paused.aggregate, ANN, NOW))
    with pytest.raises(NotYours):
        volunteers.pause(a_volunteer(), person("bob"), NOW)


def test_bookings_settle_and_fall_by_their_offer_and_are_not_told() -> None:
    need = a_need()
    held = volunteers.book(a_volunteer(), tentative(need, "offer-1", NOW), NOW)
    assert all(event.internal for event in held.events)
    with pytest.raises(AlreadyHeld):
        volunteers.book(held.aggregate, tentative(need, "offer-1", NOW), NOW)
    settled = volunteers.settle(held.aggregate, "offer-1").aggregate
    assert settled.bookings[0].until is None
    assert volunteers.settle(settled, "offer-1").events == ()
    assert volunteers.release(settled, "offer-other").events == ()
    assert volunteers.release(settled, "offer-1").aggregate.bookings == ()


def test_bookings_long_past_are_dropped_when_the_next_is_made() -> None:
    first = a_need("need-1", starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    volunteer = volunteers.book(a_volunteer(), tentative(first, "offer-1", NOW), NOW).aggregate
    later = NOW + 40 * DAY
    second = a_need("need-2", starts_at=later + HOUR, ends_at=later + 2 * HOUR)
    volunteer = volunteers.book(volunteer, tentative(second, "offer-2", later), later).aggregate
    assert [booking.need for booking in volunteer.bookings] == ["need-2"]


def test_an_erased_volunteer_leaves_nothing_and_stays_erased() -> None:
    volunteer = a_volunteer(skills=frozenset({"haircut"}), building="building-16", certificates=(LICENCE,))
    erased = volunteers.erase(volunteer, "erased-1").aggregate
    left = erased.model_dump_json()
    for trace in ("ann", "haircut", "building-16", "medical"):
        assert trace not in left
    assert erased.public() is None
    assert volunteers.resume(erased, STAFF, NOW).events == ()
    assert volunteers.erase(erased, "erased-2").events == ()


@pytest.mark.parametrize(
    "fields", [{"weekday": 0}, {"weekday": 8}, {"start": "12:00"}, {"start": "9:00"}, {"end": "24:01"}]
)
def test_a_window_is_a_stretch_of_a_weekday(fields: Any) -> None:
    with pytest.raises(ValidationError):
        Window(**{"weekday": 1, "start": "09:00", "end": "12:00", **fields})


def test_a_team_begins_with_its_leader() -> None:
    decision = teams.form("team-1", Form(community=HERE, title="舞蹈队", kind=TeamKind.HOBBY), ORGANISER, NOW)
    assert (decision.aggregate.leader, decision.aggregate.people) == ("organiser-1", frozenset({"organiser-1"}))
    assert_folds(None, decision)
    with pytest.raises(NotYours):
        teams.form("team-1", Form(community=HERE, title="舞蹈队", kind=TeamKind.HOBBY), ANN, NOW)
    with pytest.raises(NotYours):
        teams.form("team-1", Form(community=HERE, title="舞蹈队", kind=TeamKind.HOBBY, leader="ann"), ORGANISER, NOW)


def test_joining_and_leaving_count_each_person_once() -> None:
    team = a_team()
    joined = teams.join(team, Membership(), ANN, NOW)
    assert joined.aggregate.public().members == 2
    assert_folds(team, joined)
    assert teams.join(joined.aggregate, Membership(), ANN, NOW).events == ()
    left = teams.leave(joined.aggregate, Membership(), ANN, NOW)
    assert left.aggregate.public().members == 1
    assert_folds(joined.aggregate, left)
    assert teams.leave(left.aggregate, Membership(), ANN, NOW).events == ()


def test_a_closed_team_is_joined_through_its_leader() -> None:
    team = a_team(recruiting=False)
    with pytest.raises(NotRecruiting):
        teams.join(team, Membership(), ANN, NOW)
    assert "ann" in teams.join(team, Membership(person="ann"), ORGANISER, NOW).aggregate.people


def test_nobody_enrols_or_expels_others_but_the_leader_and_staff() -> None:
    team = teams.join(a_team(), Membership(), ANN, NOW).aggregate
    bob = person("bob")
    with pytest.raises(NotYours):
        teams.join(team, Membership(person="cai"), bob, NOW)
    with pytest.raises(NotYours):
        teams.leave(team, Membership(person="ann"), bob, NOW)
    with pytest.raises(NotYours):
        teams.join(team, Membership(), STRANGER, NOW)
    assert "ann" not in teams.leave(team, Membership(person="ann"), STAFF, NOW).aggregate.people


def test_the_leader_hands_over_before_leaving() -> None:
    team = teams.join(a_team(), Membership(), ANN, NOW).aggregate
    with pytest.raises(LeaderStays):
        teams.leave(team, Membership(), ORGANISER, NOW)
    with pytest.raises(NotAMember):
        teams.change(team, teams.Change(leader="bob"), ORGANISER, NOW)
    with pytest.raises(NotYours):
        teams.change(team, teams.Change(leader="ann"), ANN, NOW)
    handed = teams.change(team, teams.Change(leader="ann"), ORGANISER, NOW)
    assert_folds(team, handed)
    assert "organiser-1" not in teams.leave(handed.aggregate, Membership(), ORGANISER, NOW).aggregate.people


def test_an_erased_leader_is_replaced_by_nobody_and_an_erased_member_is_gone() -> None:
    team = teams.join(a_team(), Membership(), ANN, NOW).aggregate
    without = teams.forget(team, "ann", "erased-1")
    assert without.aggregate.public().members == 1
    assert_folds(team, without)
    headless = teams.forget(team, "organiser-1", "erased-1")
    assert headless.aggregate.leader == "erased-1"
    assert_folds(team, headless)
    assert "organiser-1" not in headless.aggregate.model_dump_json()
