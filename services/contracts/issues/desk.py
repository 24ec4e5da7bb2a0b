"""What the desk does to a case without moving it on: it gets a number, and is put right."""

from services.contracts.event import Event
from services.contracts.issues.cases import CaseState
from services.contracts.marks import Id, Public
from services.contracts.topics import ISSUES


class CaseNumbered(Event, type="cn.community.issues.case.numbered.v1", topic=ISSUES, state=CaseState):
    """It has a short number for people from now on: it was reported before cases had one."""

    number: Public[Id | None]
