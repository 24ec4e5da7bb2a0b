"""The commands of working on a case: dispatch, reassign, return, start, contact, handle, verify, send back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal
from services.chassis.values import Moment, Request, Text
from services.contracts.issues import (
    CaseContacted,
    CaseDispatched,
    CaseHandled,
    CasePhase,
    CaseReassigned,
    CaseReturned,
    CaseSentBack,
    CaseStarted,
    CaseVerified,
)
from services.contracts.marks import Id
from services.issues.cases.domain.case import Case, with_remark
from services.issues.cases.domain.clock import Clocks, overtaken, stop
from services.issues.cases.domain.evidence import require_new
from services.issues.cases.domain.handling_rules import (
    may_contact,
    may_give_back,
    require_unit,
    require_verifier,
)
from services.issues.cases.domain.transitions import WHO, CaseCommand, target
from services.issues.shared.values import AttachmentIds, PhotoIds, PhotoOrigin
from services.issues.units.domain import Unit

MAX_PHOTOS = 40
MAX_PHOTOS_OF_WORK = 200
"""Photos that a case keeps of reports and remarks, and of these with those of every handling: what people add to a case
leaves room for the photo without which it can't be handed in."""
MAX_ATTACHMENTS = 20
FARTHEST = timedelta(days=1100)
"""How far away a deadline may be that people name."""


class EvidenceMissing(
    Invalid,
    code="case.evidence-missing",
    zh="该类问题办结时必须上传整改后的照片。",
    en="Handling a case of this category needs a photo taken afterwards.",
):
    """The category asks for a photo that proves the work: a case is not solved by being closed."""


class TooManyPhotos(
    Conflict,
    code="case.too-many-photos",
    zh="一个案件最多保存 {limit} 张照片。",
    en="A case keeps {limit} photos at most.",
):
    """A bound on the document."""


class TooManyAttachments(
    Conflict,
    code="case.too-many-attachments",
    zh="一个案件最多保存 {limit} 个录音和文件。",
    en="A case keeps {limit} recordings and documents at most.",
):
    """A bound on the document."""


class DueInThePast(
    Invalid, code="case.due-in-the-past", zh="处置时限必须晚于现在。", en="The deadline must lie in the future."
):
    """A deadline that has passed already can't be kept."""


class DueTooFar(
    Invalid,
    code="case.due-too-far",
    zh="处置时限不能晚于 {days} 天之后。",
    en="A deadline lies within {days} days from now.",
):
    """The deadline lies too far ahead. Working time is counted day by day, and a deadline in a decade is none."""


class UnitElsewhere(
    Invalid, code="case.unit-elsewhere", zh="该单位不属于本社区。", en="That unit belongs to another community."
):
    """Units are partners of one community."""


class AlreadyTheirs(
    Conflict, code="case.already-theirs", zh="该单位已经承办此案件。", en="That unit has the case already."
):
    """A correction corrects something."""


class Dispatch(Request):
    """Give it to `unit`. `due_at` left out: as long as the category gives, in its own time."""

    unit: Id
    due_at: Moment | None = None


class Reassign(Dispatch):
    """Take it from the unit that has it and has not begun, and give it to another (改派)."""


class ContactReporter(Request):
    """The unit has spoken with the reporter."""

    note: Text | None = None


class Return(Request):
    """The unit gives the case back as none of its own (退单), for this reason."""

    reason: Text


class Start(Request):
    """The unit has begun to work on the case."""


class Handle(Request):
    """The work is done; the photos show it."""

    note: Text | None = None
    photos: PhotoIds = ()
    attachments: AttachmentIds = ()


class Verify(Request):
    """The verifier has seen that the work is done."""

    note: Text | None = None


class SendBack(Request):
    """The verifier has seen that the work is not done, for this reason (返工)."""

    reason: Text


def may_dispatch(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would dispatch the case."""
    by.require(case.community, *WHO[CaseCommand.DISPATCH])
    target(case.status, CaseCommand.DISPATCH)


def may_reassign(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would give the case to another unit."""
    by.require(case.community, *WHO[CaseCommand.REASSIGN])
    target(case.status, CaseCommand.REASSIGN)


def dispatch(case: Case, command: Dispatch, unit: Unit, clocks: Clocks, by: Principal, now: datetime) -> Decision[Case]:
    """Give the case to `unit`, which is the unit the command names. The first one stays answerable to the reporter.

    Raises:
        UnitElsewhere: the unit is no partner of the case's community.
        DueInThePast, DueTooFar: the deadline has passed already, or is years away.
    """
    may_dispatch(case, by, now)
    case, passed = overtaken(case, now)
    changed = _given(case, CaseCommand.DISPATCH, command, unit, clocks, now)
    return decided(changed, *passed, event_from(CaseDispatched, changed, unit_kind=unit.kind, by=by.sub))


def reassign(case: Case, command: Reassign, unit: Unit, clocks: Clocks, by: Principal, now: datetime) -> Decision[Case]:
    """Correct the unit before it has begun. The other unit's clocks begin anew; what was missed stays missed.

    Raises:
        AlreadyTheirs: the unit has it.
        UnitElsewhere, DueInThePast, DueTooFar: as for a dispatch.
    """
    may_reassign(case, by, now)
    if case.unit == unit.id:
        raise AlreadyTheirs()
    case, passed = overtaken(case, now)
    changed = _given(case, CaseCommand.REASSIGN, command, unit, clocks, now)
    told = event_from(CaseReassigned, changed, previous_unit=case.unit, unit_kind=unit.kind, by=by.sub)
    return decided(changed, *passed, told)


def _given(case: Case, how: CaseCommand, command: Dispatch, unit: Unit, clocks: Clocks, now: datetime) -> Case:
    status = target(case.status, how)
    if unit.community != case.community:
        raise UnitElsewhere()
    if command.due_at is not None and command.due_at <= now:
        raise DueInThePast()
    if command.due_at is not None and command.due_at > now + FARTHEST:
        raise DueTooFar(days=FARTHEST.days)
    given = case.model_copy(
        update={
            "status": status,
            "unit": unit.id,
            "first_unit": case.first_unit or unit.id,
            "owed_since": now,
            "signed_at": None,
            "contacted_at": None,
            "extension": None,
            "assignee": None,
            "had_by": frozenset(),
        }
    )
    return clocks.begin(clocks.owing(given, command.due_at, now), CasePhase.SIGN, now)


def give_back(case: Case, command: Return, by: Principal, now: datetime) -> Decision[Case]:
    """The unit returns the case to the staff. The case counts how often that was done; a missed deadline stays.

    Raises:
        ReturnedTooOften: it has gone to and fro long enough.
    """
    may_give_back(case, by, now)
    case, passed = overtaken(case, now)
    returned = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.RETURN),
            "unit": None,
            "assignee": None,
            "had_by": frozenset(),
            "due_at": case.due_at if case.overdue else None,
            "unit_due_at": None,
            "extension": None,
            "returned": case.returned + 1,
            "remarks": with_remark(case, CaseCommand.RETURN, command.reason, by, now),
        }
    )
    changed = stop(returned)
    return decided(
        changed,
        *passed,
        event_from(CaseReturned, changed, previous_unit=case.unit, reason=command.reason, by=by.sub),
    )


def start(case: Case, command: Start, clocks: Clocks, by: Principal, now: datetime) -> Decision[Case]:
    """The unit signs for it and begins; next it speaks with the reporter, if there is somebody to be spoken with."""
    require_unit(case, CaseCommand.START, by)
    case, passed = overtaken(case, now)
    started = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.START),
            "signed_at": case.signed_at or now,
            "assignee": case.assignee or by.sub,
            "had_by": case.had_by | {by.sub},
            "handlers": case.handlers | {by.sub},
        }
    )
    speaks = case.can_be_contacted and case.contacted_at is None
    changed = clocks.begin(started, CasePhase.CONTACT, now) if speaks else clocks.begin_handling(started, now)
    return decided(changed, *passed, event_from(CaseStarted, changed, by=by.sub))


def contact(case: Case, command: ContactReporter, clocks: Clocks, by: Principal, now: datetime) -> Decision[Case]:
    """The unit has spoken with the reporter (首次联系).

    Raises:
        AlreadyContacted: it was done, or there is nobody to be spoken with.
    """
    may_contact(case, by, now)
    case, passed = overtaken(case, now)
    spoken = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.CONTACT),
            "contacted_at": now,
            "handlers": case.handlers | {by.sub},
            "remarks": with_remark(case, CaseCommand.CONTACT, command.note, by, now),
        }
    )
    changed = clocks.begin_handling(spoken, now) if case.phase is CasePhase.CONTACT else spoken
    return decided(changed, *passed, event_from(CaseContacted, changed, note=command.note, by=by.sub))


def handle(
    case: Case,
    command: Handle,
    clocks: Clocks,
    by: Principal,
    now: datetime,
    seen: Mapping[str, PhotoOrigin] = MappingProxyType({}),
) -> Decision[Case]:
    """The unit says that its work is done. `seen`: what is known of the photos that are to show it.

    Raises:
        EvidenceUsed, EvidenceOld: a photo is not new.
        EvidenceMissing: the category asks for a photo, and this command brings none.
        TooManyPhotos, TooManyAttachments: more than a case keeps.
    """
    require_unit(case, CaseCommand.HANDLE, by)
    status = target(case.status, CaseCommand.HANDLE)
    if case.evidence and not command.photos:
        raise EvidenceMissing()
    require_new(case, command.photos, seen)
    after = tuple(dict.fromkeys((*case.after, *command.photos)))
    if len(case.before) + len(after) > MAX_PHOTOS_OF_WORK:
        raise TooManyPhotos(limit=MAX_PHOTOS_OF_WORK)
    papers = tuple(dict.fromkeys((*case.attachments_after, *command.attachments)))
    if len(case.attachments) + len(papers) > MAX_ATTACHMENTS:
        raise TooManyAttachments(limit=MAX_ATTACHMENTS)
    case, passed = overtaken(case, now)
    handled = case.model_copy(
        update={
            "status": status,
            "handled_at": now,
            "extension": None,
            "after": after,
            "attachments_after": papers,
            "handlers": case.handlers | {by.sub},
            "remarks": with_remark(case, CaseCommand.HANDLE, command.note, by, now),
        }
    )
    changed = clocks.begin(handled, CasePhase.VERIFICATION, now)
    return decided(changed, *passed, event_from(CaseHandled, changed, note=command.note, by=by.sub))


def verify(case: Case, command: Verify, by: Principal, now: datetime) -> Decision[Case]:
    """Close the case: somebody who neither asked for it nor worked on it has seen that it is done."""
    require_verifier(case, CaseCommand.VERIFY, by)
    case, passed = overtaken(case, now)
    verified = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.VERIFY),
            "closed_at": now,
            "remarks": with_remark(case, CaseCommand.VERIFY, command.note, by, now),
        }
    )
    changed = stop(verified)
    return decided(changed, *passed, event_from(CaseVerified, changed, by=by.sub))


def send_back(case: Case, command: SendBack, clocks: Clocks, by: Principal, now: datetime) -> Decision[Case]:
    """Return the case to the unit that called it done, and count that. Its deadline stays as it was; where that has
    passed meanwhile, the handling is late at once."""
    require_verifier(case, CaseCommand.SEND_BACK, by)
    case, passed = overtaken(case, now)
    again = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.SEND_BACK),
            "handled_at": None,
            "owed_since": now,
            "sent_back": case.sent_back + 1,
            "remarks": with_remark(case, CaseCommand.SEND_BACK, command.reason, by, now),
        }
    )
    changed = stop(again) if case.unit is None else clocks.begin_handling(again, now)
    late, since = overtaken(changed, now)
    return decided(late, *passed, event_from(CaseSentBack, changed, reason=command.reason, by=by.sub), *since)
