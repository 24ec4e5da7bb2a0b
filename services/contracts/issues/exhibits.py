"""Exhibits: pictures of a case from before and after it was put right, which the committee shows everybody."""

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, Internal, Masked, Office, OfficerId, Public, Thing
from services.contracts.topics import ISSUES


class _Exhibit(BaseModel):
    case: Public[Id]
    shown: Public[bool]
    before: Public[Thing[Id | None]] = None
    """The picture from before, under `/api/issues/v1/exhibits/…/before.jpg` while it is shown."""
    after: Public[Thing[Id | None]] = None


class ExhibitState(_Exhibit, State, type="cn.community.issues.exhibit.state.v1", topic=ISSUES):
    """The pictures of a case that everybody may see; none where it is not `shown`."""


class ExhibitShown(_Exhibit, Event, type="cn.community.issues.exhibit.shown.v1", topic=ISSUES, state=ExhibitState):
    """The committee shows two pictures of a case that was handled, or shows others than before."""

    by: Internal[OfficerId]


class ExhibitTakenDown(
    _Exhibit, Event, type="cn.community.issues.exhibit.taken-down.v1", topic=ISSUES, state=ExhibitState
):
    """The committee no longer shows the pictures of a case."""

    reason: Internal[Office[Masked]]
    by: Internal[OfficerId]
