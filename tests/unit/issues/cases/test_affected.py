"""How many people have a problem decides how urgent it is; nobody joins what is over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Conflict, NotYours
from services.contracts.issues import CaseStatus, Priority
from services.issues.cases.domain.affected import NobodyJoins, YourOwnCase, counted, raised, require_joinable
from services.issues.cases.domain.reporting import Accept, accept
from services.issues.cases.domain.transitions import CLOSED
from tests.unit.issues.world import (
    CATALOGUE,
    NEIGHBOUR,
    NOW,
    RESIDENT,
    STAFF,
    STRANGER,
    a_case,
    assert_folds,
)

OTHER = a_case(CaseStatus.ACCEPTED).model_copy(update={"id": "case-2", "reporter": NEIGHBOUR.sub})


@given(st.lists(st.integers(min_value=1, max_value=30), max_size=12))
def test_more_people_make_it_more_urgent_and_fewer_do_not_make_it_less(numbers: list[int]) -> None:
    case = a_case(CaseStatus.REPORTED).model_copy(update={"priority": Priority.LOW})
    order, most = list(Priority), 1
    for number in numbers:
        decision = counted(case, number, 0, (3, 10, 20))
        if decision.events:
            assert_folds(case, decision)
        most = max(most, number)
        assert decision.aggregate.affected == number
        assert order.index(decision.aggregate.priority) == sum(most >= each for each in (3, 10, 20))
        told = [type(event).__name__ for event in decision.events]
        assert ("CaseRaised" in told) == (decision.aggregate.priority != case.priority)
        case = decision.aggregate
        assert counted(case, number, 0, (3, 10, 20)).events == ()


def test_another_category_leaves_it_as_urgent_as_its_people_make_it() -> None:
    case = counted(a_case(CaseStatus.REPORTED), 5, 0, (3,)).aggregate
    filed = accept(case, Accept(category="noise"), CATALOGUE, STAFF, NOW).aggregate
    assert filed.priority is raised(CATALOGUE.category("noise").priority, 1)


@pytest.mark.parametrize("status", sorted(CaseStatus))
def test_nobody_joins_what_is_over(status: CaseStatus) -> None:
    case = OTHER.model_copy(update={"status": status})
    if status in CLOSED:
        with pytest.raises(NobodyJoins):
            require_joinable(case, RESIDENT, RESIDENT.sub)
    else:
        require_joinable(case, RESIDENT, RESIDENT.sub)
        with pytest.raises(YourOwnCase):
            require_joinable(case, NEIGHBOUR, NEIGHBOUR.sub)
    with pytest.raises((Conflict, NotYours)):
        require_joinable(case, STRANGER, STRANGER.sub)


def test_a_private_part_leaves_its_whole_public() -> None:
    whole = a_case(CaseStatus.ACCEPTED)
    assert counted(whole, 1, 0).events == ()
