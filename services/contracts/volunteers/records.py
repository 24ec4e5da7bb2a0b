"""Records of volunteers in five parts, and the certificates that are made of them. Names and documents stay inside."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, OfficerId, PersonId, Public, Thing
from services.contracts.topics import VOLUNTEERS


class _Record(BaseModel):
    person: Public[PersonId]
    identified: Public[bool]
    """Staff have entered who it is, as a document says it."""
    trainings: Public[int]
    commendations: Public[int]
    evaluations: Public[int]


class RecordState(_Record, State, type="cn.community.volunteers.record.state.v1", topic=VOLUNTEERS):
    """What is on record of a volunteer beside their hours, in figures."""


class RecordKept(_Record, Event, type="cn.community.volunteers.record.kept.v1", topic=VOLUNTEERS, state=RecordState):
    """Something was entered in a volunteer's record, or struck out."""


class RecordErased(Event, type="cn.community.volunteers.record.erased.v1", topic=VOLUNTEERS, state=RecordState):
    """The volunteer of a record was erased."""


class CertificateStatus(StrEnum):
    """Where a certificate stands: `posted` inside the committee first, `issued`, `refused`, or `revoked`."""

    POSTED = "posted"
    ISSUED = "issued"
    REFUSED = "refused"
    REVOKED = "revoked"


class _Certificate(BaseModel):
    person: Public[PersonId]
    status: Public[CertificateStatus]
    minutes: Public[int]
    """The minutes that it certifies; before it is issued, those on record when it was asked for."""
    first: Public[date | None]
    last: Public[date | None]
    """The days from and to which it counts; null leaves that end open."""
    posted_until: Public[datetime]
    """It is issued after this time, unless somebody objects."""
    number: Public[Thing[Id | None]]
    issued_at: Public[datetime | None]


class CertificateState(_Certificate, State, type="cn.community.volunteers.certificate.state.v1", topic=VOLUNTEERS):
    """A certificate of service."""


class CertificateRequested(
    _Certificate,
    Event,
    type="cn.community.volunteers.certificate.requested.v1",
    topic=VOLUNTEERS,
    state=CertificateState,
):
    """Somebody asked for a certificate; it is posted inside the committee."""


class CertificateIssued(
    _Certificate, Event, type="cn.community.volunteers.certificate.issued.v1", topic=VOLUNTEERS, state=CertificateState
):
    """A certificate has its number, stands in the register, and can be checked by everybody who has its code."""

    by: Public[OfficerId]


class CertificateRefused(
    Event, type="cn.community.volunteers.certificate.refused.v1", topic=VOLUNTEERS, state=CertificateState
):
    """`person` gets no certificate; the reason is told to them alone."""

    person: Public[PersonId]
    status: Public[CertificateStatus]


class CertificateRevoked(
    Event, type="cn.community.volunteers.certificate.revoked.v1", topic=VOLUNTEERS, state=CertificateState
):
    """A certificate is not valid any more; whoever checks it learns so."""

    person: Public[PersonId]
    status: Public[CertificateStatus]
    number: Public[Thing[Id | None]]


class CertificateErased(
    Event, type="cn.community.volunteers.certificate.erased.v1", topic=VOLUNTEERS, state=CertificateState
):
    """The person of a certificate was erased; its number stays in the register."""
