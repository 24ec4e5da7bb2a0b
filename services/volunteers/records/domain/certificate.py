"""A certificate of service: asked for, posted inside the committee for a while, issued with a number, and revocable.

What it says is copied when it is issued and never changes, so that who prints it again later prints the same. A ledger
that is corrected afterwards changes no certificate: staff revoke it, and issue another.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from pydantic import ConfigDict, Field, model_validator

from services.chassis.aggregate import Aggregate, Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text
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
"""A certificate is posted inside the committee for so long before it is issued."""


class StillPosted(
    Conflict,
    code="certificate.still-posted",
    zh="公示期未满，{until} 之后方可出具。",
    en="It is posted until {until}, and issued after that.",
):
    """Whoever knows better has time to object."""


class NotThisStatus(
    Conflict,
    code="certificate.not-now",
    zh="证明目前为“{status}”，不能执行此操作。",
    en="The certificate is {status}; that can't be done now.",
):
    """What was refused isn't issued, and what was not issued isn't revoked."""


class NothingToCertify(
    Conflict,
    code="certificate.nothing-on-record",
    zh="该时段内没有志愿服务时长记录。",
    en="There are no minutes on record for these days.",
):
    """A certificate says what is on record."""


class NotIdentified(
    Conflict,
    code="certificate.not-identified",
    zh="尚未登记该志愿者的姓名和证件。",
    en="Staff have not entered yet who the volunteer is, as a document says it.",
):
    """A certificate names its holder as their document does."""


class CantBeDrawn(
    Invalid,
    code="certificate.characters-missing",
    zh="字库中没有这些字：{characters}，请先更正或另行手写。",
    en="The font has no glyphs for {characters}.",
):
    """No certificate goes out with an empty box in a name."""


class Ask(Request):
    """Ask for a certificate of one's service; staff may for somebody. `first` and `last` limit the days."""

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
    """Who certifies: the committee, its head, who handled it, and how to reach them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    head: Line
    handler: Line
    contact: Line


class Issue(Request):
    """Issue it, as this committee."""

    issuer: Issuer
    remarks: Line | None = None


class Because(Request):
    """Why it is refused, or revoked."""

    reason: Text


class Certified(Value):
    """A service that is certified."""

    model_config = ConfigDict(frozen=True)

    on: date
    source: Origin
    minutes: int


class ServiceCertificate(Aggregate):
    """A certificate of a volunteer's service. `code`: who has it can check the certificate, without an account."""

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
    """Ask for a certificate of what stands on `account`.

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
    """Refuse whoever may not issue it now.

    Raises:
        NotYours: the caller is not staff.
        OwnRecord: the certificate is the caller's own.
        NotThisStatus: it was issued or refused already.
        StillPosted: the notice is not over.
    """
    _require_another_of_staff(certificate, by)
    if certificate.status is not CertificateStatus.POSTED:
        raise NotThisStatus(status=certificate.status.value)
    if now < certificate.posted_until:
        raise StillPosted(until=certificate.posted_until.isoformat())


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
    """Issue it under `number`, with what is on record now.

    Raises:
        The refusals of `may_issue`.
        NotIdentified: nobody has entered who it is.
        NothingToCertify: the minutes were corrected away.
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
    """Staff refuse it, since somebody objected or it is not so.

    Raises:
        NotYours, OwnRecord: as for `may_issue`.
        NotThisStatus: it is not posted any more.
    """
    return _ended(certificate, command, by, now, CertificateStatus.POSTED, CertificateStatus.REFUSED)


def revoke(
    certificate: ServiceCertificate, command: Because, by: Principal, now: datetime
) -> Decision[ServiceCertificate]:
    """Staff revoke it; its number stays in the register.

    Raises:
        NotYours, OwnRecord: as for `may_issue`.
        NotThisStatus: it was not issued, or is revoked already.
    """
    return _ended(certificate, command, by, now, CertificateStatus.ISSUED, CertificateStatus.REVOKED)


def erase(certificate: ServiceCertificate, stand_in: str) -> Decision[ServiceCertificate]:
    """Forget whose it was; the number stays in the register, and nobody checks it any more."""
    if certificate.erased:
        return decided(certificate)
    nothing = {"purpose": None, "identity": None, "code": None, "services": (), "remarks": None, "ended_because": None}
    changed = certificate.model_copy(update={**nothing, "person": stand_in, "erased": True})
    return decided(changed, CertificateErased())


def certified(account: Account, first: date | None, last: date | None) -> list[Certified]:
    """The services of an account in these days: each once, with its corrections, and none without minutes."""
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
