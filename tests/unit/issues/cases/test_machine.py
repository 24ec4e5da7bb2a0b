"""No sequence of commands by anybody leads out of the table, breaks the law of folding, lets a handler verify, or makes
a missed phase unmissed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError
from services.chassis.principal import Principal, Role
from services.contracts.issues import CasePhase, CaseStatus
from services.issues.cases.domain.amending import Amend, amend
from services.issues.cases.domain.assigning import GiveOn, give_on
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.extension import RequestExtension, request_extension
from services.issues.cases.domain.handling import Dispatch, Handle, Reassign, dispatch, handle, reassign
from services.issues.cases.domain.pausing import Pause, come_due, pause
from services.issues.cases.domain.possible import possible
from services.issues.cases.domain.remarks import AddRemark, remark
from services.issues.cases.domain.reporting import Accept, accept
from services.issues.cases.domain.retention import anonymise_case
from services.issues.cases.domain.transitions import TRANSITIONS, WHO, WORKING, CaseCommand
from services.issues.cases.domain.verdict import Rate, rate
from services.issues.reading.facts import BITS, By, Mark, facts
from tests.unit.issues.cases.suitable import SUITABLE, Given
from tests.unit.issues.world import CATALOGUE, CLOCKS, HERE, NOW, OTHER_UNIT, UNIT, a_report, assert_folds, person

UNITS = (UNIT, OTHER_UNIT)
C = CaseCommand

people = st.builds(
    lambda sub, roles, units, here: person(sub, *roles, units=tuple(units), community=HERE if here else "elsewhere"),
    st.sampled_from(["a", "b", "c", "d"]),
    st.sets(st.sampled_from([Role.STAFF, Role.HANDLER, Role.SUPERVISOR, Role.GRID_WORKER, Role.RESIDENT]), min_size=1),
    st.sets(st.sampled_from([unit.id for unit in UNITS])),
    st.sampled_from([True, True, True, True, False]),
)
photos = st.lists(st.integers(0, 999).map(lambda n: f"photo-{n}"), max_size=2).map(tuple)


def _dispatch(case: Case, by: Principal, now: datetime, draw: Any) -> Decision[Case]:
    unit = draw(st.sampled_from(UNITS))
    return dispatch(case, Dispatch(unit=unit.id), unit, CLOCKS, by, now)


def _reassign(case: Case, by: Principal, now: datetime, draw: Any) -> Decision[Case]:
    unit = draw(st.sampled_from(UNITS))
    return reassign(case, Reassign(unit=unit.id), unit, CLOCKS, by, now)


def _amend(case: Case, by: Principal, now: datetime, draw: Any) -> Decision[Case]:
    category = draw(st.sampled_from([None, "noise", "lighting"]))
    command = Amend(reason="r", category=category, title=draw(st.sampled_from(["t", "u"])))
    return amend(case, command, CATALOGUE, None, CLOCKS, by, now)


def _hours(draw: Any) -> timedelta:
    hours: int = draw(st.integers(-5, 24 * 40))
    return timedelta(hours=hours)


Act = Callable[[Case, Principal, datetime, Any], Decision[Case]]


def _as_suitable(given: Given) -> Act:
    return lambda case, by, now, draw: given(case, by, now)


WITH_DRAWN_INPUT: dict[CaseCommand, Act] = {
    C.ACCEPT: lambda case, by, now, draw: accept(
        case, Accept(category=draw(st.sampled_from([None, "noise"]))), CATALOGUE, by, now
    ),
    C.DISPATCH: _dispatch,
    C.HANDLE: lambda case, by, now, draw: handle(case, Handle(photos=draw(photos)), CLOCKS, by, now),
    C.RATE: lambda case, by, now, draw: rate(case, Rate(rating=draw(st.integers(1, 5))), by, now),
    C.REASSIGN: _reassign,
    C.PAUSE: lambda case, by, now, draw: pause(case, Pause(until=now + _hours(draw), reason="r"), CLOCKS, by, now),
    C.REQUEST_EXTENSION: lambda case, by, now, draw: request_extension(
        case, RequestExtension(until=now + _hours(draw), reason="r"), by, now
    ),
    C.GIVE_ON: lambda case, by, now, draw: give_on(
        case, GiveOn(to=draw(st.sampled_from(["a", "b", None]))), by, now, colleague_in=case.unit
    ),
    C.REMARK: lambda case, by, now, draw: remark(case, AddRemark(text="t", internal=draw(st.booleans())), by, now),
    C.AMEND: _amend,
}
OF_PARTS = {C.ADOPT, C.RELEASE, C.SPLIT_OFF}
"""Another case has a hand in these: they are asked for with suitable input alone."""
ACTS: dict[CaseCommand, Act] = {
    command: WITH_DRAWN_INPUT.get(command) or _as_suitable(given)
    for command, given in SUITABLE.items()
    if command not in OF_PARTS
}
ROWS = {(row.source, row.command, row.target) for row in TRANSITIONS}


class CaseMachine(RuleBasedStateMachine):
    """One case, in the hands of people who may have any roles."""

    @initialize(by=people, fixed=st.booleans(), category=st.sampled_from(["lighting", "noise"]))
    def reported(self, by: Principal, fixed: bool, category: str) -> None:
        self.now = NOW
        self.workers: set[str] = set()
        self.missed: set[tuple[CasePhase, str | None, datetime]] = set()
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

    @rule(sub=st.sampled_from("abcd"), data=st.data())
    def asked_by_an_allrounder(self, sub: str, data: st.DataObject) -> None:
        """Somebody with every role asks for what the table allows, so that the deep states are reached."""
        command = data.draw(st.sampled_from([row.command for row in TRANSITIONS if row.source is self.case.status]))
        unit = self.case.unit
        units = (unit,) if unit and WHO[command] == {Role.HANDLER} else ()
        self._ask(command, person(sub, *Role, units=units), data)

    def _ask(self, command: CaseCommand, by: Principal, data: st.DataObject) -> None:
        before = self.case
        due = self._due()
        try:
            decision = ACTS[command](before, by, self.now, data.draw)
        except CommunityError:
            assert self.case == before
            return
        after = decision.aggregate
        if command in {row.command for row in TRANSITIONS}:
            assert (before.status, command, after.status) in ROWS
        else:
            assert after.status is before.status
        assert HERE in by.communities
        assert not WHO[command] or by.has(HERE, *WHO[command])
        assert_folds(before, decision)
        if command in (C.START, C.HANDLE, C.CONTACT):
            assert by.works_for(HERE, before.unit)
            self.workers.add(by.sub)
        if command is C.VERIFY:
            assert by.sub not in self.workers
            assert by.sub != before.reporter
            assert not by.works_for(HERE, before.unit)
        if command is C.HANDLE and after.evidence:
            assert after.after
        if command is C.GRANT_EXTENSION:
            assert before.extension is not None
            assert by.sub != before.extension.by
            assert not by.works_for(HERE, before.unit)
        assert before.first_unit in (None, after.first_unit)
        if decision.events and command not in (C.TAKE, C.GIVE_ON, C.REMARK, C.SUPPORT):  # these don't look at the clock
            self._assert_missed(before, after, due)
        self.case = after

    def _due(self) -> set[tuple[CasePhase, str | None, datetime]]:
        """The phases that are missed by now, as somebody sees who knows the deadlines and the time, and nothing else:
        whatever is asked now, they are on record afterwards."""
        case, found = self.case, set[tuple[CasePhase, str | None, datetime]]()
        if case.phase is not None and case.phase_due_at is not None and case.phase_due_at <= self.now:
            found.add((case.phase, None if case.phase is CasePhase.VERIFICATION else case.unit, case.phase_due_at))
        by = case.unit_due_at or case.due_at
        if case.unit is not None and case.status in WORKING and by is not None and by <= self.now:
            found.add((CasePhase.HANDLING, case.unit, by))
        return found

    def _assert_missed(self, before: Case, after: Case, due: set[tuple[CasePhase, str | None, datetime]]) -> None:
        """Nothing that was missed is unmissed, no deadline that has passed is another now, and no figure forgets."""
        assert after.missed[: len(before.missed)] == before.missed
        self.missed |= due
        assert {(each.phase, each.unit, each.due_at) for each in after.missed} == self.missed
        assert after.overdue is any(phase is CasePhase.HANDLING for phase, _, _ in self.missed)
        assert after.escalation >= before.escalation
        if before.overdue:
            assert after.due_at == before.due_at
        passed = before.phase_due_at is not None and before.phase_due_at <= self.now
        if passed and (after.phase, after.unit) == (before.phase, before.unit) and after.sent_back == before.sent_back:
            assert after.phase_due_at == before.phase_due_at
        of_handling = {unit for phase, unit, _ in self.missed if phase is CasePhase.HANDLING}
        counted = facts(after.model_dump())
        on_time = BITS[Mark.ON_TIME]
        assert not (of_handling and counted.signature & on_time)
        shared = counted.counted_for(By.UNIT)
        for phase, unit, _ in self.missed:
            assert counted.signature & BITS[f"missed-{phase}"]
            assert unit is None or shared[unit] & BITS[f"missed-{phase}"]
        for unit in of_handling:
            assert not shared[unit or ""] & on_time

    @rule(by=people)
    def what_one_can_is_accepted_and_all_else_refused(self, by: Principal) -> None:
        """Suitable inputs given: a command is possible for somebody just where it is told to be."""
        offered = {each.command for each in possible(self.case, by, self.now)}
        for command, given in SUITABLE.items():
            try:
                decision = given(self.case, by, self.now)
            except CommunityError:
                assert command not in offered, command
            else:
                assert command in offered or not decision.events, command

    @rule(hours=st.integers(1, 30 * 24))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        due = self._due()
        decision = come_due(self.case, CLOCKS, self.now)
        self._assert_missed(self.case, decision.aggregate, due)
        assert come_due(decision.aggregate, CLOCKS, self.now).events == () or self.case.status is CaseStatus.PAUSED
        assert_folds(self.case, decision)
        self.case = decision.aggregate

    @rule(hours=st.integers(1, 30 * 24))
    def nobody_looks(self, hours: int) -> None:
        """Time passes, and a command is quicker than the sweep."""
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.case.reporter is not None)
    @rule()
    def reporter_is_forgotten(self) -> None:
        decision = anonymise_case(self.case, str(self.case.reporter))
        assert_folds(self.case, decision)
        self.case = decision.aggregate

    @invariant()
    def holds_together(self) -> None:
        case = self.case
        paused, merged = case.status is CaseStatus.PAUSED, case.status is CaseStatus.MERGED
        assert (paused or merged) is (case.held is not None)
        assert paused is (case.paused_until is not None)
        assert merged is (case.merged_into is not None) is (case.joined is not None)
        runs = (*WORKING, CaseStatus.HANDLED)
        assert (case.phase is not None) is (case.phase_due_at is not None)
        assert case.phase is None or case.status in runs
        assert case.phase is not None or case.status not in runs or case.on_the_spot
        assert case.extension is None or case.status in (*WORKING, CaseStatus.PAUSED, CaseStatus.MERGED)
        if case.tick_at is not None:
            assert case.tick_at > self.now or (case.tick_at <= self.now and come_due(case, CLOCKS, self.now).events)
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
