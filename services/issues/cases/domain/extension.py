"""A unit that needs more time asks for it (延期); somebody of the staff, never who asked, grants or refuses it."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal
from services.chassis.values import Moment, Request, Text
from services.contracts.issues import CaseExtended, CaseExtensionRefused, CaseExtensionRequested, CasePhase
from services.issues.cases.domain.case import Case, Extension, with_remark
from services.issues.cases.domain.clock import Clocks, ClockState, overtaken
from services.issues.cases.domain.handling import FARTHEST, DueTooFar
from services.issues.cases.domain.transitions import WHO, CaseCommand, target


class NoMoreTime(
    Invalid,
    code="case.no-more-time",
    zh="延期截止时间必须晚于现在和原处置时限。",
    en="An extension ends after now and after the present deadline.",
):
    """An extension must give more time than there is."""


class ExtensionTooLate(
    Conflict,
    code="case.extension-too-late",
    zh="处置时限已过，不能再延期。",
    en="The deadline has passed; more time is asked for, and given, before that.",
):
    """The deadline has passed. An extension that is given afterwards would hide that it was missed."""


class ExtensionPending(
    Conflict, code="case.extension-pending", zh="已有一项延期申请待审批。", en="An extension is waiting for an answer."
):
    """A unit asks for one extension at a time."""


class NoExtension(
    Conflict, code="case.no-extension", zh="没有待审批的延期申请。", en="No extension is waiting for an answer."
):
    """There is nothing to grant or to refuse."""


class ApproverIsRequester(
    Conflict,
    code="case.approver-is-requester",
    zh="延期不能由申请人或承办单位自行审批。",
    en="An extension is not granted by who asked for it, nor by the handling unit.",
):
    """Somebody who asks for time does not grant it."""


class RequestExtension(Request):
    """Time is needed until `until`, for this reason."""

    until: Moment
    reason: Text


class GrantExtension(Request):
    """The staff agree."""

    note: Text | None = None


class RefuseExtension(Request):
    """The staff do not agree, for this reason."""

    reason: Text


def may_request_extension(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would ask for time."""
    by.require(case.community, *WHO[CaseCommand.REQUEST_EXTENSION])
    target(case.status, CaseCommand.REQUEST_EXTENSION)
    if not case.handled_by(by):
        raise NotYours()
    if case.extension is not None:
        raise ExtensionPending()
    _require_in_time(case, now)


def may_grant_extension(case: Case, by: Principal, now: datetime) -> Extension:
    """The extension that may be granted. Raises the refusal of `by`, who would grant it."""
    extension = _answered(case, CaseCommand.GRANT_EXTENSION, by)
    _require_in_time(case, now)
    _require_more(case, extension.until, now)
    return extension


def may_refuse_extension(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would refuse the time that was asked for."""
    _answered(case, CaseCommand.REFUSE_EXTENSION, by)


def request_extension(case: Case, command: RequestExtension, by: Principal, now: datetime) -> Decision[Case]:
    """The unit asks for time; its deadline stays until somebody agrees.

    Raises:
        NoMoreTime: what is asked for is not later than the deadline.
        DueTooFar: it is years away.
        ExtensionTooLate: the deadline has passed.
        ExtensionPending: an answer is waited for already.
    """
    may_request_extension(case, by, now)
    _require_more(case, command.until, now)
    if command.until > now + FARTHEST:
        raise DueTooFar(days=FARTHEST.days)
    changed = case.model_copy(
        update={
            "extension": Extension(until=command.until, by=by.sub, at=now),
            "remarks": with_remark(case, CaseCommand.REQUEST_EXTENSION, command.reason, by, now),
        }
    )
    return decided(
        changed, event_from(CaseExtensionRequested, changed, until=command.until, reason=command.reason, by=by.sub)
    )


def grant_extension(
    case: Case, command: GrantExtension, clocks: Clocks, by: Principal, now: datetime
) -> Decision[Case]:
    """Give the time that was asked for. The case counts how often that was done.

    Raises:
        NoExtension: none was asked for.
        ApproverIsRequester: `by` asked for it, or works for the unit.
        ExtensionTooLate: the deadline has passed meanwhile.
        NoMoreTime: a pause has moved the deadline beyond what was asked for.
    """
    extension = may_grant_extension(case, by, now)
    case, passed = overtaken(case, now)
    longer = clocks.owing(case, extension.until, now).model_copy(
        update={
            "extension": None,
            "extended": case.extended + 1,
            "remarks": with_remark(case, CaseCommand.GRANT_EXTENSION, command.note, by, now),
        }
    )
    handles = case.phase is CasePhase.HANDLING
    changed = clocks.begin_handling(longer, now) if handles else ClockState.of(longer).on(longer)
    return decided(changed, *passed, event_from(CaseExtended, changed, by=by.sub))


def refuse_extension(case: Case, command: RefuseExtension, by: Principal, now: datetime) -> Decision[Case]:
    """Refuse the time that was asked for: the deadline stays.

    Raises:
        NoExtension, ApproverIsRequester: as for granting.
    """
    may_refuse_extension(case, by, now)
    changed = case.model_copy(
        update={
            "extension": None,
            "remarks": with_remark(case, CaseCommand.REFUSE_EXTENSION, command.reason, by, now),
        }
    )
    return decided(changed, event_from(CaseExtensionRefused, changed, reason=command.reason, by=by.sub))


def _require_more(case: Case, until: datetime, now: datetime) -> None:
    if until <= now or (case.handle_by is not None and until <= case.handle_by):
        raise NoMoreTime()


def _require_in_time(case: Case, now: datetime) -> None:
    if case.handle_by is not None and case.handle_by <= now:
        raise ExtensionTooLate()


def _answered(case: Case, command: CaseCommand, by: Principal) -> Extension:
    by.require(case.community, *WHO[command])
    target(case.status, command)
    if case.extension is None:
        raise NoExtension()
    if by.sub == case.extension.by or by.works_for(case.community, case.unit):
        raise ApproverIsRequester()
    return case.extension
