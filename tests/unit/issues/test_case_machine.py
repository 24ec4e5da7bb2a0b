"""No sequence of commands by anybody leads out of the table, breaks the law of folding, or lets a handler verify."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError
from services.chassis.principal import Principal, Role
from services.contracts.issues import CaseStatus
from services.issues.domain.aftermath import Rate, Reopen, anonymise_case, mark_overdue, rate, reopen
from services.issues.domain.cases import Case
from services.issues.domain.handling import (
    Dispatch,
    Handle,
    Return,
    SendBack,
    Start,
    Verify,
    dispatch,
    give_back,
    handle,
    send_back,
    start,
    verify,
)
from services.issues.domain.reporting import Accept, Reject, accept, reject
from services.issues.domain.transitions import TRANSITIONS, WHO, WORKING, CaseCommand
from tests.unit.issues.world import CATALOGUE, HERE, NOW, OTHER_UNIT, UNIT, a_report, assert_folds, person

UNITS = (UNIT, OTHER_UNIT)
C = CaseCommand

people = st.builds(
    lambda sub, roles, units, here: person(sub, *roles, units=tuple(units), community=HERE if here else "elsewhere"),
    st.sampled_from(["a", "b", "c", "d"]),
    st.sets(st.sampled_from([Role.STAFF, Role.HANDLER, Role.SUPERVISOR, Role.GRID_WORKER, Role.RESIDENT]), min_size=1),
    st.sets(st.sampled_from([unit.id for unit in UNITS])),
    st.sampled_from([True, True, True, True, False]),
)
photos = st.sampled_from([(), ("photo-1",), ("photo-1", "photo-2")])


def _dispatch(case: Case, by: Principal, now: datetime, draw: Any) -> Decision[Case]:
    unit = draw(st.sampled_from(UNITS))
    return dispatch(case, Dispatch(unit=unit.id), unit, by, now)


ACTS: dict[CaseCommand, Callable[[Case, Principal, datetime, Any], Decision[Case]]] = {
    C.ACCEPT: lambda case, by, now, draw: accept(
        case, Accept(category=draw(st.sampled_from([None, "noise"]))), CATALOGUE, by, now
    ),
    C.REJECT: lambda case, by, now, draw: reject(case, Reject(reason="r"), by, now),
    C.DISPATCH: _dispatch,
    C.RETURN: lambda case, by, now, draw: give_back(case, Return(reason="r"), by, now),
    C.START: lambda case, by, now, draw: start(case, Start(), by, now),
    C.HANDLE: lambda case, by, now, draw: handle(case, Handle(photos=draw(photos)), by, now),
    C.VERIFY: lambda case, by, now, draw: verify(case, Verify(), by, now),
    C.SEND_BACK: lambda case, by, now, draw: send_back(case, SendBack(reason="r"), by, now),
    C.REOPEN: lambda case, by, now, draw: reopen(case, Reopen(reason="r"), by, now),
    C.RATE: lambda case, by, now, draw: rate(case, Rate(rating=draw(st.integers(1, 5))), by, now),
}
ROWS = {(row.source, row.command, row.target) for row in TRANSITIONS}


class CaseMachine(RuleBasedStateMachine):
    """One case, in the hands of people who may have any roles."""

    @initialize(by=people, fixed=st.booleans(), category=st.sampled_from(["lighting", "noise"]))
    def reported(self, by: Principal, fixed: bool, category: str) -> None:
        self.now = NOW
        self.workers: set[str] = set()
        self.unit_that_handled = None
        after = ("photo-1",) if fixed else ()
        try:
            decision = a_report(by, category=category, fixed=fixed, after=after)
        except CommunityError:
            decision = a_report(person("a", Role.RESIDENT), category=category)
        else:
            self.workers |= {by.sub} if fixed else set()
        assert_folds(None, decision)
        self.case = decision.aggregate

    @rule(command=st.sampled_from(list(ACTS)), by=people, data=st.data())
    def asked(self, command: CaseCommand, by: Principal, data: st.DataObject) -> None:
        self._ask(command, by, data)

    @rule(
        command=st.sampled_from([C.DISPATCH, C.HANDLE, C.VERIFY, C.ACCEPT, C.SEND_BACK]),
        sub=st.sampled_from("abcd"),
        data=st.data(),
    )
    def asked_by_an_allrounder(self, command: CaseCommand, sub: str, data: st.DataObject) -> None:
        """Somebody with every role gets far, so that the deep states are reached."""
        unit = self.case.unit
        units = (unit,) if unit and command is C.HANDLE else ()
        self._ask(command, person(sub, *Role, units=units), data)

    def _ask(self, command: CaseCommand, by: Principal, data: st.DataObject) -> None:
        before = self.case
        try:
            decision = ACTS[command](before, by, self.now, data.draw)
        except CommunityError:
            assert self.case == before
            return
        after = decision.aggregate
        assert (before.status, command, after.status) in ROWS
        assert HERE in by.communities
        assert not WHO[command] or by.has(*WHO[command])
        assert_folds(before, decision)
        if command in (C.START, C.HANDLE):
            assert before.unit in by.units
            self.workers.add(by.sub)
        if command is C.VERIFY:
            assert by.sub not in self.workers
            assert by.sub != before.reporter
            assert before.unit is None or before.unit not in by.units
        if command is C.HANDLE and after.evidence:
            assert after.after
        self.case = after

    @rule(hours=st.integers(1, 30 * 24))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        decision = mark_overdue(self.case, self.now)
        assert_folds(self.case, decision)
        self.case = decision.aggregate

    @precondition(lambda self: self.case.reporter is not None)
    @rule()
    def reporter_is_forgotten(self) -> None:
        decision = anonymise_case(self.case, str(self.case.reporter))
        assert_folds(self.case, decision)
        self.case = decision.aggregate

    @invariant()
    def holds_together(self) -> None:
        case = self.case
        assert case.status not in (CaseStatus.PAUSED, CaseStatus.MERGED)
        assert (case.closed_at is not None) is (
            case.status in (CaseStatus.VERIFIED, CaseStatus.REJECTED, CaseStatus.EVALUATED)
        )
        if case.status in WORKING and not case.on_the_spot:
            assert case.unit is not None
            assert case.due_at is not None
        if case.status in (CaseStatus.HANDLED, CaseStatus.VERIFIED, CaseStatus.EVALUATED):
            assert case.handled_at is not None


CaseMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
test_case_machine = CaseMachine.TestCase
