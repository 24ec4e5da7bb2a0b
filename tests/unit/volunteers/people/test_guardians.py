"""A minor serves with a guardian's consent, to a version of a text, which can be taken back."""

from datetime import timedelta

import pytest

from services.chassis.errors import NotYours
from services.volunteers.needs.domain.eligibility import Filter, first_failure
from services.volunteers.people.domain import guardians, leaving, registering, vouching
from services.volunteers.people.domain.guardians import GiveConsent
from services.volunteers.people.domain.profile import ChangeProfile, Verify
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.possible import possible
from tests.unit.volunteers.making import a_need, a_volunteer
from tests.unit.volunteers.world import DAY, NOW, STAFF, person

TODAY = NOW.date()
SIXTEEN = TODAY.replace(year=TODAY.year - 16)
PARENT, ANN, OTHER = person("parent"), person("ann"), person("other")


def a_minor(who: str = "ann", **fields: object) -> Volunteer:
    return a_volunteer(who, **{"adult": None, "born": SIXTEEN, "approved_at": None} | fields)


def agreed(minor: Volunteer, text: str = "v1") -> Volunteer:
    return guardians.consent(minor, GiveConsent(text=text, guardian="parent"), STAFF, NOW).aggregate


def told(decision: object) -> list[str]:
    return [type(event).__name__ for event in decision.events]  # type: ignore[attr-defined]


def test_a_minor_is_approved_once_a_guardian_has_consented() -> None:
    for minor in (a_minor(), a_minor(born=None, adult=False)):
        with pytest.raises(vouching.NoGuardianConsent):
            vouching.approve(minor, STAFF, NOW)
        assert "approve" not in possible(minor, STAFF, NOW)
        assert vouching.approve(agreed(minor), STAFF, NOW).aggregate.approved
    assert vouching.approve(a_minor(born=None), STAFF, NOW).aggregate.approved  # nobody knows that they are a minor


def test_each_version_is_a_record_and_the_guardian_can_give_the_next() -> None:
    minor = agreed(a_minor())
    assert told(guardians.consent(minor, GiveConsent(text="v1"), PARENT, NOW)) == []
    later = NOW + DAY
    minor = guardians.consent(minor, GiveConsent(text="v2"), PARENT, later).aggregate
    assert minor.consent == "v2"
    assert [(each.text, each.by, each.withdrawn_at) for each in minor.consents] == [
        ("v1", STAFF.sub, later),
        ("v2", "parent", None),
    ]


def test_consent_taken_back_disapproves_and_stays_on_record() -> None:
    minor = vouching.approve(agreed(a_minor()), STAFF, NOW).aggregate
    assert possible(minor, PARENT, NOW) == ["consent", "withdraw-consent"]
    taken_back = guardians.withdraw(minor, PARENT, NOW + DAY)
    assert told(taken_back) == ["VolunteerChanged", "VolunteerDisapproved"]
    minor = taken_back.aggregate
    assert (minor.consent, minor.approved, minor.consents[0].withdrawn_at) == (None, False, NOW + DAY)
    with pytest.raises(guardians.NoConsentStands):
        guardians.withdraw(minor, PARENT, NOW + DAY)


def test_nobody_consents_for_themselves_and_staff_alone_say_who_the_guardian_is() -> None:
    minor = a_minor()
    with pytest.raises(vouching.NotByOneself):
        guardians.consent(minor, GiveConsent(text="v1", guardian="parent"), ANN, NOW)
    with pytest.raises(NotYours):
        guardians.consent(minor, GiveConsent(text="v1", guardian="other"), OTHER, NOW)
    with pytest.raises(NotYours):
        guardians.consent(agreed(minor), GiveConsent(text="v1", guardian="other"), PARENT, NOW)
    with pytest.raises(guardians.GuardianUnknown):
        guardians.consent(minor, GiveConsent(text="v1"), STAFF, NOW)
    with pytest.raises(guardians.NotTheirOwnGuardian):
        guardians.consent(minor, GiveConsent(text="v1", guardian="ann"), STAFF, NOW)
    with pytest.raises(vouching.NotByOneself):
        guardians.consent(minor, GiveConsent(text="v1", guardian=STAFF.sub), STAFF, NOW)
    with pytest.raises(guardians.NotAMinor):
        guardians.consent(a_volunteer(), GiveConsent(text="v1", guardian="parent"), STAFF, NOW)


def test_whoever_turns_out_to_be_a_minor_is_approved_no_more() -> None:
    unknown = a_volunteer(adult=None)
    assert told(vouching.verify(unknown, Verify(born=SIXTEEN), STAFF, NOW))[-1] == "VolunteerDisapproved"
    assert not registering.change(unknown, ChangeProfile(adult=False), STAFF, NOW).aggregate.approved
    assert not leaving.absorb(unknown, a_minor("ann2"), STAFF, NOW).aggregate.approved
    assert vouching.verify(agreed(unknown), Verify(born=SIXTEEN), STAFF, NOW).aggregate.approved


@pytest.mark.parametrize("days", [0, 1])
def test_the_filter_asks_for_consent_until_the_eighteenth_birthday(days: int) -> None:
    need = a_need()
    on = need.starts_at.date()
    born = (on + timedelta(days=days)).replace(year=on.year - 18)
    assert first_failure(need, a_minor(born=born, approved_at=NOW), NOW) is (Filter.GUARDIAN if days else None)
    assert first_failure(need, agreed(a_minor(born=born, approved_at=NOW)), NOW) is None


def test_in_a_merger_what_was_taken_back_stands_no_more() -> None:
    minor = vouching.approve(agreed(a_minor()), STAFF, NOW).aggregate
    other = agreed(a_minor("ann2"))
    assert leaving.absorb(minor, a_minor("ann2", approved_at=NOW), STAFF, NOW).aggregate.consent == "v1"
    withdrawn = guardians.withdraw(other, STAFF, NOW).aggregate
    merged = leaving.absorb(minor, withdrawn, STAFF, NOW).aggregate
    assert (merged.consent, merged.approved) == (None, False)


def test_an_erased_guardian_leaves_no_consent_and_a_merged_one_goes_on() -> None:
    minor = guardians.consent(agreed(a_minor()), GiveConsent(text="v2"), PARENT, NOW).aggregate
    minor = vouching.approve(minor, STAFF, NOW).aggregate
    assert guardians.replace_guardian(minor, "parent", "parent-2").aggregate.guardian == "parent-2"
    left = guardians.forget_guardian(minor, "parent", "erased-1", NOW).aggregate
    assert (left.guardian, left.consent, left.approved) == (None, None, False)
    assert [each.by for each in left.consents] == [STAFF.sub, "erased-1"]
    assert guardians.forget_guardian(left, "parent", "erased-1", NOW).events == ()
    entered = guardians.forget_guardian(minor, STAFF.sub, "erased-2", NOW).aggregate  # who entered the first consent
    assert (entered.consent, entered.approved) == ("v2", True)
    assert [each.by for each in entered.consents] == ["erased-2", "parent"]
