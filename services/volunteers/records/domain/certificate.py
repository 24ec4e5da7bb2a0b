"""A certificate of service: asked for, posted inside the committee for a while, issued with a number, and revocable.

The content is copied when the certificate is issued and never changes, so that a later print is the same. A correction
of the ledger afterwards does not change a certificate: staff revoke it, and issue another.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from pydantic import ConfigDict, Field, model_validator

from services.chassis.aggregate import Aggregate, Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import ZONE, Line, Request, Text
from services.contracts.marks import Id, Office, Officer, Personal, Someone, Thing, Words
from services.contracts.value import Value
from services.contracts.volunteers import (
    CertificateErased,
    CertificateIssued,
    CertificateRefused,
    CertificateRequested,
    CertificateRevoked,
    CertificateState,
    CertificateStatus,
    Origin,
)
from services.volunteers.hours.domain.ledger import Account, Entry
from services.volunteers.records.domain.record import Identity, OwnRecord, Record
from services.volunteers.shared.values import Day

NOTICE = timedelta(days=7)
"""The time for which a certificate is posted inside the committee before it can be issued."""


class StillPosted(
    Conflict,
    code="certificate.still-posted",
    zh="公示期未满，{until} 之后方可出具。",
    en="It is posted until {until}, and issued after that.",
):
    """The certificate is still posted, so that people have time to object."""


class NotThisStatus(
    Conflict,
    code="certificate.not-now",
    zh="证明目前为“{status}”，不能执行此操作。",
    en="The certificate is {status}; that can't be done now.",
):
    """The certificate's status does not allow the step: a refused one can't be issued, and one that wasn't issued can't
    be revoked."""


class NothingToCertify(
    Conflict,
    code="certificate.nothing-on-record",
    zh="该时段内没有志愿服务时长记录。",
    en="There are no minutes on record for these days.",
):
    """The account has no minutes of service for the days asked for."""


class NotIdentified(
    Conflict,
    code="certificate.not-identified",
    zh="尚未登记该志愿者的姓名和证件。",
    en="Staff have not entered yet who the volunteer is, as a document says it.",
):
    """Nobody has entered the holder's identity, which a certificate names as their document does."""


class CantBeDrawn(
    Invalid,
    code="certificate.characters-missing",
    zh="字库中没有这些字：{characters}，请先更正或另行手写。",
    en="The font has no glyphs for {characters}.",
):
    """The font lacks characters, which would stand in the certificate as empty boxes."""


class Ask(Request):
    """The request for a certificate of one's service; staff may ask for somebody else. `first` and `last` limit the
    days."""

    community: Id
    person: Id | None = None
    first: Day | None = None
    last: Day | None = None
    purpose: Line | None = None

    @model_validator(mode="after")
    def _forward(self) -> "Ask":
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError("last must not be before first")
        return self


class Issuer(Value):
    """The issuer: the committee, its head, the person who handles the certificate, and a contact."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    head: Line
    handler: Line
    contact: Line


class Issue(Request):
    """The order to issue a certificate, with the committee that certifies."""

    issuer: Issuer
    remarks: Line | None = None


class Because(Request):
    """The reason why a certificate is refused or revoked."""

    reason: Text


class Certified(Value):
    """A service that is certified."""

    model_config = ConfigDict(frozen=True)

    on: date
    source: Origin
    minutes: int


class ServiceCertificate(Aggregate):
    """A certificate of a volunteer's service. Everybody who has `code` can check the certificate, without an
    account."""

    person: Someone[str]
    status: CertificateStatus = CertificateStatus.POSTED
    first: date | None = None
    last: date | None = None
    purpose: Words[str | None] = Field(default=None, repr=False)
    asked_at: datetime
    posted_until: datetime
    minutes: int
    services: tuple[Certified, ...] = ()
    number: Thing[str | None] = None
    code: Thing[str | None] = Field(default=None, repr=False)
    identity: Personal[Identity | None] = Field(default=None, repr=False)
    issuer: Office[Issuer | None] = Field(default=None, repr=False)
    remarks: Office[str | None] = Field(default=None, repr=False)
    issued_at: datetime | None = None
    issued_by: Officer[str | None] = None
    ended_at: datetime | None = None
    ended_because: Office[str | None] = Field(default=None, repr=False)
    erased: bool = False

    def public(self) -> CertificateState | None:
        if self.erased:
            return None
        return CertificateState(
            person=self.person,
            status=self.status,
            minutes=self.minutes,
            first=self.first,
            last=self.last,
            posted_until=self.posted_until,
            number=self.number,
            issued_at=self.issued_at,
        )


def ask(
    id: str, command: Ask, account: Account, by: Principal, now: datetime, notice: timedelta = NOTICE
) -> Decision[ServiceCertificate]:
    """Ask for a certificate of the services on `account`.

    Raises:
        NotYours: the account is somebody else's, and the caller is not staff.
        NothingToCertify: there are no minutes for these days.
    """
    by.require(command.community)
    if by.sub != account.volunteer and not by.has(command.community, Role.STAFF):
        raise NotYours()
    minutes = _minutes(certified(account, command.first, command.last))
    if minutes < 1:
        raise NothingToCertify()
    certificate = ServiceCertificate(
        id=id,
        community=command.community,
        person=account.volunteer,
        first=command.first,
        last=command.last,
        purpose=command.purpose,
        asked_at=now,
        posted_until=now + notice,
        minutes=minutes,
    )
    return decided(certificate, event_from(CertificateRequested, certificate))


def may_issue(certificate: ServiceCertificate, by: Principal, now: datetime) -> None:
    """Raise the refusal where `by` may not issue the certificate now.

    Raises:
        NotYours: the caller is not staff.
        OwnRecord: the certificate is the caller's own.
        NotThisStatus: the certificate was issued or refused already.
        StillPosted: the time of posting is not over.
    """
    _require_another_of_staff(certificate, by)
    if certificate.status is not CertificateStatus.POSTED:
        raise NotThisStatus(status=certificate.status.value)
    if now < certificate.posted_until:
        raise StillPosted(until=f"{certificate.posted_until.astimezone(ZONE):%Y-%m-%d %H:%M}")


def issue(
    certificate: ServiceCertificate,
    command: Issue,
    account: Account,
    record: Record | None,
    number: str,
    code: str,
    by: Principal,
    now: datetime,
) -> Decision[ServiceCertificate]:
    """Issue the certificate under `number`, with the services and the record of now.

    Raises:
        The refusals of `may_issue`.
        NotIdentified: nobody has entered the holder's identity.
        NothingToCertify: corrections have left no minutes.
    """
    may_issue(certificate, by, now)
    if record is None or record.identity is None:
        raise NotIdentified()
    services = certified(account, certificate.first, certificate.last)
    if _minutes(services) < 1:
        raise NothingToCertify()
    changed = certificate.model_copy(
        update={
            "status": CertificateStatus.ISSUED,
            "minutes": _minutes(services),
            "services": tuple(services),
            "number": number,
            "code": code,
            "identity": record.identity,
            "issuer": command.issuer,
            "remarks": command.remarks,
            "issued_at": now,
            "issued_by": by.sub,
        }
    )
    return decided(changed, event_from(CertificateIssued, changed, by=by.sub))


def refuse(
    certificate: ServiceCertificate, command: Because, by: Principal, now: datetime
) -> Decision[ServiceCertificate]:
    """Refuse the certificate, as staff, because somebody objected or it is not true.

    Raises:
        NotYours, OwnRecord: as for `may_issue`.
        NotThisStatus: the certificate is no longer posted.
    """
    return _ended(certificate, command, by, now, CertificateStatus.POSTED, CertificateStatus.REFUSED)


def revoke(
    certificate: ServiceCertificate, command: Because, by: Principal, now: datetime
) -> Decision[ServiceCertificate]:
    """Revoke the certificate, as staff. Its number stays in the register.

    Raises:
        NotYours, OwnRecord: as for `may_issue`.
        NotThisStatus: the certificate was not issued, or is revoked already.
    """
    return _ended(certificate, command, by, now, CertificateStatus.ISSUED, CertificateStatus.REVOKED)


def erase(certificate: ServiceCertificate, stand_in: str) -> Decision[ServiceCertificate]:
    """Remove the holder. The number stays in the register, and the certificate can no longer be checked."""
    if certificate.erased:
        return decided(certificate)
    nothing = {"purpose": None, "identity": None, "code": None, "services": (), "remarks": None, "ended_because": None}
    changed = certificate.model_copy(update={**nothing, "person": stand_in, "erased": True})
    return decided(changed, CertificateErased())


def certified(account: Account, first: date | None, last: date | None) -> list[Certified]:
    """The services of `account` from `first` to `last`: each once, with its corrections, and none without minutes."""
    by_service: dict[str, tuple[Entry, int]] = {}
    for entry in account.entries:
        head, minutes = by_service.get(entry.corrects or entry.id, (entry, 0))
        by_service[entry.corrects or entry.id] = (head, minutes + entry.minutes)
    return [
        Certified(on=head.on, source=head.source, minutes=minutes)
        for head, minutes in sorted(by_service.values(), key=lambda pair: pair[0].on)
        if minutes > 0 and (first is None or head.on >= first) and (last is None or head.on <= last)
    ]


def _minutes(services: Iterable[Certified]) -> int:
    return sum(service.minutes for service in services)


def _ended(
    certificate: ServiceCertificate,
    command: Because,
    by: Principal,
    now: datetime,
    source: CertificateStatus,
    target: CertificateStatus,
) -> Decision[ServiceCertificate]:
    _require_another_of_staff(certificate, by)
    if certificate.status is not source:
        raise NotThisStatus(status=certificate.status.value)
    changed = certificate.model_copy(update={"status": target, "ended_at": now, "ended_because": command.reason})
    told = CertificateRevoked if target is CertificateStatus.REVOKED else CertificateRefused
    return decided(changed, event_from(told, changed))


def _require_another_of_staff(certificate: ServiceCertificate, by: Principal) -> None:
    by.require(certificate.community, Role.STAFF)
    if by.sub == certificate.person:
        raise OwnRecord()
