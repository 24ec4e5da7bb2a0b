"""Volunteers that were stored before there was approval can still be read."""

from datetime import date

from services.volunteers.people.domain import vouching
from services.volunteers.people.domain.profile import Certificate, Verify
from services.volunteers.people.domain.volunteer import Volunteer
from tests.unit.volunteers.making import a_volunteer
from tests.unit.volunteers.world import NOW, STAFF

LICENCE = Certificate(code="medical-licence", valid_until=date(2025, 1, 1))


def test_a_volunteer_stored_before_approval_waits_for_it_and_their_skills_become_claims() -> None:
    stored = a_volunteer(skills=frozenset({"medical"}), certificates=(LICENCE,)).model_dump(
        exclude={"claimed_skills", "approved_at"}
    )
    before = Volunteer.model_validate(stored)
    assert (before.skills, before.claimed_skills) == (frozenset(), frozenset({"medical"}))
    assert (before.adult, before.approved, before.certificates) == (None, False, (LICENCE,))
    assert Volunteer.model_validate(stored | {"adult": False}).adult is False
    again = Volunteer.model_validate(vouching.verify(before, Verify(adult=True), STAFF, NOW).aggregate.model_dump())
    assert (again.claimed_skills, again.adult) == (frozenset({"medical"}), True)
