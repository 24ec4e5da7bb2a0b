"""The pairs that are found by columns of numbers are those that the filters of needs let through, one by one."""

from typing import Any

from hypothesis import given, settings

from services.volunteers.matching.flow import Planning, states_of
from services.volunteers.needs.domain.eligibility import RULES, Filter, first_failure
from tests.unit.volunteers.making import a_need, a_volunteer
from tests.unit.volunteers.matching.drawing import some_needs, some_volunteers
from tests.unit.volunteers.world import DAY, NOW

UNASKED = tuple(rule for rule in RULES if rule.name not in (Filter.PATIENCE, Filter.BUDGET))
"""The filters of a need for which nobody is to be asked yet: it takes nobody's patience."""


def found(needs: Any, volunteers: Any) -> set[tuple[str, str]]:
    planning = Planning(states_of(needs), states_of(volunteers), NOW)
    pairs = planning.pairs()
    return {(planning.wanted.ids[n], planning.people.ids[v]) for n, v in zip(pairs.need, pairs.volunteer, strict=True)}


@settings(max_examples=100)
@given(some_needs(), some_volunteers())
def test_columns_and_filters_agree_on_every_pair(needs: Any, volunteers: Any) -> None:
    for number, need in enumerate(needs):
        if number % 2:
            needs[number] = need.model_copy(update={"ask_from": NOW + DAY})
    fit = {
        (need.id, volunteer.id)
        for need in needs
        for volunteer in volunteers
        if need.open_seats and first_failure(need, volunteer, NOW, RULES if need.ask_from <= NOW else UNASKED) is None
    }
    assert found(needs, volunteers) == fit


def test_a_document_of_before_there_was_approval_is_read_as_the_aggregate_is() -> None:
    old = a_volunteer(skills=frozenset({"haircut"})).model_dump(exclude={"id", "claimed_skills"})
    planning = Planning(states_of([a_need(skill="haircut")]), {"volunteer-1": old}, NOW)
    assert len(planning.pairs()) == 0
