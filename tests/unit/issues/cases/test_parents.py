"""Parents and children: one level, within a community, as long as the parent is open; nobody reports a part."""

import pytest

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.principal import SYSTEM, Principal
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.parents import (
    AdoptCase,
    OneLevelOnly,
    ParentIsClosed,
    SplitOff,
    adopt,
    let_go,
    release,
    split_off,
)
from services.issues.cases.domain.transitions import CLOSED
from tests.unit.issues.world import (
    BUILDING,
    CATALOGUE,
    HANDLER,
    NOW,
    RESIDENT,
    STAFF,
    STRANGER,
    WALKER,
    a_case,
    assert_folds,
)

WHOLE = a_case(CaseStatus.ACCEPTED).model_copy(update={"id": "case-2", "floor": 3, "spot": "电梯口"})
PART = SplitOff(category="wall", title="外墙脱落")


def adopted(case: Case, parent: Case = WHOLE) -> Case:
    return adopt(case, AdoptCase(parent=parent.id), parent, STAFF, NOW).aggregate


def test_a_case_becomes_a_part_once_and_is_on_its_own_again() -> None:
    case = a_case(CaseStatus.REPORTED)
    taken_in = adopt(case, AdoptCase(parent=WHOLE.id), WHOLE, STAFF, NOW)
    assert_folds(case, taken_in)
    child = taken_in.aggregate
    assert adopt(child, AdoptCase(parent=WHOLE.id), WHOLE, STAFF, NOW).events == ()
    moved = adopt(child, AdoptCase(parent="case-3"), WHOLE.model_copy(update={"id": "case-3"}), STAFF, NOW)
    assert moved.events[0].public_data()["previous_parent"] == WHOLE.id
    alone = release(child, STAFF, NOW)
    assert_folds(child, alone)
    assert (alone.aggregate.parent, alone.events[0].data()["by"]) == (None, STAFF.sub)
    assert release(alone.aggregate, STAFF, NOW).events == ()


def test_there_is_one_level() -> None:
    case = a_case(CaseStatus.REPORTED)
    with pytest.raises(OneLevelOnly):
        adopt(case, AdoptCase(parent=case.id), case, STAFF, NOW)
    with pytest.raises(OneLevelOnly):
        adopted(case, WHOLE.model_copy(update={"parent": "case-9"}))
    with pytest.raises(OneLevelOnly):
        adopted(case.model_copy(update={"children": 1}))
    with pytest.raises(OneLevelOnly):  # the number that it shows may be of its public parts alone
        adopt(case, AdoptCase(parent=WHOLE.id), WHOLE, STAFF, NOW, has_children=True)
    with pytest.raises(OneLevelOnly):
        split_off("case-4", PART, adopted(case), BUILDING, CATALOGUE, STAFF, NOW)


def test_what_two_people_made_crosswise_the_platform_lets_go() -> None:
    child = adopted(a_case(CaseStatus.REPORTED))
    released = let_go(child)
    assert (released.aggregate.parent, released.events[0].data()["by"]) == (None, SYSTEM)
    assert let_go(released.aggregate).events == ()


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_what_is_over_has_no_new_parts(status: CaseStatus) -> None:
    over = WHOLE.model_copy(update={"status": status})
    with pytest.raises(ParentIsClosed):
        adopted(a_case(CaseStatus.REPORTED), over)
    with pytest.raises(ParentIsClosed):
        split_off("case-3", PART, over, BUILDING, CATALOGUE, STAFF, NOW)


def test_a_parent_is_of_the_same_community() -> None:
    with pytest.raises(UnknownAggregate):
        adopted(a_case(CaseStatus.REPORTED), WHOLE.model_copy(update={"community": "elsewhere"}))


@pytest.mark.parametrize("by", [RESIDENT, HANDLER, WALKER, STRANGER])
def test_the_staff_split_and_join(by: Principal) -> None:
    child = adopted(a_case(CaseStatus.REPORTED))
    with pytest.raises(NotYours):
        adopt(a_case(CaseStatus.REPORTED), AdoptCase(parent=WHOLE.id), WHOLE, by, NOW)
    with pytest.raises(NotYours):
        release(child, by, NOW)
    with pytest.raises(NotYours):
        split_off("case-3", PART, WHOLE, BUILDING, CATALOGUE, by, NOW)


def test_a_part_is_where_the_whole_is_unless_said_otherwise_and_has_no_reporter() -> None:
    decision = split_off("case-3", PART, WHOLE, BUILDING, CATALOGUE, STAFF, NOW)
    assert_folds(None, decision)
    part = decision.aggregate
    assert (part.parent, part.reporter, part.status) == (WHOLE.id, None, CaseStatus.ACCEPTED)
    assert (part.category, part.title, part.floor, part.spot) == ("wall", "外墙脱落", 3, "电梯口")
    there = PART.model_copy(update={"place": BUILDING.id})
    elsewhere = split_off("case-4", there, WHOLE, BUILDING, CATALOGUE, STAFF, NOW).aggregate
    assert (elsewhere.floor, elsewhere.spot) == (None, None)
