"""What one can do about a volunteer is what the rules don't refuse."""

from datetime import date
from typing import Any

import pytest

from services.chassis.principal import Principal
from services.contracts.volunteers import VolunteerStatus
from services.volunteers.people.domain.profile import Gender
from services.volunteers.people.possible import possible
from tests.unit.volunteers.making import a_volunteer
from tests.unit.volunteers.world import NOW, STAFF, STRANGER, person

ANN = person("ann")


def can(by: Principal, **fields: Any) -> set[str]:
    return set(possible(a_volunteer(**fields), by, NOW))


def test_one_changes_pauses_and_leaves_by_oneself_and_others_vouch() -> None:
    assert can(ANN) == {"change", "pause", "avoid", "prefer", "leave"}
    assert can(ANN, status=VolunteerStatus.PAUSED, avoids=frozenset({"bob"}), prefers=frozenset({"cai"})) == {
        *("change", "resume", "avoid", "meet-again", "prefer", "prefer-no-more", "leave"),
    }
    assert can(STAFF) == can(ANN) | {"verify", "disapprove", "merge"}
    assert "approve" in can(STAFF, approved_at=None)
    assert can(person("bob")) == can(STRANGER) == set()


@pytest.mark.parametrize("gender", [None, *Gender])
def test_staff_verify_more_of_somebody_whose_age_is_verified_already(gender: Gender | None) -> None:
    assert "verify" in can(STAFF, born=date(1990, 1, 1), adult=True, gender=gender)


def test_who_has_left_goes_on_only_when_staff_approve_them() -> None:
    gone = {"left_at": NOW, "approved_at": None, "status": VolunteerStatus.PAUSED}
    assert not {"leave", "disapprove", "merge"} & can(STAFF, **gone)
    assert "approve" in can(STAFF, **gone)
    assert possible(a_volunteer(erased=True, approved_at=None), STAFF, NOW) == []
