"""Writes the ledger as a CSV sheet by RFC 4180, in UTF-8 with the byte order mark that spreadsheets expect.

Each line of the ledger is a line of the sheet, corrections too, so that the minutes of a person add up to their total
as it is shown everywhere else. No cell holds what somebody typed.
"""

import csv
from collections.abc import AsyncIterator
from io import StringIO

from services.chassis.store.aggregates import Aggregates
from services.volunteers.hours.domain.ledger import Account
from services.volunteers.hours.domain.stars import hours_text
from services.volunteers.shared.queries import matching

BYTE_ORDER_MARK = "\ufeff"
COLUMNS = (
    "记录编号",
    "志愿者编号",
    "服务来源",
    "项目编号",
    "服务日期",
    "服务分钟",
    "服务时长(小时)",
    "记录时间",
    "更正记录编号",
    "服务类别",
)
"""Number of the record, volunteer, source, project, date, minutes, hours, when recorded, what it corrects, kind."""

_PAGE = 200


async def sheet(accounts: Aggregates[Account], community: str) -> AsyncIterator[str]:
    """The sheet of a community, in pieces of some accounts each. Erased people's lines stand under their stand-in."""
    yield BYTE_ORDER_MARK + _rows([COLUMNS])
    cursor: str | None = None
    while True:
        page = await accounts.select(matching(community), limit=_PAGE, cursor=cursor)
        yield _rows([row for stored in page.items for row in rows_of(stored.aggregate)])
        if (cursor := page.next) is None:
            return


def rows_of(account: Account) -> list[tuple[str, ...]]:
    """The lines of one account."""
    return [
        (
            entry.id,
            account.volunteer,
            entry.source.value,
            entry.source_id,
            entry.on.isoformat(),
            str(entry.minutes),
            hours_text(entry.minutes),
            entry.at.isoformat(),
            entry.corrects or "",
            entry.category or "",
        )
        for entry in account.entries
    ]


def _rows(rows: list[tuple[str, ...]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
