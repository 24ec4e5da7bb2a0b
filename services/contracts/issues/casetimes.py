"""What the clocks of a case say, and what stops them, lets them go on and moves their deadlines."""

from datetime import datetime

from services.contracts.event import Event
from services.contracts.issues.caseclocks import CaseClock, MissedPhase
from services.contracts.issues.cases import CaseState, CaseStatus
from services.contracts.marks import Id, Internal, Office, OfficerId, Public
from services.contracts.topics import ISSUES


class CasePaused(CaseClock, Event, type="cn.community.issues.case.paused.v1", topic=ISSUES, state=CaseState):
    """A case can't be handled before `paused_until` (缓办); its clocks stand still until it is resumed."""

    status: Public[CaseStatus]
    paused_until: Public[datetime]
    due_at: Public[datetime | None]
    reason: Internal[Office[str]]
    by: Internal[OfficerId]


class CaseResumed(CaseClock, Event, type="cn.community.issues.case.resumed.v1", topic=ISSUES, state=CaseState):
    """The pause of a case is over, by a command or by the clock; the case goes on from where it was, with the time that
    was left.
    """

    status: Public[CaseStatus]
    paused_until: Public[datetime | None]
    due_at: Public[datetime | None]
    by: Internal[OfficerId]


class CaseExtensionRequested(
    Event, type="cn.community.issues.case.extension-requested.v1", topic=ISSUES, state=CaseState
):
    """The unit asks for time until `until` (延期) for a case; nothing changes before the staff agree."""

    extension_requested: Public[bool]
    until: Public[datetime]
    reason: Internal[Office[str]]
    by: Internal[OfficerId]


class CaseExtended(CaseClock, Event, type="cn.community.issues.case.extended.v1", topic=ISSUES, state=CaseState):
    """The staff granted an extension: the case has a new deadline, and the extension is counted."""

    extension_requested: Public[bool]
    extended: Public[int]
    due_at: Public[datetime]
    overdue: Public[bool]
    by: Internal[OfficerId]


class CaseExtensionRefused(Event, type="cn.community.issues.case.extension-refused.v1", topic=ISSUES, state=CaseState):
    """The staff did not grant the extension: the deadline stays."""

    extension_requested: Public[bool]
    reason: Internal[Office[str]]
    by: Internal[OfficerId]


class CaseDeadlineMoved(
    CaseClock, Event, type="cn.community.issues.case.deadline-moved.v1", topic=ISSUES, state=CaseState
):
    """The calendar changed, and the handling of a case is not due at `previous_due_at` any more."""

    due_at: Public[datetime | None]
    previous_due_at: Public[datetime | None]


class CasePhaseMoved(CaseClock, Event, type="cn.community.issues.case.phase-moved.v1", topic=ISSUES, state=CaseState):
    """The calendar changed, and the present phase of a case ends at another time; the deadline of the handling is what
    it was.
    """


class CaseWarned(CaseClock, Event, type="cn.community.issues.case.warned.v1", topic=ISSUES, state=CaseState):
    """Most of the time of a phase is over. Told once for each phase of a case."""

    unit: Public[Id | None]


class CaseEscalated(CaseClock, Event, type="cn.community.issues.case.escalated.v1", topic=ISSUES, state=CaseState):
    """A phase missed its deadline, or has been late for so long that the next level is answerable.

    `escalation` counts the phases that missed, `level` the levels that are answerable by now; their names are the
    community's. Once for each level of each phase.
    """

    escalation: Public[int]
    level: Public[int] = 0
    missed: Public[tuple[MissedPhase, ...]] = ()
    unit: Public[Id | None]


class CaseOverdue(Event, type="cn.community.issues.case.overdue.v1", topic=ISSUES, state=CaseState):
    """A case is not handled, though `due_at` has passed, or `unit_due_at` where `due_at` had been missed before. Told
    once for each of the two.
    """

    overdue: Public[bool]
    missed: Public[tuple[MissedPhase, ...]] = ()
    unit_due_at: Public[datetime | None] = None
    unit: Public[Id | None]
    due_at: Public[datetime | None]
