"""Which cases everybody may know of, and what topics are told of the others."""

import pytest

from services.contracts.issues import CaseShown, CaseStatus
from services.issues.cases.domain.reporting import Accept, accept
from services.issues.supports.domain.supports import Subject, first_support, forget_supporter, say_again, withdraw
from tests.unit.issues.cases.withheld import assert_tells_nothing
from tests.unit.issues.world import (
    CATALOGUE,
    HERE,
    NEIGHBOUR,
    NOW,
    RESIDENT,
    STAFF,
    STEPS,
    WAYS,
    a_report,
)


@pytest.mark.parametrize("status", WAYS)
def test_of_a_private_case_no_command_tells_more_than_status_and_times(status: CaseStatus) -> None:
    decision = a_report(category="hardship")
    assert_tells_nothing(decision)
    for command in WAYS[status]:
        decision = STEPS[command](decision.aggregate)
        assert_tells_nothing(decision)
        assert decision.events[-1].data().keys() > {"status"}, "the journal keeps what happened"


def test_a_case_that_is_filed_under_another_category_turns_with_it() -> None:
    public, private = a_report().aggregate, a_report(category="hardship").aggregate
    assert_tells_nothing(accept(public, Accept(category="hardship"), CATALOGUE, STAFF, NOW))
    shown = accept(private, Accept(category="noise"), CATALOGUE, STAFF, NOW)
    assert not shown.aggregate.withholds
    assert isinstance(shown.events[0], CaseShown)
    assert shown.events[0].public_data() == shown.aggregate.public().model_dump(mode="json")


def test_a_support_of_what_is_private_says_neither_who_nor_what() -> None:
    given = first_support("support-1", "case-1", Subject.CASE, HERE, RESIDENT.sub, RESIDENT, NOW, public=False)
    left = withdraw(given.aggregate, RESIDENT, NOW, public=False)
    gone = forget_supporter(given.aggregate, "erased-1", public=False)
    for decision in (given, left, gone):
        assert decision.aggregate.withholds
        assert [decision.aggregate.told(event).public_data() for event in decision.events] == [{}]
    again = say_again(given.aggregate)
    assert not again.aggregate.withholds
    assert again.events[0].public_data()["person"] == RESIDENT.sub
    assert not first_support(
        "support-1", "case-1", Subject.CASE, HERE, NEIGHBOUR.sub, NEIGHBOUR, NOW
    ).aggregate.withholds
