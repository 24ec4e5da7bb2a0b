"""How a case is worked on: dispatch, return, start, handle, verify, send back."""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided, tell
from services.chassis.errors import NotYours
from services.chassis.principal import Principal
from services.contracts.issues import (
    CaseDispatched,
    CaseHandled,
    CaseReturned,
    CaseSentBack,
    CaseStarted,
    CaseVerified,
)
from services.contracts.marks import Id
from services.issues.domain.cases import (
    MAX_PHOTOS,
    Case,
    DueInThePast,
    EvidenceMissing,
    TooManyPhotos,
    UnitElsewhere,
    VerifierIsHandler,
    VerifierIsReporter,
    with_remark,
)
from services.issues.domain.transitions import WHO, CaseCommand, target
from services.issues.domain.units import Unit
from services.issues.domain.words import Moment, PhotoIds, Request, Text


class Dispatch(Request):
    """Give it to `unit`. `due_at` left out: the category's hours from now."""

    unit: Id
    due_at: Moment | None = None


class Return(Request):
    """It is not ours (退单), for this reason."""

    reason: Text


class Start(Request):
    """We are at work."""


class Handle(Request):
    """It is done; the photos show it."""

    note: Text | None = None
    photos: PhotoIds = ()


class Verify(Request):
    """Seen: it is done."""

    note: Text | None = None


class SendBack(Request):
    """Seen: it is not done, for this reason (返工)."""

    reason: Text


def dispatch(case: Case, command: Dispatch, unit: Unit, by: Principal, now: datetime) -> Decision[Case]:
    """Give the case to `unit`, which is the unit the command names.

    Raises:
        UnitElsewhere: the unit is no partner of the case's community.
        DueInThePast: the deadline has passed already.
    """
    by.require(case.community, *WHO[CaseCommand.DISPATCH])
    status = target(case.status, CaseCommand.DISPATCH)
    if unit.community != case.community:
        raise UnitElsewhere()
    due_at = command.due_at or now + timedelta(hours=case.hours)
    if due_at <= now:
        raise DueInThePast()
    changed = case.model_copy(update={"status": status, "unit": unit.id, "due_at": due_at, "overdue": False})
    return decided(changed, tell(CaseDispatched, changed, by=by.sub))


def give_back(case: Case, command: Return, by: Principal, now: datetime) -> Decision[Case]:
    """The unit returns the case to the staff; counted."""
    _require_unit(case, CaseCommand.RETURN, by)
    changed = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.RETURN),
            "unit": None,
            "due_at": None,
            "overdue": False,
            "returned": case.returned + 1,
            "remarks": with_remark(case, CaseCommand.RETURN, command.reason, by, now),
        }
    )
    return decided(changed, tell(CaseReturned, changed, previous_unit=case.unit, reason=command.reason, by=by.sub))


def start(case: Case, command: Start, by: Principal, now: datetime) -> Decision[Case]:
    """The unit begins."""
    _require_unit(case, CaseCommand.START, by)
    changed = case.model_copy(
        update={"status": target(case.status, CaseCommand.START), "handlers": case.handlers | {by.sub}}
    )
    return decided(changed, tell(CaseStarted, changed, by=by.sub))


def handle(case: Case, command: Handle, by: Principal, now: datetime) -> Decision[Case]:
    """The unit is done.

    Raises:
        EvidenceMissing: the category asks for a photo, and this command brings none.
        TooManyPhotos: more than a case keeps.
    """
    _require_unit(case, CaseCommand.HANDLE, by)
    status = target(case.status, CaseCommand.HANDLE)
    if case.evidence and not command.photos:
        raise EvidenceMissing()
    after = tuple(dict.fromkeys((*case.after, *command.photos)))
    if len(case.before) + len(after) > MAX_PHOTOS:
        raise TooManyPhotos(limit=MAX_PHOTOS)
    changed = case.model_copy(
        update={
            "status": status,
            "handled_at": now,
            "after": after,
            "handlers": case.handlers | {by.sub},
            "remarks": with_remark(case, CaseCommand.HANDLE, command.note, by, now),
        }
    )
    return decided(changed, tell(CaseHandled, changed, note=command.note, by=by.sub))


def verify(case: Case, command: Verify, by: Principal, now: datetime) -> Decision[Case]:
    """Close the case: somebody who neither asked for it nor worked on it has seen that it is done."""
    _require_verifier(case, CaseCommand.VERIFY, by)
    changed = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.VERIFY),
            "closed_at": now,
            "remarks": with_remark(case, CaseCommand.VERIFY, command.note, by, now),
        }
    )
    return decided(changed, tell(CaseVerified, changed, by=by.sub))


def send_back(case: Case, command: SendBack, by: Principal, now: datetime) -> Decision[Case]:
    """Return the case to the unit that called it done; counted. Its deadline stays what it was."""
    _require_verifier(case, CaseCommand.SEND_BACK, by)
    changed = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.SEND_BACK),
            "handled_at": None,
            "sent_back": case.sent_back + 1,
            "remarks": with_remark(case, CaseCommand.SEND_BACK, command.reason, by, now),
        }
    )
    return decided(changed, tell(CaseSentBack, changed, reason=command.reason, by=by.sub))


def _require_unit(case: Case, command: CaseCommand, by: Principal) -> None:
    """The handling unit's people act on what is theirs; where nobody has it, the table's refusal is the clearer one."""
    by.require(case.community, *WHO[command])
    target(case.status, command)
    if not case.handled_by(by):
        raise NotYours()


def _require_verifier(case: Case, command: CaseCommand, by: Principal) -> None:
    by.require(case.community, *WHO[command])
    target(case.status, command)
    if by.sub in case.handlers or (case.unit is not None and case.unit in by.units):
        raise VerifierIsHandler()
    if by.sub == case.reporter:
        raise VerifierIsReporter()
