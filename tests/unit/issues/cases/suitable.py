"""Every command that is given to a case that stands, with what it asks for: suitable for the case as it is."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided
from services.chassis.principal import Principal, Role
from services.contracts.issues import Priority
from services.issues.cases.domain.affected import require_joinable
from services.issues.cases.domain.amending import Amend, amend
from services.issues.cases.domain.assigning import GiveOn, Take, give_on, take
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.extension import (
    GrantExtension,
    RefuseExtension,
    RequestExtension,
    grant_extension,
    refuse_extension,
    request_extension,
)
from services.issues.cases.domain.handling import (
    ContactReporter,
    Dispatch,
    Handle,
    Reassign,
    Return,
    SendBack,
    Start,
    Verify,
    contact,
    dispatch,
    give_back,
    handle,
    reassign,
    send_back,
    start,
    verify,
)
from services.issues.cases.domain.merging import Merge, Unmerge, merge, unmerge
from services.issues.cases.domain.parents import AdoptCase, SplitOff, adopt, release, split_off
from services.issues.cases.domain.pausing import Pause, Resume, pause, resume
from services.issues.cases.domain.remarks import AddRemark, remark
from services.issues.cases.domain.reporting import Accept, Reject, accept, reject
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.cases.domain.verdict import Rate, Reopen, rate, reopen
from services.issues.supports.domain.supports import GiveSupport, Subject, first_support, supporter
from services.issues.units.domain import Unit
from tests.unit.issues.world import BUILDING, CATALOGUE, CLOCKS, OTHER_UNIT, UNIT, a_report

C = CaseCommand
OTHER = a_report().aggregate.model_copy(update={"id": "case-2"})
HOUR = timedelta(hours=1)

Given = Callable[[Case, Principal, datetime], Decision[Case]]


def _another_unit(case: Case) -> Unit:
    return OTHER_UNIT if case.unit == UNIT.id else UNIT


def _dispatch(case: Case, by: Principal, now: datetime) -> Decision[Case]:
    return dispatch(case, Dispatch(unit=UNIT.id), UNIT, CLOCKS, by, now)


def _reassign(case: Case, by: Principal, now: datetime) -> Decision[Case]:
    unit = _another_unit(case)
    return reassign(case, Reassign(unit=unit.id), unit, CLOCKS, by, now)


def _more_time(case: Case, by: Principal, now: datetime) -> Decision[Case]:
    until = max(now, case.handle_by or now) + HOUR
    return request_extension(case, RequestExtension(until=until, reason="r"), by, now)


def _amend(case: Case, by: Principal, now: datetime) -> Decision[Case]:
    other = Priority.LOW if case.priority is not Priority.LOW else Priority.HIGH
    return amend(case, Amend(priority=other, reason="r"), CATALOGUE, None, CLOCKS, by, now)


def _give_on(case: Case, by: Principal, now: datetime) -> Decision[Case]:
    to = "colleague-2" if case.assignee == "colleague-1" else "colleague-1"
    return give_on(case, GiveOn(to=to), by, now, colleague_in=case.unit)


def _part(case: Case, by: Principal, now: datetime) -> Decision[Case]:
    return split_off("case-9", SplitOff(category="noise", title="声音"), case, BUILDING, CATALOGUE, by, now)


def _support(case: Case, by: Principal, now: datetime) -> Decision[Case]:
    """Staff write down somebody who called; others speak for themselves."""
    called = "caller-9" if by.has(case.community, Role.STAFF) else None
    somebody = supporter(GiveSupport(person=called), case.community, by)
    require_joinable(case, by, somebody)
    given = first_support("support-1", case.id, Subject.CASE, case.community, somebody, by, now)
    return decided(case, *given.events)


SUITABLE: dict[CaseCommand, Given] = {
    C.ACCEPT: lambda case, by, now: accept(case, Accept(), CATALOGUE, by, now),
    C.REJECT: lambda case, by, now: reject(case, Reject(reason="r"), by, now),
    C.DISPATCH: _dispatch,
    C.REASSIGN: _reassign,
    C.RETURN: lambda case, by, now: give_back(case, Return(reason="r"), by, now),
    C.START: lambda case, by, now: start(case, Start(), CLOCKS, by, now),
    C.CONTACT: lambda case, by, now: contact(case, ContactReporter(), CLOCKS, by, now),
    C.HANDLE: lambda case, by, now: handle(case, Handle(photos=(f"new-{len(case.after)}",)), CLOCKS, by, now),
    C.VERIFY: lambda case, by, now: verify(case, Verify(), by, now),
    C.SEND_BACK: lambda case, by, now: send_back(case, SendBack(reason="r"), CLOCKS, by, now),
    C.REOPEN: lambda case, by, now: reopen(case, Reopen(reason="r"), by, now),
    C.RATE: lambda case, by, now: rate(case, Rate(rating=3), by, now),
    C.PAUSE: lambda case, by, now: pause(case, Pause(until=now + HOUR, reason="r"), CLOCKS, by, now),
    C.RESUME: lambda case, by, now: resume(case, Resume(), CLOCKS, by, now),
    C.REQUEST_EXTENSION: _more_time,
    C.GRANT_EXTENSION: lambda case, by, now: grant_extension(case, GrantExtension(), CLOCKS, by, now),
    C.REFUSE_EXTENSION: lambda case, by, now: refuse_extension(case, RefuseExtension(reason="r"), by, now),
    C.MERGE: lambda case, by, now: merge(case, Merge(into=OTHER.id), OTHER, CLOCKS, by, now),
    C.UNMERGE: lambda case, by, now: unmerge(case, Unmerge(), CLOCKS, by, now),
    C.REMARK: lambda case, by, now: remark(case, AddRemark(text="t"), by, now),
    C.AMEND: _amend,
    C.TAKE: lambda case, by, now: take(case, Take(), by, now),
    C.GIVE_ON: _give_on,
    C.ADOPT: lambda case, by, now: adopt(case, AdoptCase(parent=OTHER.id), OTHER, by, now),
    C.RELEASE: lambda case, by, now: release(case, by, now),
    C.SPLIT_OFF: _part,
    C.SUPPORT: _support,
}
