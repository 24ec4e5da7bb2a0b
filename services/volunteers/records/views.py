"""The views of records, in their five parts, and of certificates in the API."""

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import CertificateState, CertificateStatus, Origin, RecordState
from services.volunteers.hours.domain.ledger import Account
from services.volunteers.hours.domain.stars import hours_text, stars_of
from services.volunteers.records.domain.certificate import Certified, Issuer, ServiceCertificate, certified
from services.volunteers.records.domain.record import Identity, Part, Record
from services.volunteers.shared.views import Identified, shown, taken


class EnteredView(BaseModel):
    """An entry of a record. With `struck_because` the entry does not count, for that reason."""

    id: str
    part: Part
    title: str
    on: date
    by_whom: str | None
    minutes: int | None
    text: str | None
    at: datetime
    struck_because: str | None


class CertifiedView(BaseModel):
    """A service, with its minutes after corrections."""

    on: date
    source: Origin
    minutes: int


class RecordView(RecordState, Identified):
    """A record in its five parts: identity, services, trainings, commendations, evaluations."""

    identity: Identity | None
    services: list[CertifiedView]
    minutes: int
    hours: str
    stars: int
    entries: list[EnteredView] = Field(description="Trainings, commendations and evaluations, also those struck out.")


class CertificateView(CertificateState, Identified):
    """A certificate. `check` is the address at which everybody who has it can check the certificate; null before it is
    issued."""

    hours: str
    purpose: str | None
    asked_at: datetime
    services: list[CertifiedView]
    code: str | None
    check: str | None
    issuer: Issuer | None
    remarks: str | None
    ended_at: datetime | None
    ended_because: str | None
    can: list[str] = Field(description="What the caller may do with it now.")


class CheckedView(BaseModel):
    """The public content of a certificate, for everybody who has its code."""

    status: CertificateStatus
    number: str | None
    name: str = Field(description="The first character of it.")
    minutes: int
    hours: str
    issuer: str
    issued_at: datetime
    ended_at: datetime | None


def record_view(stored: Stored[Record], account: Account) -> RecordView:
    """The view of a record, with the services of the ledger."""
    return shown(
        RecordView,
        stored,
        identity=stored.aggregate.identity,
        services=_services(certified(account, None, None)),
        minutes=account.minutes,
        hours=hours_text(account.minutes),
        stars=stars_of(account.minutes),
        entries=[EnteredView(**taken(entry, EnteredView)) for entry in stored.aggregate.entries],
    )


def certificate_view(stored: Stored[ServiceCertificate], check: str | None, can: list[str]) -> CertificateView:
    """The certificate, as its holder and staff see it."""
    certificate = stored.aggregate
    more = ("purpose", "asked_at", "code", "issuer", "remarks", "ended_at", "ended_because")
    return shown(
        CertificateView,
        stored,
        hours=hours_text(certificate.minutes),
        services=_services(certificate.services),
        check=check,
        can=can,
        **{name: getattr(certificate, name) for name in more},
    )


def _services(services: Iterable[Certified]) -> list[CertifiedView]:
    return [CertifiedView(**taken(each, CertifiedView)) for each in services]
