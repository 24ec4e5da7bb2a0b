"""What is written about a case without anything being done."""

from services.contracts.event import Event
from services.contracts.issues.cases import CaseState
from services.contracts.marks import Internal, PersonId, Public, Words
from services.contracts.topics import ISSUES


class CaseRemarked(Event, type="cn.community.issues.case.remarked.v1", topic=ISSUES, state=CaseState):
    """Who reported it, or a system for them, wrote something more. `remarks`: how many remarks it has."""

    remarks: Public[int]
    note: Internal[Words[str]]
    by: Internal[PersonId]
