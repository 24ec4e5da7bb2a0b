"""The statuses of a case in Open311, in the words of FixMyStreet's extension, and in a public sentence.

FixMyStreet changes a report's state by these words alone, and silently ignores others (such as REOPEN).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.chassis.http.language import Language
from services.contracts.issues import CaseStatus as S
from services.contracts.masking import mask
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.transitions import CaseCommand

OPEN, CLOSED = "open", "closed"


def status_word(text: str) -> str:
    """The status that a client means by `text`, in the spelling of this module: "in progress" is IN_PROGRESS."""
    return text.upper().replace(" ", "_").replace("-", "_")


@dataclass(frozen=True, slots=True)
class ShownState:
    """One status in the words of Open311 and of FixMyStreet."""

    status: str
    extended: str
    zh: str
    en: str

    def notes(self, language: Language) -> str:
        """The sentence for the status in `language`."""
        return self.zh if language == "zh" else self.en


STATES: Mapping[S, ShownState] = {
    S.REPORTED: ShownState(OPEN, "OPEN", "已收到。", "Received."),
    S.ACCEPTED: ShownState(OPEN, "FOR_TRIAGE", "已立案，等待派遣。", "Accepted; to be dispatched."),
    S.REJECTED: ShownState(CLOSED, "NO_FURTHER_ACTION", "不予立案。", "Not taken up."),
    S.DISPATCHED: ShownState(OPEN, "ACTION_SCHEDULED", "已派遣给处置单位。", "Dispatched to the unit that handles it."),
    S.RETURNED: ShownState(
        OPEN, "ACTION_SCHEDULED", "处置单位已退回，将重新派遣。", "Returned; to be dispatched anew."
    ),
    S.IN_PROGRESS: ShownState(OPEN, "IN_PROGRESS", "正在处置。", "Work is under way."),
    S.PAUSED: ShownState(OPEN, "IN_PROGRESS", "暂缓处置。", "Work is paused."),
    S.HANDLED: ShownState(OPEN, "INVESTIGATING", "已处置，等待核查。", "Handled; to be verified."),
    S.SENT_BACK: ShownState(
        OPEN, "IN_PROGRESS", "核查未通过，返工中。", "Verification found it not done; work goes on."
    ),
    S.VERIFIED: ShownState(CLOSED, "FIXED", "经核查已解决。", "Verified as done."),
    S.REOPENED: ShownState(
        OPEN, "OPEN", "上报人认为未解决，重新办理。", "Not solved, says the reporter; opened again."
    ),
    S.MERGED: ShownState(CLOSED, "DUPLICATE", "重复诉求，已并案。", "Duplicate request."),
    S.EVALUATED: ShownState(
        CLOSED, "FIXED", "经核查已解决，上报人已评价。", "Verified as done, and rated by the reporter."
    ),
}


def notes(case: Case, language: Language) -> str:
    """The explanation of the case's status: the sentence of the status and, if there is one, the committee's reason for
    not taking the case up."""
    said = STATES[case.status].notes(language)
    if case.status is not S.REJECTED:
        return said
    reasons = [remark.text for remark in case.remarks if remark.about is CaseCommand.REJECT]
    return f"{said}{mask(reasons[-1])}" if reasons else said
