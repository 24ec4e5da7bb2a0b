"""Staff verify and approve others, and nobody themselves."""

from datetime import date

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.volunteers.people.domain import registering, vouching
from services.volunteers.people.domain.profile import Certificate, ChangeProfile, Register, Verify
from services.volunteers.people.domain.vouching import CertificateByStaff, NotByOneself
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.making import a_volunteer
from tests.unit.volunteers.world import HERE, NOW, ORGANISER, STAFF, STRANGER, person

ANN = person("ann")


LICENCE = Certificate(code="medical-licence", valid_until=date(2025, 1, 1))


def test_what_somebody_says_of_themselves_is_a_claim_until_staff_have_seen_it() -> None:
    claims = registering.change(
        a_volunteer(), ChangeProfile(skills=frozenset({"haircut", "medical"})), ANN, NOW
    ).aggregate
    assert (claims.skills, claims.claimed_skills) == (frozenset(), frozenset({"haircut", "medical"}))
    verified = vouching.verify(claims, Verify(skills=frozenset({"haircut"}), certificates=(LICENCE,)), STAFF, NOW)
    assert said(verified).skills == ["haircut"]
    assert_folds(claims, verified)
    after = verified.aggregate
    assert (after.skills, after.claimed_skills) == (frozenset({"haircut"}), frozenset({"medical"}))
    assert after.certificates == (LICENCE,)
    assert vouching.verify(after, Verify(skills=frozenset({"haircut"})), STAFF, NOW).events == ()
    fewer = registering.change(after, ChangeProfile(skills=frozenset({"haircut", "sewing"})), ANN, NOW).aggregate
    assert (fewer.skills, fewer.claimed_skills) == (frozenset({"haircut"}), frozenset({"sewing"}))
    assert registering.change(fewer, ChangeProfile(skills=frozenset()), ANN, NOW).aggregate.skills == frozenset()
    by_staff = registering.change(fewer, ChangeProfile(skills=frozenset({"sewing"})), STAFF, NOW).aggregate
    assert (by_staff.skills, by_staff.claimed_skills) == (frozenset({"sewing"}), frozenset())
    longer = LICENCE.model_copy(update={"valid_until": date(2030, 1, 1)})
    assert vouching.verify(after, Verify(certificates=(longer,)), STAFF, NOW).aggregate.certificates == (longer,)


def test_staff_approve_others_and_nobody_themselves() -> None:
    waiting = a_volunteer(approved_at=None)
    decision = vouching.approve(waiting, STAFF, NOW)
    assert said(decision).approved
    assert_folds(waiting, decision)
    assert vouching.approve(decision.aggregate, STAFF, NOW).events == ()
    back = vouching.disapprove(decision.aggregate, STAFF, NOW)
    assert_folds(decision.aggregate, back)
    assert vouching.disapprove(back.aggregate, STAFF, NOW).events == ()
    far = person("staff-2", Role.STAFF, community="elsewhere")
    both = Principal(
        "staff-2", frozenset({HERE, "elsewhere"}), frozenset({(HERE, Role.RESIDENT), ("elsewhere", Role.STAFF)})
    )
    for act in (vouching.approve, vouching.disapprove, lambda v, by, now: vouching.verify(v, Verify(), by, now)):
        for other in (ANN, STRANGER, ORGANISER, far, both):
            with pytest.raises(NotYours):
                act(a_volunteer(), other, NOW)
        with pytest.raises(NotByOneself):
            act(a_volunteer("staff-1", approved_at=None), STAFF, NOW)
    myself = registering.register(Register(community=HERE, skills=frozenset({"medical"}), adult=True), STAFF, NOW)
    assert (myself.aggregate.skills, myself.aggregate.adult) == (frozenset(), None)
    with pytest.raises(CertificateByStaff):
        registering.register(Register(community=HERE, certificates=(LICENCE,)), STAFF, NOW)
