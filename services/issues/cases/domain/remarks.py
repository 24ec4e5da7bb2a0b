"""The reporter of a case, and whoever works on it, add words, pictures and files, whatever its status."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.contracts.issues import CaseNoted, CaseRemarked
from services.issues.cases.domain.case import Case, with_remark
from services.issues.cases.domain.handling import MAX_ATTACHMENTS, MAX_PHOTOS, TooManyAttachments, TooManyPhotos
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.cases.domain.verdict import OnlyTheReporter
from services.issues.shared.values import AttachmentIds, PhotoIds, Story

MAX_REMARKS = 200


class TooManyRemarks(
    Conflict,
    code="case.too-many-remarks",
    zh="该案件的留言已达 {limit} 条，请另行上报。",
    en="The case has {limit} remarks already; please report what is new.",
):
    """A bound on the document."""


class InternalByReporter(
    Invalid,
    code="case.internal-by-reporter",
    zh="只有工作人员的留言可以设为内部。",
    en="Only remarks of those who work on the case are internal.",
):
    """A reporter can't keep a remark from themselves."""


class AddRemark(Request):
    """Something more about the case. `photos` show the problem, as those of the report do; `attachments` are recordings
    and PDFs. `internal`: it is not for the reporter.
    """

    text: Story
    photos: PhotoIds = ()
    attachments: AttachmentIds = ()
    internal: bool = False


def may_remark(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would write something about the case."""
    by.require(case.community)
    if not case.is_reporter(by) and not case.reads_internal(by):
        raise OnlyTheReporter()
    if len(case.remarks) >= MAX_REMARKS:
        raise TooManyRemarks(limit=MAX_REMARKS)


def remark(case: Case, command: AddRemark, by: Principal, now: datetime) -> Decision[Case]:
    """The reporter's words, pictures and files stand with their report; those of the people who work on the case stand
    with their work.

    Raises:
        OnlyTheReporter: somebody else writes.
        InternalByReporter: the reporter would keep it from themselves.
        TooManyRemarks, TooManyPhotos, TooManyAttachments: more than a case keeps.
    """
    may_remark(case, by, now)
    if command.internal and not case.reads_internal(by):
        raise InternalByReporter()
    if case.is_reporter(by) and not command.internal:
        return _by_reporter(case, command, case.acting(by), now)
    changed = _added(case, command, by, now, "after", "attachments_after")
    told = event_from(
        CaseNoted,
        changed,
        remarks=len(changed.remarks),
        for_office=command.internal,
        note=command.text,
        by=by.sub,
    )
    return decided(changed, told)


def _by_reporter(case: Case, command: AddRemark, by: Principal, now: datetime) -> Decision[Case]:
    changed = _added(case, command, by, now, "before", "attachments")
    told = CaseRemarked(remarks=len(changed.remarks), note=command.text, by=by.sub)
    return decided(changed, told.model_copy(update={"photos": changed.photos}) if command.photos else told)


def _added(case: Case, command: AddRemark, by: Principal, now: datetime, photos: str, attachments: str) -> Case:
    """`case` with what the command brings, its pictures and files in the fields of these names."""
    pictures = tuple(dict.fromkeys((*getattr(case, photos), *command.photos)))
    files = tuple(dict.fromkeys((*getattr(case, attachments), *command.attachments)))
    remarks = with_remark(
        case,
        CaseCommand.REMARK,
        command.text,
        by,
        now,
        internal=command.internal,
        photos=command.photos,
        attachments=command.attachments,
    )
    changed = case.model_copy(update={"remarks": remarks, photos: pictures, attachments: files})
    if changed.photos > max(case.photos, MAX_PHOTOS):
        raise TooManyPhotos(limit=MAX_PHOTOS)
    kept, before = (len(each.attachments) + len(each.attachments_after) for each in (changed, case))
    if kept > max(before, MAX_ATTACHMENTS):
        raise TooManyAttachments(limit=MAX_ATTACHMENTS)
    return changed
