"""The life of a case as a table: from which status which command leads where, with the reason beside each exception.

The table is all there is: no command finds its way elsewhere. The API serves it, the tests walk it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.chassis.errors import Conflict
from services.chassis.principal import Role
from services.chassis.words import Worded
from services.contracts.issues import CaseStatus as S


class CaseCommand(StrEnum):
    """The commands on a case. The three ways to report begin in different statuses; the last commands do not change the
    status."""

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
    REASSIGN = "reassign"
    CONTACT = "contact"
    PAUSE = "pause"
    RESUME = "resume"
    REQUEST_EXTENSION = "request-extension"
    GRANT_EXTENSION = "grant-extension"
    REFUSE_EXTENSION = "refuse-extension"
    MERGE = "merge"
    UNMERGE = "unmerge"
    REMARK = "remark"
    AMEND = "amend"
    TAKE = "take"
    GIVE_ON = "give-on"
    ADOPT = "adopt"
    RELEASE = "release"
    SPLIT_OFF = "children"
    SUPPORT = "support"


C = CaseCommand

STATUS_WORDS: Mapping[S, Worded] = {
    status: Worded(status.value, zh, en)
    for status, zh, en in (
        (S.REPORTED, "已上报", "reported"),
        (S.ACCEPTED, "已立案", "accepted"),
        (S.REJECTED, "不予立案", "rejected"),
        (S.DISPATCHED, "已派单", "dispatched"),
        (S.RETURNED, "已退单", "returned"),
        (S.IN_PROGRESS, "处置中", "in progress"),
        (S.PAUSED, "缓办中", "paused"),
        (S.HANDLED, "已处置待核查", "handled and to be verified"),
        (S.SENT_BACK, "返工中", "sent back to be done again"),
        (S.VERIFIED, "已核查结案", "verified and closed"),
        (S.REOPENED, "已重新办理", "reopened"),
        (S.MERGED, "已并案", "merged into another case"),
        (S.EVALUATED, "已评价", "rated and closed"),
    )
}
"""The words for each status, as people read them."""

COMMAND_WORDS: Mapping[CaseCommand, Worded] = {
    command: Worded(command.value, zh, en)
    for command, zh, en in (
        (C.REPORT, "上报", "report"),
        (C.FILE, "登记立案", "file"),
        (C.FIX, "现场处置", "put right on the spot"),
        (C.ACCEPT, "立案", "accept"),
        (C.REJECT, "不予立案", "reject"),
        (C.DISPATCH, "派单", "dispatch"),
        (C.RETURN, "退单", "return"),
        (C.START, "签收", "start"),
        (C.HANDLE, "办结", "hand in as done"),
        (C.VERIFY, "核查", "verify"),
        (C.SEND_BACK, "退回返工", "send back"),
        (C.REOPEN, "重新办理", "reopen"),
        (C.RATE, "评价", "rate"),
        (C.REASSIGN, "改派", "reassign"),
        (C.CONTACT, "登记首次联系", "record the first contact"),
        (C.PAUSE, "缓办", "pause"),
        (C.RESUME, "恢复办理", "resume"),
        (C.REQUEST_EXTENSION, "申请延期", "ask for more time"),
        (C.GRANT_EXTENSION, "同意延期", "grant more time"),
        (C.REFUSE_EXTENSION, "不同意延期", "refuse more time"),
        (C.MERGE, "并案", "merge"),
        (C.UNMERGE, "撤销并案", "undo the merger"),
        (C.REMARK, "留言", "remark"),
        (C.AMEND, "更正", "amend"),
        (C.TAKE, "认领", "take"),
        (C.GIVE_ON, "转交", "give on"),
        (C.ADOPT, "归入主案件", "make part of another case"),
        (C.RELEASE, "移出主案件", "take out of its parent"),
        (C.SPLIT_OFF, "拆分子案件", "split off a part"),
        (C.SUPPORT, "附议", "me too"),
    )
}
"""The words for each command, as a button has them."""


class NotNow(
    Conflict,
    code="case.not-now",
    zh="案件当前状态为“{status}”，不能“{command}”。",
    en="The case is {status}: “{command}” is not possible now.",
):
    """The table has no such transition."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row. `source` None: the case begins. `reason` stands where the row departs from the straight way."""

    source: S | None
    command: CaseCommand
    target: S
    reason: str | None = None


WORKING = (S.DISPATCHED, S.IN_PROGRESS, S.SENT_BACK)
"""Where a unit owes the handling, and its deadline runs."""

MERGEABLE = (S.REPORTED, S.ACCEPTED, S.DISPATCHED, S.RETURNED, S.IN_PROGRESS, S.SENT_BACK, S.HANDLED, S.REOPENED)
"""What can turn out to be another case's matter: whatever is open and not paused."""

SOLVED = frozenset({S.VERIFIED, S.EVALUATED})
"""Where somebody has seen that the work is done."""

DROPPED = frozenset({S.REJECTED, S.MERGED})
"""Where a case is nobody's open problem any more, though nobody has put it right as this case."""

CLOSED = SOLVED | DROPPED
"""Where a case is over: nobody owes it anything, and nobody joins it any more."""

_BACK = "Where it was before; the case remembers."

_PAUSES = (
    *(Transition(status, C.PAUSE, S.PAUSED) for status in WORKING),
    *(Transition(S.PAUSED, C.RESUME, status, _BACK) for status in WORKING),
)
_EXTENSIONS = tuple(
    Transition(status, command, status, "Time is asked for and given; the work goes on meanwhile.")
    for status in WORKING
    for command in (C.REQUEST_EXTENSION, C.GRANT_EXTENSION, C.REFUSE_EXTENSION)
)
_MERGERS = (
    *(Transition(status, C.MERGE, S.MERGED) for status in MERGEABLE),
    *(Transition(S.MERGED, C.UNMERGE, status, _BACK) for status in MERGEABLE),
)

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
    Transition(S.DISPATCHED, C.REASSIGN, S.DISPATCHED, "Staff correct a wrong unit before it begins to work."),
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
    Transition(S.IN_PROGRESS, C.CONTACT, S.IN_PROGRESS, "The reporter was spoken with; the work goes on."),
    Transition(S.SENT_BACK, C.CONTACT, S.SENT_BACK, "The same, where the work was found not done."),
    *_PAUSES,
    *_EXTENSIONS,
    *_MERGERS,
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
    C.REASSIGN: frozenset({Role.STAFF}),
    C.CONTACT: frozenset({Role.HANDLER}),
    C.PAUSE: frozenset({Role.STAFF}),
    C.RESUME: frozenset({Role.STAFF}),
    C.REQUEST_EXTENSION: frozenset({Role.HANDLER}),
    C.GRANT_EXTENSION: frozenset({Role.STAFF}),
    C.REFUSE_EXTENSION: frozenset({Role.STAFF}),
    C.MERGE: frozenset({Role.STAFF}),
    C.UNMERGE: frozenset({Role.STAFF}),
    C.REMARK: frozenset(),
    C.AMEND: frozenset({Role.STAFF}),
    C.TAKE: frozenset({Role.HANDLER}),
    C.GIVE_ON: frozenset({Role.HANDLER}),
    C.ADOPT: frozenset({Role.STAFF}),
    C.RELEASE: frozenset({Role.STAFF}),
    C.SPLIT_OFF: frozenset({Role.STAFF}),
    C.SUPPORT: frozenset(),
}
"""The roles that a command asks for; none: any member of the community, within the command's own rules."""

_TARGETS: dict[tuple[S | None, CaseCommand], list[S]] = {}
for _row in TRANSITIONS:
    _TARGETS.setdefault((_row.source, _row.command), []).append(_row.target)


_IN_TABLE = frozenset(row.command for row in TRANSITIONS)


def target(status: S | None, command: CaseCommand, back: S | None = None) -> S:
    """The status to which `command` leads from `status`. `back` is the earlier status, for commands that lead back to
    it.

    Raises:
        NotNow: the command is not allowed in this status.
    """
    found = _TARGETS.get((status, command), [])
    if len(found) == 1:
        return found[0]
    if back in found:
        return back
    raise not_now(status, command)


def leads_somewhere(status: S, command: CaseCommand) -> bool:
    """Whether the table has a row for `command` in `status`, or none for it at all, since it moves nothing."""
    return command not in _IN_TABLE or (status, command) in _TARGETS


def not_now(status: S | None, command: CaseCommand) -> NotNow:
    """The refusal of `command` in `status`, in words."""
    return NotNow(status=status if status is None else STATUS_WORDS[status], command=COMMAND_WORDS[command])
