"""What a reporter adds to a case in words, whatever its status."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict
from services.chassis.principal import Principal
from services.chassis.values import Request, Text
from services.contracts.issues import CaseRemarked
from services.issues.cases.domain.case import Case, with_remark
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.cases.domain.verdict import OnlyTheReporter

MAX_REMARKS = 200


class TooManyRemarks(
    Conflict,
    code="case.too-many-remarks",
    zh="该案件的留言已达 {limit} 条，请另行上报。",
    en="The case has {limit} remarks already; please report what is new.",
):
    """A bound on the document."""


class AddRemark(Request):
    """Something more about it."""

    text: Text


def remark(case: Case, command: AddRemark, by: Principal, now: datetime) -> Decision[Case]:
    """The reporter's words stand with their report.

    Raises:
        OnlyTheReporter: somebody else writes.
        TooManyRemarks: more than a case keeps.
    """
    by.require(case.community)
    if not case.is_reporter(by):
        raise OnlyTheReporter()
    if len(case.remarks) >= MAX_REMARKS:
        raise TooManyRemarks(limit=MAX_REMARKS)
    remarks = with_remark(case, CaseCommand.REPORT, command.text, case.acting(by), now)
    changed = case.model_copy(update={"remarks": remarks})
    return decided(changed, CaseRemarked(remarks=len(remarks), note=command.text, by=case.acting(by).sub))
