"""What is done to a case without moving it on: it gets a number, is put right, remarked on, taken and given on."""

from datetime import datetime

from services.contracts.event import Event
from services.contracts.issues.caseclocks import CaseClock
from services.contracts.issues.cases import CaseState, Priority
from services.contracts.marks import CatalogueWords, Code, Id, Internal, Masked, Office, OfficerId, Public
from services.contracts.topics import ISSUES


class CaseNumbered(Event, type="cn.community.issues.case.numbered.v1", topic=ISSUES, state=CaseState):
    """A case that was reported before cases had short numbers has one from now on."""

    number: Public[Id | None]


class CaseAmended(CaseClock, Event, type="cn.community.issues.case.amended.v1", topic=ISSUES, state=CaseState):
    """The staff corrected a case (更正), for this `reason`. `amended` names what was corrected: category, title,
    priority, place, floor, spot, answers. `previous_due_at`: by when the unit had to handle it, where that is another
    time now.
    """

    amended: Public[tuple[Code, ...]]
    category: Public[Code]
    group: Public[Code | None]
    category_zh: Public[Office[CatalogueWords]]
    category_en: Public[Office[CatalogueWords]]
    priority: Public[Priority]
    title: Public[Office[Masked | None]]
    place: Public[Id]
    building: Public[Id | None]
    due_at: Public[datetime | None]
    previous_due_at: Public[datetime | None] = None
    reason: Internal[Office[str]]
    by: Internal[OfficerId]


class CaseNoted(Event, type="cn.community.issues.case.noted.v1", topic=ISSUES, state=CaseState):
    """Somebody in office wrote a remark about a case. `for_office`: its reporter does not read it. `photos` counts all
    that are kept with the case.
    """

    remarks: Public[int]
    photos: Public[int]
    for_office: Internal[bool]
    note: Internal[Office[str]]
    by: Internal[OfficerId]


class CaseTaken(Event, type="cn.community.issues.case.taken.v1", topic=ISSUES, state=CaseState):
    """A person of the unit has a case from now on (认领); `previous_person` is the colleague who had it."""

    unit: Public[Id | None]
    previous_person: Internal[OfficerId | None]
    by: Internal[OfficerId]


class CaseGivenOn(Event, type="cn.community.issues.case.given-on.v1", topic=ISSUES, state=CaseState):
    """A person of the unit gave a case to the colleague `person`, or back to all of the unit (转交)."""

    unit: Public[Id | None]
    person: Internal[OfficerId | None]
    previous_person: Internal[OfficerId | None]
    note: Internal[Office[str | None]]
    by: Internal[OfficerId]
