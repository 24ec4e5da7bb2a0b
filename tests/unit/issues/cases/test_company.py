"""What stands in company with a private case is private too, as long as it does."""

from services.chassis.aggregate import Decision
from services.contracts.issues import CaseShown, CaseStatus
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.company import keep_company, whole_of, withdraw_category
from services.issues.cases.domain.merging import Merge, Unmerge, follow, merge, unmerge
from services.issues.cases.domain.parents import AdoptCase, SplitOff, adopt, release, split_off
from tests.unit.issues.cases.withheld import assert_tells_nothing
from tests.unit.issues.world import (
    BUILDING,
    CATALOGUE,
    CLOCKS,
    NOW,
    STAFF,
    a_case,
    a_report,
)


def linked(case: Case, to: Case) -> tuple[Decision[Case], Decision[Case]]:
    """Merged into another case, and made a part of it."""
    return (
        merge(case, Merge(into=to.id), to, CLOCKS, STAFF, NOW),
        adopt(case, AdoptCase(parent=to.id), to, STAFF, NOW),
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


def test_a_category_that_is_public_no_longer_takes_its_cases() -> None:
    case = a_report().aggregate
    assert_tells_nothing(withdraw_category(case, {case.category}))
    assert withdraw_category(case, {"noise"}).events == ()
