"""What is written about a case without anything being done."""

from services.contracts.event import Event
from services.contracts.issues.cases import CaseState
from services.contracts.marks import Internal, PersonId, Public, Words
from services.contracts.topics import ISSUES


class CaseRemarked(Event, type="cn.community.issues.case.remarked.v1", topic=ISSUES, state=CaseState):
    """The reporter of a case, or a system for them, wrote a remark. `remarks`: how many remarks the case has. `photos`
    is told where pictures came with the remark, and counts all that are kept with the case.
    """

    remarks: Public[int]
    photos: Public[int] = 0
    note: Internal[Words[str]]
    by: Internal[PersonId]
