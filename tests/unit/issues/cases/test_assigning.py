"""Within the unit that has a case, a person takes it and gives it on; a unit that loses it forgets who had it."""

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Role
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.assigning import (
    GiveOn,
    HasItAlready,
    NotKnownAsColleague,
    Take,
    TakenAlready,
    give_on,
    take,
)
from services.issues.cases.domain.transitions import CaseCommand, NotNow
from tests.unit.issues.world import HANDLER, NOW, OTHER_HANDLER, STAFF, STEPS, UNIT, a_case, assert_folds, person

COLLEAGUE = person("handler-9", Role.HANDLER, units=(UNIT.id,))
C = CaseCommand


def test_a_person_takes_it_and_a_colleague_takes_it_over() -> None:
    case = a_case(CaseStatus.DISPATCHED)
    taken = take(case, Take(), HANDLER, NOW)
    assert_folds(case, taken)
    assert taken.aggregate.assignee == HANDLER.sub
    assert HANDLER.sub not in str(taken.events[0].public_data())
    with pytest.raises(TakenAlready):
        take(taken.aggregate, Take(), HANDLER, NOW)
    over = take(taken.aggregate, Take(), COLLEAGUE, NOW)
    assert over.events[0].model_dump()["previous_person"] == HANDLER.sub
    assert over.aggregate.assignee == COLLEAGUE.sub


def test_it_is_given_on_to_a_colleague_with_a_note_or_back_to_all() -> None:
    case = take(a_case(CaseStatus.DISPATCHED), Take(), HANDLER, NOW).aggregate
    given = give_on(case, GiveOn(to=COLLEAGUE.sub, note="我明天休假"), HANDLER, NOW, colleague_in=UNIT.id)
    assert_folds(case, given)
    assert (given.aggregate.assignee, given.aggregate.remarks[-1].text) == (COLLEAGUE.sub, "我明天休假")
    with pytest.raises(HasItAlready):
        give_on(given.aggregate, GiveOn(to=COLLEAGUE.sub), HANDLER, NOW)
    assert give_on(given.aggregate, GiveOn(), HANDLER, NOW).aggregate.assignee is None


@pytest.mark.parametrize("known", [None, "another-unit"])
def test_it_is_given_to_nobody_who_is_not_known_to_be_of_the_unit(known: str | None) -> None:
    case = take(a_case(CaseStatus.DISPATCHED), Take(), HANDLER, NOW).aggregate
    with pytest.raises(NotKnownAsColleague):
        give_on(case, GiveOn(to=COLLEAGUE.sub), HANDLER, NOW, colleague_in=known)
    free = give_on(case, GiveOn(), HANDLER, NOW).aggregate
    assert give_on(free, GiveOn(to=HANDLER.sub), HANDLER, NOW).aggregate.assignee == HANDLER.sub


def test_who_took_a_case_over_gives_it_back_to_whom_they_took_it_from_while_the_unit_has_it() -> None:
    case = take(a_case(CaseStatus.DISPATCHED), Take(), HANDLER, NOW).aggregate
    over = take(case, Take(), COLLEAGUE, NOW).aggregate
    assert give_on(over, GiveOn(to=HANDLER.sub), COLLEAGUE, NOW).aggregate.assignee == HANDLER.sub
    assert over.had_by == {HANDLER.sub, COLLEAGUE.sub}
    assert STEPS[C.RETURN](over).aggregate.had_by == frozenset()


def test_who_begins_has_it_and_it_is_nobodys_where_the_unit_loses_it() -> None:
    started = a_case(CaseStatus.IN_PROGRESS)
    assert started.assignee == HANDLER.sub
    taken = take(a_case(CaseStatus.DISPATCHED), Take(), COLLEAGUE, NOW).aggregate
    assert STEPS[C.START](taken).aggregate.assignee == COLLEAGUE.sub
    assert STEPS[C.RETURN](started).aggregate.assignee is None
    assert STEPS[C.REASSIGN](taken).aggregate.assignee is None
    handled = STEPS[C.VERIFY](STEPS[C.HANDLE](started).aggregate).aggregate
    assert STEPS[C.REOPEN](handled).aggregate.assignee is None


def test_nobody_else_takes_it_nor_gives_it_on() -> None:
    case = a_case(CaseStatus.DISPATCHED)
    for by in (OTHER_HANDLER, STAFF):
        with pytest.raises(NotYours):
            take(case, Take(), by, NOW)
        with pytest.raises(NotYours):
            give_on(case, GiveOn(to="x"), by, NOW)
    with pytest.raises(NotNow):
        take(a_case(CaseStatus.HANDLED), Take(), HANDLER, NOW)
