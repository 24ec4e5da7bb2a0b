"""What a reporter adds to a case in words and pictures, whatever its status."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.contracts.issues import CaseRemarked
from services.issues.cases.domain.case import Case, with_remark
from services.issues.cases.domain.handling import MAX_PHOTOS, TooManyPhotos
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.cases.domain.verdict import OnlyTheReporter
from services.issues.shared.values import PhotoIds, Story

MAX_REMARKS = 200


class TooManyRemarks(
    Conflict,
    code="case.too-many-remarks",
    zh="该案件的留言已达 {limit} 条，请另行上报。",
    en="The case has {limit} remarks already; please report what is new.",
):
    """A bound on the document."""


class AddRemark(Request):
    """Something more about it. `photos` show the problem, as those of the report do."""

    text: Story
    photos: PhotoIds = ()


def remark(case: Case, command: AddRemark, by: Principal, now: datetime) -> Decision[Case]:
    """The reporter's words and pictures stand with their report.

    Raises:
        OnlyTheReporter: somebody else writes.
        TooManyRemarks, TooManyPhotos: more than a case keeps.
    """
    by.require(case.community)
    if not case.is_reporter(by):
        raise OnlyTheReporter()
    if len(case.remarks) >= MAX_REMARKS:
        raise TooManyRemarks(limit=MAX_REMARKS)
    remarks = with_remark(case, CaseCommand.REPORT, command.text, case.acting(by), now)
    before = tuple(dict.fromkeys((*case.before, *command.photos)))
    if len(before) > len(case.before) and len(before) + len(case.after) > MAX_PHOTOS:
        raise TooManyPhotos(limit=MAX_PHOTOS)
    changed = case.model_copy(update={"remarks": remarks, "before": before})
    told = CaseRemarked(remarks=len(remarks), note=command.text, by=case.acting(by).sub)
    return decided(changed, told.model_copy(update={"photos": changed.photos}) if command.photos else told)
