"""A volunteer registers, changes what they tell, and pauses; staff do so for anybody, and alone enter certificates."""

from datetime import date

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import VolunteerRegistered, VolunteerStatus
from services.volunteers.people.domain import registering
from services.volunteers.people.domain.profile import Certificate, ChangeProfile, Register, Window
from services.volunteers.people.domain.volunteer import volunteer_id
from services.volunteers.people.domain.vouching import CertificateByStaff
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.making import a_volunteer
from tests.unit.volunteers.world import HERE, NOW, STAFF, STRANGER, person

ANN = person("ann")


LICENCE = Certificate(code="medical-licence", valid_until=date(2025, 1, 1))


def test_a_person_registers_themselves_under_an_id_of_their_own() -> None:
    decision = registering.register(Register(community=HERE, skills=frozenset({"b", "a"}), adult=True), ANN, NOW)
    assert decision.aggregate.id == volunteer_id(HERE, "ann")
    assert (said(decision).skills, said(decision).approved) == ([], False)
    assert decision.aggregate.claimed_skills == frozenset({"a", "b"})
    assert (decision.aggregate.adult, decision.aggregate.approved) == (None, False)
    assert_folds(None, decision)


def test_staff_register_somebody_on_record_nobody_else_does() -> None:
    command = Register(community=HERE, person="bob", certificates=(LICENCE,))
    by_staff = registering.register(command, STAFF, NOW)
    assert by_staff.aggregate.person == "bob"
    assert [event.own for event in by_staff.events if isinstance(event, VolunteerRegistered)] == [False]
    (own,) = registering.register(Register(community=HERE), ANN, NOW).events
    assert isinstance(own, VolunteerRegistered)
    assert own.own is True
    entered = registering.register(command.model_copy(update={"skills": frozenset({"haircut"})}), STAFF, NOW).aggregate
    assert (entered.skills, entered.claimed_skills, entered.approved) == (frozenset({"haircut"}), frozenset(), False)
    for other in (ANN, STRANGER):
        with pytest.raises(NotYours):
            registering.register(command, other, NOW)


def test_nobody_vouches_for_their_own_certificate() -> None:
    with pytest.raises(CertificateByStaff):
        registering.register(Register(community=HERE, certificates=(LICENCE,)), ANN, NOW)
    with pytest.raises(CertificateByStaff):
        registering.change(a_volunteer(), ChangeProfile(certificates=(LICENCE,)), ANN, NOW)
    assert registering.change(a_volunteer(), ChangeProfile(certificates=(LICENCE,)), STAFF, NOW).aggregate.certificates


def test_nobody_declares_themselves_an_adult_afterwards() -> None:
    minor = a_volunteer(adult=False)
    with pytest.raises(NotYours):
        registering.change(minor, ChangeProfile(adult=True), ANN, NOW)
    assert registering.change(minor, ChangeProfile(adult=True), STAFF, NOW).aggregate.adult


def test_a_change_replaces_what_is_given_and_leaves_the_rest() -> None:
    window = Window(weekday=1, start="09:00", end="12:00")
    volunteer = a_volunteer(skills=frozenset({"haircut"}), availability=(window,), building="b1")
    decision = registering.change(
        volunteer, ChangeProfile(availability=None, weekly_minutes=120, skills=None), ANN, NOW
    )
    after = decision.aggregate
    assert after.availability is None
    assert after.weekly_minutes == 120
    assert after.skills == frozenset({"haircut"})
    assert after.building == "b1"
    assert_folds(volunteer, decision)
    assert registering.change(after, ChangeProfile(weekly_minutes=120), ANN, NOW).events == ()


def test_pausing_and_resuming_are_said_once() -> None:
    paused = registering.pause(a_volunteer(), ANN, NOW)
    assert_folds(a_volunteer(), paused)
    assert paused.aggregate.status is VolunteerStatus.PAUSED
    assert registering.pause(paused.aggregate, ANN, NOW).events == ()
    assert_folds(paused.aggregate, registering.resume(paused.aggregate, ANN, NOW))
    with pytest.raises(NotYours):
        registering.pause(a_volunteer(), person("bob"), NOW)


def test_an_erased_volunteer_leaves_nothing_and_stays_erased() -> None:
    volunteer = a_volunteer(skills=frozenset({"haircut"}), building="building-16", certificates=(LICENCE,))
    erased = registering.erase(volunteer, "erased-1").aggregate
    left = erased.model_dump_json()
    for trace in ("ann", "haircut", "building-16", "medical"):
        assert trace not in left
    assert erased.public() is None
    assert registering.resume(erased, STAFF, NOW).events == ()
    assert registering.erase(erased, "erased-2").events == ()
