"""The register of certificates (登记簿) as a CSV sheet: every number, also of certificates that were revoked."""

import csv
from collections.abc import AsyncIterator
from io import StringIO

from services.chassis.store.aggregates import Aggregates
from services.chassis.values import local_date
from services.volunteers.hours.domain.stars import hours_text
from services.volunteers.records.domain.certificate import ServiceCertificate
from services.volunteers.shared.queries import matching

_COLUMNS = ("证明编号", "志愿者编号", "服务分钟", "服务时长(小时)", "出具日期", "状态", "经办", "结束日期")
_PAGE = 200


async def register(certificates: Aggregates[ServiceCertificate], community: str) -> AsyncIterator[str]:
    """The register of a community in UTF-8 with a byte order mark, in pieces of some certificates each."""
    yield "\ufeff" + _rows([_COLUMNS])
    cursor: str | None = None
    query = matching(community) | {"state.number": {"$type": "string"}}
    while True:
        page = await certificates.select(query, limit=_PAGE, cursor=cursor)
        yield _rows([_row(stored.aggregate) for stored in page.items])
        if (cursor := page.next) is None:
            return


def _row(certificate: ServiceCertificate) -> tuple[str, ...]:
    issued, ended = certificate.issued_at, certificate.ended_at
    return (
        certificate.number or "",
        certificate.person,
        str(certificate.minutes),
        hours_text(certificate.minutes),
        "" if issued is None else local_date(issued).isoformat(),
        certificate.status.value,
        certificate.issued_by or "",
        "" if ended is None else local_date(ended).isoformat(),
    )


def _rows(rows: list[tuple[str, ...]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
