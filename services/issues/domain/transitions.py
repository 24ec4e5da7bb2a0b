"""The life of a case as a table: from which status which command leads where, with the reason beside each exception.

The table is all there is: no command finds its way elsewhere. The API serves it, the tests walk it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.chassis.errors import Conflict
from services.chassis.principal import Role
from services.contracts.issues import CaseStatus as S


class CaseCommand(StrEnum):
    """What can be asked of a case. The three ways to report differ in where they begin."""

    REPORT = "report"
    FILE = "file"
    FIX = "fix"
    ACCEPT = "accept"
    REJECT = "reject"
    DISPATCH = "dispatch"
    RETURN = "return"
    START = "start"
    HANDLE = "handle"
    VERIFY = "verify"
    SEND_BACK = "send-back"
    REOPEN = "reopen"
    RATE = "rate"


C = CaseCommand


class NotNow(
    Conflict,
    code="case.not-now",
    zh="案件当前状态为“{status}”，不能执行“{command}”。",
    en="The case is {status}; that does not allow to {command}.",
):
    """The table has no such transition."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row. `source` None: the case begins. `reason` stands where the row departs from the straight way."""

    source: S | None
    command: CaseCommand
    target: S
    reason: str | None = None


TRANSITIONS: tuple[Transition, ...] = (
    Transition(None, C.REPORT, S.REPORTED),
    Transition(None, C.FILE, S.ACCEPTED, "Grid workers and staff have looked before they report: filed at once."),
    Transition(None, C.FIX, S.HANDLED, "Put right on the spot by a worker: nothing to dispatch, still to be verified."),
    Transition(S.REPORTED, C.ACCEPT, S.ACCEPTED),
    Transition(S.REPORTED, C.REJECT, S.REJECTED),
    Transition(S.ACCEPTED, C.DISPATCH, S.DISPATCHED),
    Transition(S.ACCEPTED, C.REJECT, S.REJECTED, "Some cases prove to be none of the committee's only when filed."),
    Transition(S.DISPATCHED, C.START, S.IN_PROGRESS),
    Transition(S.DISPATCHED, C.HANDLE, S.HANDLED, "A small thing is done when it is seen; a start is a formality."),
    Transition(S.DISPATCHED, C.RETURN, S.RETURNED),
    Transition(S.DISPATCHED, C.DISPATCH, S.DISPATCHED, "Staff correct a wrong unit before it begins to work."),
    Transition(S.IN_PROGRESS, C.HANDLE, S.HANDLED),
    Transition(S.IN_PROGRESS, C.RETURN, S.RETURNED, "Only at work does a unit see that the fault is another's."),
    Transition(S.RETURNED, C.DISPATCH, S.DISPATCHED),
    Transition(S.RETURNED, C.REJECT, S.REJECTED, "No unit is responsible; the reporter is told why."),
    Transition(S.HANDLED, C.VERIFY, S.VERIFIED),
    Transition(S.HANDLED, C.SEND_BACK, S.SENT_BACK),
    Transition(S.SENT_BACK, C.START, S.IN_PROGRESS),
    Transition(S.SENT_BACK, C.HANDLE, S.HANDLED, "Work that is only to be completed needs no second start."),
    Transition(
        S.SENT_BACK, C.DISPATCH, S.DISPATCHED, "What was put right on the spot has no unit yet, or not the right."
    ),
    Transition(S.VERIFIED, C.RATE, S.EVALUATED),
    Transition(S.VERIFIED, C.REOPEN, S.REOPENED),
    Transition(
        S.EVALUATED, C.REOPEN, S.REOPENED, "A rating is no waiver: what breaks again within the time is the same."
    ),
    Transition(S.REJECTED, C.REOPEN, S.REOPENED, "The reporter may bring what the committee did not know."),
    Transition(S.REOPENED, C.DISPATCH, S.DISPATCHED),
    Transition(S.REOPENED, C.REJECT, S.REJECTED, "A reopening may be groundless; the reporter is told why."),
)

WHO: Mapping[CaseCommand, frozenset[Role]] = {
    C.REPORT: frozenset(),
    C.FILE: frozenset({Role.GRID_WORKER, Role.STAFF}),
    C.FIX: frozenset({Role.GRID_WORKER, Role.STAFF}),
    C.ACCEPT: frozenset({Role.STAFF}),
    C.REJECT: frozenset({Role.STAFF}),
    C.DISPATCH: frozenset({Role.STAFF}),
    C.RETURN: frozenset({Role.HANDLER}),
    C.START: frozenset({Role.HANDLER}),
    C.HANDLE: frozenset({Role.HANDLER}),
    C.VERIFY: frozenset({Role.SUPERVISOR, Role.STAFF}),
    C.SEND_BACK: frozenset({Role.SUPERVISOR, Role.STAFF}),
    C.REOPEN: frozenset(),
    C.RATE: frozenset(),
}
"""The roles that a command asks for; none: any member of the community, within the command's own rules."""

_TARGETS = {(row.source, row.command): row.target for row in TRANSITIONS}

WORKING = (S.DISPATCHED, S.IN_PROGRESS, S.SENT_BACK)
"""Where a unit owes the handling, and its deadline runs."""


def target(status: S | None, command: CaseCommand) -> S:
    """Where `command` leads from `status`.

    Raises:
        NotNow: nowhere.
    """
    found = _TARGETS.get((status, command))
    if found is None:
        raise NotNow(status=status, command=command)
    return found
