"""Skills have levels: claimed by oneself, verified by staff, and asked for by needs and their roles."""

import pytest
from pydantic import ValidationError

from services.contracts.volunteers import SeatRole
from services.volunteers.needs.domain.eligibility import Filter, explain, first_failure
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.opening import OpenNeed, open_for_request, open_need
from services.volunteers.needs.domain.roles import RoleSeats
from services.volunteers.people.domain import leaving, registering, vouching
from services.volunteers.people.domain.levels import SkillLevel
from services.volunteers.people.domain.profile import ChangeProfile, Register, Verify
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.requests.domain import AskForHelp, Grant, ask, grant
from tests.unit.volunteers.making import a_need, a_volunteer
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person

ANN = person("ann")
HAIRCUT = frozenset({"haircut"})


def at(level: int, skill: str = "haircut") -> tuple[SkillLevel, ...]:
    return (SkillLevel(skill=skill, level=level),)


def test_a_level_that_somebody_says_of_themselves_is_a_claim_until_staff_have_seen_it() -> None:
    told = registering.register(Register(community=HERE, levels=at(3)), ANN, NOW).aggregate
    assert (told.skills, told.levels, told.claimed_skills, told.claimed_levels) == (frozenset(), (), HAIRCUT, at(3))
    seen = vouching.verify(told, Verify(levels=at(2)), STAFF, NOW).aggregate
    assert (seen.skills, seen.levels, seen.claimed_skills, seen.claimed_levels) == (HAIRCUT, at(2), frozenset(), ())
    assert vouching.verify(seen, Verify(skills=HAIRCUT), STAFF, NOW).events == ()
    better = registering.change(seen, ChangeProfile(levels=at(3)), ANN, NOW).aggregate
    assert (better.skills, better.level_in("haircut"), better.claimed_levels) == (HAIRCUT, 2, at(3))
    by_staff = registering.change(better, ChangeProfile(levels=at(1)), STAFF, NOW).aggregate
    assert (by_staff.level_in("haircut"), by_staff.claimed_levels) == (1, ())
    on_record = registering.register(Register(community=HERE, person="ann", levels=at(2)), STAFF, NOW).aggregate
    assert (on_record.skills, on_record.level_in("haircut")) == (HAIRCUT, 2)


def test_a_skill_that_is_given_up_takes_its_level_along() -> None:
    skilled = a_volunteer(skills=HAIRCUT, levels=at(3), claimed_levels=at(3))
    without = registering.change(skilled, ChangeProfile(skills=frozenset()), ANN, NOW).aggregate
    again = vouching.verify(without, Verify(skills=HAIRCUT), STAFF, NOW).aggregate
    assert (without.levels, without.claimed_levels, again.level_in("haircut")) == ((), (), 1)


@pytest.mark.parametrize(("one", "other", "level"), [(at(3), at(2), 2), (at(2), (), 1), ((), (), 1), (at(3), at(3), 3)])
def test_of_two_records_of_one_person_the_lower_level_counts(
    one: tuple[SkillLevel, ...], other: tuple[SkillLevel, ...], level: int
) -> None:
    merged = leaving.absorb(
        a_volunteer(skills=HAIRCUT, levels=one), a_volunteer("bo", skills=HAIRCUT, levels=other), STAFF, NOW
    ).aggregate
    assert merged.level_in("haircut") == level
    added = leaving.absorb(a_volunteer(), a_volunteer("bo", skills=HAIRCUT, levels=at(3)), STAFF, NOW).aggregate
    assert added.level_in("haircut") == 3


def test_a_need_refuses_who_is_verified_at_a_lower_level_and_says_so() -> None:
    need = a_need(skill="haircut", skill_level=2)
    beginner, practised = a_volunteer(skills=HAIRCUT), a_volunteer(skills=HAIRCUT, levels=at(2))
    assert first_failure(need, beginner.model_copy(update={"claimed_levels": at(3)}), NOW) is Filter.SKILL_LEVEL
    assert first_failure(need, practised, NOW) is None
    assert first_failure(need, a_volunteer(), NOW) is Filter.SKILL
    assert next(verdict for verdict in explain(need, beginner, NOW) if not verdict.holds).name is Filter.SKILL_LEVEL


def test_a_role_asks_a_level_of_its_own_skill_and_else_the_stricter_of_the_needs() -> None:
    def asked(**role: object) -> Need:
        roles = (RoleSeats.model_validate({"role": "lead", **role}),)
        return a_need(skill="haircut", skill_level=2, roles=roles).asking(SeatRole.LEAD)

    assert (asked().skill, asked().skill_level) == ("haircut", 2)
    assert asked(skill_level=3).skill_level == 3
    assert (asked(skill="guide").skill, asked(skill="guide").skill_level) == ("guide", 1)
    assert asked(skill="haircut").skill_level == 2


def test_a_level_is_asked_of_a_skill() -> None:
    given = {"community": HERE, "category": "haircut", "starts_at": NOW + DAY, "ends_at": NOW + DAY + HOUR}
    for wrong in (
        {"skill_level": 2},
        {"skill": "haircut", "skill_level": 4},
        {"roles": [{"role": "lead", "skill_level": 3}]},
    ):
        with pytest.raises(ValidationError):
            OpenNeed.model_validate(given | wrong)
    opened = open_need("need-1", OpenNeed.model_validate(given | {"skill": "haircut", "skill_level": 3}), STAFF, NOW)
    assert opened.aggregate.skill_level == 3


def test_a_request_is_granted_with_a_level() -> None:
    wish = AskForHelp(community=HERE, category="haircut", starts_at=NOW + DAY, ends_at=NOW + DAY + HOUR)
    granted = grant(ask("r", wish, ANN, NOW).aggregate, Grant(skill="haircut", skill_level=2), STAFF, NOW).aggregate
    assert open_for_request(granted, NOW).aggregate.skill_level == 2


def test_documents_of_before_there_were_levels_are_at_the_lowest_one() -> None:
    old = a_volunteer(skills=HAIRCUT).model_dump(exclude={"levels", "claimed_levels"})
    need = a_need(skill="haircut").model_dump(exclude={"skill_level"})
    assert Volunteer.model_validate(old).level_in("haircut") == 1
    assert first_failure(Need.model_validate(need), Volunteer.model_validate(old), NOW) is None
