"""Which cases everybody may know of, and what topics are told of the others."""

from typing import Any

import pytest

from services.chassis.aggregate import Decision
from services.contracts.event import fold
from services.contracts.issues import CaseShown, CaseStatus, CaseWithheld, CaseWithheldState
from services.issues.cases.domain.affected import counted
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.company import keep_company, whole_of, withdraw_category
from services.issues.cases.domain.merging import Merge, Unmerge, follow, merge, unmerge
from services.issues.cases.domain.parents import Adopt, SplitOff, adopt, release, split_off
from services.issues.cases.domain.publicity import is_public
from services.issues.cases.domain.reporting import Accept, accept
from services.issues.supports.domain.supports import Subject, first_support, forget_supporter, say_again, withdraw
from tests.unit.issues.world import (
    BUILDING,
    CATALOGUE,
    CLOCKS,
    HERE,
    NEIGHBOUR,
    NOW,
    RESIDENT,
    STAFF,
    STEPS,
    WAYS,
    a_case,
    a_report,
)

TOLD = {"public", "status", "reported_at", "due_at", "overdue", "handled_at", "closed_at"}


def assert_tells_nothing(decision: Decision[Any]) -> None:
    """Status and times, whatever happened; and the last that is told is the state."""
    after = decision.aggregate
    assert after.withholds
    assert not is_public(after.model_dump())
    state = after.public()
    for event in decision.events:
        told = after.told(event)
        assert (type(told), set(told.public_data())) == (CaseWithheld, TOLD)
        assert fold({}, CaseWithheldState, told.public_data()) == state.model_dump(mode="json")


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


def linked(case: Case, to: Case) -> tuple[Decision[Case], Decision[Case]]:
    """Merged into another case, and made a part of it."""
    return (
        merge(case, Merge(into=to.id), to, CLOCKS, STAFF, NOW),
        adopt(case, Adopt(parent=to.id), to, STAFF, NOW),
    )


def test_what_is_in_company_with_a_private_case_is_private_until_it_leaves() -> None:
    secret = a_case(CaseStatus.ACCEPTED, category="hardship").model_copy(update={"id": "case-2"})
    open_one = a_case(CaseStatus.ACCEPTED)
    for decision in linked(open_one, secret):
        assert_tells_nothing(decision)
        joined = decision.aggregate
        assert whole_of(joined) == [secret.id]
        assert not keep_company(joined, [secret]).events
        apart = (
            unmerge(joined, Unmerge(), CLOCKS, STAFF, NOW) if joined.joined is not None else release(joined, STAFF, NOW)
        )
        assert_tells_nothing(apart)
        assert whole_of(apart.aggregate) == []
        back = keep_company(apart.aggregate, [])
        assert [type(event) for event in back.events] == [CaseShown]
        assert back.aggregate.is_public
    part = SplitOff(category="noise", title="声音")
    assert_tells_nothing(split_off("case-3", part, secret, BUILDING, CATALOGUE, STAFF, NOW))
    other = a_case(CaseStatus.ACCEPTED).model_copy(update={"id": "case-4"})
    assert all(decision.aggregate.is_public for decision in linked(open_one, other))
    merged = linked(open_one, other)[0].aggregate
    assert_tells_nothing(follow(merged, secret.id, public=False))
    assert_tells_nothing(keep_company(merged, [secret]))


def test_a_private_part_leaves_its_whole_public() -> None:
    whole = a_case(CaseStatus.ACCEPTED)
    assert counted(whole, 1, 0).events == ()


def test_a_category_that_is_public_no_longer_takes_its_cases() -> None:
    case = a_report().aggregate
    assert_tells_nothing(withdraw_category(case, {case.category}))
    assert withdraw_category(case, {"noise"}).events == ()


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
