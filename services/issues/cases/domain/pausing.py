"""A case that can't be handled now is paused (缓办): with a reason, up to an end, its clocks standing still."""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Invalid
from services.chassis.principal import SYSTEM, Principal
from services.chassis.values import Moment, Request, Text
from services.contracts.issues import CasePaused, CaseResumed, CaseStatus
from services.issues.cases.domain.case import Case, with_remark
from services.issues.cases.domain.clock import Clocks, overtaken, tick
from services.issues.cases.domain.transitions import WHO, CaseCommand, target

LONGEST = timedelta(days=366)


class PauseTooLong(
    Invalid,
    code="case.pause-too-long",
    zh="缓办截止时间必须晚于现在，且不超过 {days} 天。",
    en="A pause ends after now, and within {days} days.",
):
    """A case that is put off for ever is rejected, not paused."""


class Pause(Request):
    """Wait until `until`, for this reason."""

    until: Moment
    reason: Text


class Resume(Request):
    """Go on before the pause is over."""


def may_pause(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would put the case off."""
    by.require(case.community, *WHO[CaseCommand.PAUSE])
    target(case.status, CaseCommand.PAUSE)


def may_resume(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would let the case go on."""
    by.require(case.community, *WHO[CaseCommand.RESUME])
    target(case.status, CaseCommand.RESUME, None if case.held is None else case.held.status)


def pause(case: Case, command: Pause, clocks: Clocks, by: Principal, now: datetime) -> Decision[Case]:
    """Put the case off. The case goes on by itself when the time comes, or when the staff say so.

    Raises:
        PauseTooLong: it would end in the past, or after more than a year.
    """
    may_pause(case, by, now)
    status = target(case.status, CaseCommand.PAUSE)
    if not now < command.until <= now + LONGEST:
        raise PauseTooLong(days=LONGEST.days)
    case, passed = overtaken(case, now)
    changed = clocks.hold(case, now).model_copy(
        update={
            "status": status,
            "paused_until": command.until,
            "tick_at": command.until,
            "remarks": with_remark(case, CaseCommand.PAUSE, command.reason, by, now),
        }
    )
    return decided(changed, *passed, event_from(CasePaused, changed, reason=command.reason, by=by.sub))


def resume(case: Case, command: Resume, clocks: Clocks, by: Principal, now: datetime) -> Decision[Case]:
    """The case goes on where it was, with the time that was left."""
    may_resume(case, by, now)
    return _resumed(case, clocks, by.sub, now)


def come_due(case: Case, clocks: Clocks, now: datetime) -> Decision[Case]:
    """End a pause that is over, and say what has come due on a running clock."""
    if case.status is not CaseStatus.PAUSED:
        return tick(case, now)
    if case.paused_until is None or case.paused_until > now:
        return decided(case)
    return _resumed(case, clocks, SYSTEM, now)


def _resumed(case: Case, clocks: Clocks, by: str, now: datetime) -> Decision[Case]:
    back = None if case.held is None else case.held.status
    status = target(case.status, CaseCommand.RESUME, back)
    paused = case.model_copy(update={"paused_until": None})
    changed = clocks.release(paused, now).model_copy(update={"status": status})
    return decided(changed, event_from(CaseResumed, changed, by=by))
