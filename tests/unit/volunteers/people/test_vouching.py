"""Staff verify and approve others, and nobody themselves."""

from datetime import date, timedelta

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import local_date
from services.volunteers.needs.domain.eligibility import Filter, first_failure
from services.volunteers.people.domain import registering, vouching
from services.volunteers.people.domain.leaving import absorb
from services.volunteers.people.domain.profile import Certificate, ChangeProfile, Register, Verify
from services.volunteers.people.domain.vouching import (
    LEAST_AGE,
    BornLater,
    CertificateByStaff,
    NotByOneself,
    NotTheirAge,
    TooYoung,
)
from services.volunteers.people.possible import possible
from services.volunteers.shared.values import GROWN_UP
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.making import CONSENTED, a_need, a_volunteer
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


def test_a_date_of_birth_once_seen_decides_who_is_an_adult_and_contradicts_a_tick() -> None:
    today = local_date(NOW)
    eighteenth = today.replace(year=today.year - GROWN_UP)
    for born, adult in ((eighteenth + timedelta(days=1), True), (eighteenth, False)):
        with pytest.raises(NotTheirAge):
            vouching.verify(a_volunteer(adult=None), Verify(born=born, adult=adult), STAFF, NOW)
        seen = a_volunteer(born=born, adult=None)
        with pytest.raises(NotTheirAge):
            vouching.verify(seen, Verify(adult=adult), STAFF, NOW)
        with pytest.raises(NotTheirAge):
            registering.change(seen, ChangeProfile(adult=adult), STAFF, NOW)
    with pytest.raises(BornLater):
        vouching.verify(a_volunteer(), Verify(born=today + timedelta(days=1)), STAFF, NOW)
    said_no = a_volunteer(adult=False)
    assert vouching.verify(said_no, Verify(born=eighteenth), STAFF, NOW).aggregate.is_adult_on(today)
    minor = vouching.verify(a_volunteer(), Verify(born=eighteenth + timedelta(days=1)), STAFF, NOW).aggregate
    assert [minor.is_adult_on(today + timedelta(days=n)) for n in (0, 1)] == [False, True]


def test_nobody_below_the_least_age_is_approved_or_stays_so() -> None:
    today = local_date(NOW)
    fourteenth = today.replace(year=today.year - LEAST_AGE)
    child, youth = fourteenth + timedelta(days=1), fourteenth
    waiting = a_volunteer(approved_at=None, adult=None, born=child, consents=CONSENTED)
    with pytest.raises(TooYoung) as refused:
        vouching.approve(waiting, STAFF, NOW)
    assert refused.value.params == {"age": LEAST_AGE}
    assert "approve" not in possible(waiting, STAFF, NOW)
    assert {"approve"} <= set(possible(waiting, STAFF, NOW, 13))
    assert vouching.approve(waiting, STAFF, NOW, 13).aggregate.approved
    assert vouching.approve(waiting.model_copy(update={"born": youth}), STAFF, NOW).aggregate.approved
    for born, stays in ((youth, True), (child, False)):
        approved = a_volunteer(adult=None, consents=CONSENTED)
        seen = vouching.verify(approved, Verify(born=born), STAFF, NOW)
        assert_folds(approved, seen)
        merged = absorb(approved, a_volunteer("ann-2", born=born, consents=CONSENTED), STAFF, NOW)
        assert_folds(approved, merged)
        for after in (seen.aggregate, merged.aggregate):
            assert after.approved is stays
            assert first_failure(a_need(), after, NOW) is (None if stays else Filter.APPROVED)
