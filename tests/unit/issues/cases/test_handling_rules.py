"""Who has handled or reported a case does not verify it, and only people of its unit handle it."""

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.handling import (
    Dispatch,
    Handle,
    SendBack,
    Start,
    Verify,
    dispatch,
    handle,
    send_back,
    start,
    verify,
)
from services.issues.cases.domain.handling_rules import VerifierIsHandler, VerifierIsReporter
from tests.unit.issues.world import (
    CLOCKS,
    HANDLER,
    NOW,
    OTHER_HANDLER,
    OTHER_UNIT,
    RESIDENT,
    STAFF,
    SUPERVISOR,
    UNIT,
    WALKER,
    a_case,
    a_report,
    person,
)


def test_who_handled_never_verifies_even_as_supervisor_of_no_unit() -> None:
    handled = a_case(CaseStatus.HANDLED)
    turncoat = person(HANDLER.sub, Role.SUPERVISOR)
    with pytest.raises(VerifierIsHandler):
        verify(handled, Verify(), turncoat, NOW)
    with pytest.raises(VerifierIsHandler):
        send_back(handled, SendBack(reason="x"), CLOCKS, turncoat, NOW)


def test_a_colleague_of_the_handler_does_not_verify() -> None:
    colleague = person("colleague", Role.SUPERVISOR, units=(UNIT.id, OTHER_UNIT.id))
    with pytest.raises(VerifierIsHandler):
        verify(a_case(CaseStatus.HANDLED), Verify(), colleague, NOW)


def test_the_reporter_does_not_verify() -> None:
    with pytest.raises(VerifierIsReporter):
        verify(a_case(CaseStatus.HANDLED), Verify(), person(RESIDENT.sub, Role.SUPERVISOR), NOW)


def test_who_started_before_a_return_still_does_not_verify() -> None:
    started = start(a_case(CaseStatus.DISPATCHED), Start(), CLOCKS, HANDLER, NOW).aggregate
    moved = started.model_copy(update={"status": CaseStatus.RETURNED, "unit": None})
    again = dispatch(moved, Dispatch(unit=OTHER_UNIT.id), OTHER_UNIT, CLOCKS, STAFF, NOW).aggregate
    handled = handle(again, Handle(photos=("p",)), CLOCKS, OTHER_HANDLER, NOW).aggregate
    with pytest.raises(VerifierIsHandler):
        verify(handled, Verify(), person(HANDLER.sub, Role.SUPERVISOR), NOW)


def test_what_a_worker_fixed_on_the_spot_is_verified_by_another() -> None:
    fixed = a_report(WALKER, fixed=True, after=("photo-1",)).aggregate
    with pytest.raises(VerifierIsHandler):
        verify(fixed, Verify(), person(WALKER.sub, Role.SUPERVISOR), NOW)
    assert verify(fixed, Verify(), SUPERVISOR, NOW).aggregate.status is CaseStatus.VERIFIED


@pytest.mark.parametrize("by", [OTHER_HANDLER, person("h", Role.HANDLER), person("s", Role.STAFF, units=(UNIT.id,))])
def test_only_people_of_the_unit_handle(by: Principal) -> None:
    with pytest.raises(NotYours):
        handle(a_case(CaseStatus.DISPATCHED), Handle(photos=("p",)), CLOCKS, by, NOW)
