"""Requests for help: somebody asks for help at a time, and staff grant it, by which it becomes a need, or refuse."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Internal, OfficerId, PersonId, Public
from services.contracts.topics import VOLUNTEERS


class HelpRequestStatus(StrEnum):
    """Where a request stands. `asked`: it waits for staff."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class _HelpRequest(BaseModel):
    person: Public[PersonId]
    """Who asked."""
    category: Public[Code]
    starts_at: Public[datetime]
    ends_at: Public[datetime]
    building: Public[Id | None] = None
    status: Public[HelpRequestStatus]
    need: Public[Id | None] = None
    """The need that it became."""


class HelpRequestState(_HelpRequest, State, type="cn.community.volunteers.help-request.state.v1", topic=VOLUNTEERS):
    """Help that somebody asked for. What they wrote and where they live stays in the service."""


class HelpRequested(
    _HelpRequest,
    Event,
    type="cn.community.volunteers.help-request.asked.v1",
    topic=VOLUNTEERS,
    state=HelpRequestState,
):
    """Somebody asked for help."""


class HelpGranted(
    Event, type="cn.community.volunteers.help-request.granted.v1", topic=VOLUNTEERS, state=HelpRequestState
):
    """The staff took a request up: `need` is opened for it, at the time that they named."""

    person: Public[PersonId]
    category: Public[Code]
    status: Public[HelpRequestStatus]
    need: Public[Id | None]
    starts_at: Public[datetime]
    ends_at: Public[datetime]
    by: Internal[OfficerId]


class HelpRefused(
    Event, type="cn.community.volunteers.help-request.refused.v1", topic=VOLUNTEERS, state=HelpRequestState
):
    """The staff do not take a request up. Who asked reads the reason where they asked."""

    person: Public[PersonId]
    category: Public[Code]
    status: Public[HelpRequestStatus]
    by: Internal[OfficerId]


class HelpRequestWithdrawn(
    Event, type="cn.community.volunteers.help-request.withdrawn.v1", topic=VOLUNTEERS, state=HelpRequestState
):
    """Who asked for help does not need it any more. A need that was opened for the request is cancelled."""

    status: Public[HelpRequestStatus]
    need: Public[Id | None]


class HelpRequestErased(
    Event, type="cn.community.volunteers.help-request.erased.v1", topic=VOLUNTEERS, state=HelpRequestState
):
    """A request was erased; the state is removed. A need that was opened for it is cancelled."""

    need: Public[Id | None]
