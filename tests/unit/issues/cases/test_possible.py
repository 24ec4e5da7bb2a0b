"""What somebody can do with a case is what its rules would take from them; `test_machine` tries it on random lives."""

from services.contracts.issues import CaseStatus
from services.issues.cases.domain.handling import Handle
from services.issues.cases.domain.possible import POSSIBILITIES, Input, inputs_of, needed, possible
from services.issues.cases.domain.remarks import AddRemark
from services.issues.cases.domain.transitions import TRANSITIONS, CaseCommand
from tests.unit.issues.cases.suitable import SUITABLE
from tests.unit.issues.world import HANDLER, LATER, NEIGHBOUR, NOW, RESIDENT, STAFF, STRANGER, a_case

C = CaseCommand


def test_every_command_on_a_case_that_stands_is_among_the_possibilities() -> None:
    commands = [each.command for each in POSSIBILITIES]
    assert len(set(commands)) == len(commands)
    assert {row.command for row in TRANSITIONS if row.source is not None} <= set(commands)
    assert set(commands) == set(SUITABLE)


def test_each_is_offered_what_is_theirs() -> None:
    case = a_case(CaseStatus.VERIFIED)
    assert [each.command for each in possible(case, RESIDENT, NOW)] == [C.RATE, C.REOPEN, C.REMARK]
    assert [each.command for each in possible(case, RESIDENT, LATER)] == [C.REMARK]
    assert list(possible(case, NEIGHBOUR, NOW)) == []
    assert list(possible(case, STRANGER, NOW)) == []
    open_one = a_case(CaseStatus.REPORTED)
    assert [each.command for each in possible(open_one, NEIGHBOUR, NOW)] == [C.SUPPORT]
    assert C.SUPPORT not in {each.command for each in possible(open_one, RESIDENT, NOW)}, "their own"
    assert C.SUPPORT in {each.command for each in possible(open_one, STAFF, NOW)}
    assert C.START in {each.command for each in possible(a_case(CaseStatus.DISPATCHED), HANDLER, NOW)}
    assert C.START not in {each.command for each in possible(a_case(CaseStatus.DISPATCHED), STAFF, NOW)}


def test_inputs_are_those_of_the_request() -> None:
    assert inputs_of(AddRemark) == (
        Input("text", "string", required=True),
        Input("photos", "array", required=False),
        Input("attachments", "array", required=False),
        Input("internal", "boolean", required=False),
    )
    types = {each.type for possibility in POSSIBILITIES for each in inputs_of(possibility.request)}
    assert types == {"string", "integer", "array", "boolean", "object", "date-time"}


def test_what_must_be_shown_is_asked_for() -> None:
    case = a_case(CaseStatus.DISPATCHED)
    inputs = inputs_of(Handle, needed(C.HANDLE, case))
    assert {each.name for each in inputs if each.required} == {"photos"}
    assert not needed(C.REMARK, case)
    assert not needed(C.HANDLE, case.model_copy(update={"evidence": False}))
