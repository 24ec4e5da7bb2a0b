"""Makes certificates: reads the account and record that they rest on, draws their numbers, and gives the address of the
check."""

import os
from base64 import b32encode
from collections.abc import Callable

from services.chassis.clock import Clock
from services.chassis.errors import CommunityError
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.values import local_date
from services.volunteers.hours.domain.ledger import Account, account_id, new_account
from services.volunteers.records.domain.certificate import CantBeDrawn, Issue, ServiceCertificate, may_issue
from services.volunteers.records.domain.record import Record, record_id
from services.volunteers.records.lettering import missing_in
from services.volunteers.records.numbers import Numbers
from services.volunteers.records.possible import possible
from services.volunteers.records.settings import RecordsSettings
from services.volunteers.records.store import coded
from services.volunteers.records.views import CertificateView, certificate_view

BASE = "/api/volunteers/v1/certificates"
_CODE_BYTES = 10


class Desk:
    """The aggregates and numbers that the routes of certificates work on."""

    def __init__(
        self,
        certificates: Aggregates[ServiceCertificate],
        records: Aggregates[Record],
        accounts: Aggregates[Account],
        numbers: Numbers,
        settings: RecordsSettings,
        clock: Clock,
    ) -> None:
        self.certificates = certificates
        self.notice = settings.certificate_notice
        self._numbers = numbers
        self._clock = clock
        self._records = records
        self._accounts = accounts
        self._origin = settings.public_url

    async def account(self, community: str, person: str) -> Account:
        """The account with the hours of `person` in `community`."""
        found = await self._accounts.find(account_id(community, person))
        return new_account(community, person) if found is None else found.aggregate

    async def record(self, community: str, person: str) -> Record | None:
        """The record of `person` in `community`; None where there is none."""
        found = await self._records.find(record_id(community, person))
        return None if found is None else found.aggregate

    def address(self, certificate: ServiceCertificate) -> str | None:
        """The address at which the certificate is checked; None before it is issued."""
        return None if certificate.code is None else f"{self._origin}{BASE}/check/{certificate.code}"

    def view(self, by: Principal) -> Callable[[Stored[ServiceCertificate]], CertificateView]:
        """How `by`, who is their holder or staff, sees certificates."""
        return lambda stored: certificate_view(
            stored, self.address(stored.aggregate), possible(stored.aggregate, by, self._clock())
        )

    async def by_code(self, code: str) -> ServiceCertificate | None:
        """The certificate with this code, typed in any case and with any separators; None where there is none."""
        query = coded(code.strip().upper())
        page = await self.certificates.select(query, limit=1)
        return page.items[0].aggregate if page.items else None

    async def drawn_number(
        self, certificate: ServiceCertificate, record: Record | None, command: Issue, by: Principal
    ) -> tuple[str, str]:
        """Draw the number and the code of a certificate that can be issued now. A refused certificate draws none.

        Raises:
            CantBeDrawn: the font lacks characters, which are named.
        """
        now = self._clock()
        try:
            may_issue(certificate, by, now)
        except CommunityError:
            return "", ""
        if record is None or record.identity is None:
            return "", ""
        issuer, identity = command.issuer, record.identity
        missing = missing_in(
            *(issuer.name, issuer.head, issuer.handler, issuer.contact, command.remarks),
            *(identity.name, identity.document_number, identity.number),
        )
        if missing:
            raise CantBeDrawn(characters="、".join(missing))
        number = await self._numbers.of(certificate.id, certificate.community, local_date(now).year)
        return number, b32encode(os.urandom(_CODE_BYTES)).decode()
