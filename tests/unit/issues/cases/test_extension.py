"""Extensions: a unit asks for time, somebody else gives it, and nobody loses any by it."""

from datetime import datetime, timedelta

import pytest

from services.chassis.principal import Role
from services.contracts.issues import (
    CaseEscalated,
    CaseExtended,
    CaseOverdue,
    CasePhase,
    CaseStatus,
    CaseWarned,
)
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import tick
from services.issues.cases.domain.extension import (
    ApproverIsRequester,
    ExtensionPending,
    ExtensionTooLate,
    GrantExtension,
    NoExtension,
    NoMoreTime,
    RefuseExtension,
    RequestExtension,
    grant_extension,
    refuse_extension,
    request_extension,
)
from services.issues.cases.domain.handling import (
    FARTHEST,
    Dispatch,
    dispatch,
)
from services.issues.cases.domain.pausing import Pause, Resume, pause, resume
from services.issues.cases.domain.transitions import CaseCommand
from tests.unit.issues.world import (
    CLOCKS,
    HANDLER,
    NOW,
    OTHER_HANDLER,
    STAFF,
    STEPS,
    UNIT,
    a_case,
    assert_folds,
    person,
)

S = CaseStatus


def test_the_farthest_deadline_is_worked_with_paused_and_extended() -> None:
    case = dispatch(
        a_case(S.ACCEPTED), Dispatch(unit=UNIT.id, due_at=NOW + FARTHEST), UNIT, CLOCKS, STAFF, NOW
    ).aggregate
    for command in (CaseCommand.START, CaseCommand.CONTACT, CaseCommand.PAUSE, CaseCommand.RESUME):
        case = STEPS[command](case).aggregate
    assert (case.phase, case.phase_due_at) == (CasePhase.HANDLING, case.due_at)
    assert case.due_at is not None
    later = NOW + timedelta(days=90)
    asked = request_extension(case, RequestExtension(until=later + FARTHEST, reason="r"), HANDLER, later).aggregate
    assert grant_extension(asked, GrantExtension(), CLOCKS, STAFF, later).aggregate.due_at == later + FARTHEST


def asked_for(until: datetime) -> Case:
    return request_extension(
        a_case(S.IN_PROGRESS), RequestExtension(until=until, reason="配件未到"), HANDLER, NOW
    ).aggregate


def test_a_grant_never_takes_time_away_that_a_pause_has_given_meanwhile() -> None:
    due_at = a_case(S.IN_PROGRESS).due_at
    assert due_at is not None
    asked = asked_for(due_at + timedelta(hours=1))
    over = NOW + timedelta(days=5)
    held = pause(asked, Pause(until=over, reason="等配件"), CLOCKS, STAFF, NOW).aggregate
    again = resume(held, Resume(), CLOCKS, STAFF, over).aggregate
    assert again.extension_requested
    with pytest.raises(NoMoreTime):
        grant_extension(again, GrantExtension(), CLOCKS, STAFF, over)
    refused = refuse_extension(again, RefuseExtension(reason="已过"), STAFF, over)
    assert (refused.aggregate.due_at, refused.aggregate.extension_requested) == (again.due_at, False)


def test_a_granted_extension_is_warned_of_and_breached_anew() -> None:
    case = a_case(S.DISPATCHED)
    for command in (CaseCommand.START, CaseCommand.CONTACT):
        case = STEPS[command](case).aggregate
    assert case.warn_at is not None
    soon, until = case.warn_at, NOW + timedelta(days=30)
    told = tick(case, soon).aggregate
    assert (told.warned, told.escalation) == (True, 0)
    asked = request_extension(told, RequestExtension(until=until, reason="r"), HANDLER, soon)
    longer = grant_extension(asked.aggregate, GrantExtension(), CLOCKS, STAFF, soon)
    assert_folds(asked.aggregate, longer)
    assert (longer.aggregate.due_at, longer.aggregate.warned, longer.aggregate.extended) == (until, False, 1)
    assert tick(longer.aggregate, soon).events == ()
    assert [type(event) for event in tick(longer.aggregate, until).events] == [CaseWarned, CaseEscalated, CaseOverdue]


def test_once_the_deadline_has_passed_no_time_is_asked_for_or_given() -> None:
    case = a_case(S.IN_PROGRESS)
    assert case.due_at is not None
    longer = RequestExtension(until=case.due_at + timedelta(days=3), reason="r")
    with pytest.raises(ExtensionTooLate):
        request_extension(case, longer, HANDLER, case.due_at)
    asked = request_extension(case, longer, HANDLER, NOW).aggregate
    with pytest.raises(ExtensionTooLate):
        grant_extension(asked, GrantExtension(), CLOCKS, STAFF, case.due_at)
    refused = refuse_extension(asked, RefuseExtension(reason="已超时"), STAFF, case.due_at)
    assert (refused.aggregate.due_at, refused.aggregate.extension) == (case.due_at, None)


def test_who_asked_for_time_does_not_refuse_it_either() -> None:
    due_at = a_case(S.IN_PROGRESS).due_at
    assert due_at is not None
    asked = asked_for(due_at + timedelta(days=3))
    with pytest.raises(Exception, match="not granted by who asked"):
        refuse_extension(asked, RefuseExtension(reason="r"), person(HANDLER.sub, Role.STAFF), NOW)


def test_an_extension_is_asked_for_by_the_unit_and_given_by_somebody_else() -> None:
    case = a_case(S.IN_PROGRESS)
    assert case.due_at is not None
    until = case.due_at + timedelta(days=10)
    asked = request_extension(case, RequestExtension(until=until, reason="配件未到"), HANDLER, NOW)
    assert_folds(case, asked)
    assert asked.aggregate.due_at == case.due_at
    with pytest.raises(ExtensionPending):
        request_extension(asked.aggregate, RequestExtension(until=until, reason="r"), HANDLER, NOW)
    both = person("boss", Role.STAFF, Role.HANDLER, units=(UNIT.id,))
    asker = person(HANDLER.sub, Role.STAFF)
    for nobody in (both, asker):
        with pytest.raises(ApproverIsRequester):
            grant_extension(asked.aggregate, GrantExtension(), CLOCKS, nobody, NOW)
    with pytest.raises(NoExtension):
        grant_extension(case, GrantExtension(), CLOCKS, STAFF, NOW)

    given_ = grant_extension(asked.aggregate, GrantExtension(), CLOCKS, STAFF, NOW)
    assert_folds(asked.aggregate, given_)
    assert isinstance(given_.events[0], CaseExtended)
    assert (given_.aggregate.due_at, given_.aggregate.extended) == (until, 1)


def test_an_extension_gives_time() -> None:
    case = a_case(S.IN_PROGRESS)
    assert case.due_at is not None
    for until in (NOW - timedelta(days=1), case.due_at):
        with pytest.raises(NoMoreTime):
            request_extension(case, RequestExtension(until=until, reason="r"), HANDLER, NOW)
    with pytest.raises(Exception, match="not allowed"):
        request_extension(case, RequestExtension(until=case.due_at + timedelta(days=1), reason="r"), OTHER_HANDLER, NOW)
