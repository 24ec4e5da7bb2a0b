"""Records as sheets for the ministry's system: the five parts that Order 67 names, each as CSV after RFC 4180.

Each sheet is in UTF-8 with a byte order mark. Text that people typed can't become a formula in a spreadsheet.
"""

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from enum import StrEnum
from io import StringIO

from services.chassis.store.aggregates import Aggregates
from services.chassis.values import local_date
from services.volunteers.hours.domain.ledger import Account, account_id
from services.volunteers.hours.domain.stars import hours_text, stars_of
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.records.domain.certificate import certified
from services.volunteers.records.domain.record import Part, Record, record_id
from services.volunteers.shared.queries import matching

_PAGE = 200
_FORMULA = frozenset("=+-@\t\r")


class Sheet(StrEnum):
    """The five parts of a record: 个人基本信息, 志愿服务情况, 培训情况, 表彰奖励情况, 评价情况."""

    BASIC = "basic"
    SERVICE = "service"
    TRAINING = "training"
    COMMENDATION = "commendation"
    EVALUATION = "evaluation"


_ENTRY = ("志愿者编号", "姓名", "名称", "日期", "单位", "时长(小时)", "说明")
COLUMNS: dict[Sheet, Sequence[str]] = {
    Sheet.BASIC: (
        "志愿者编号",
        "姓名",
        "性别",
        "出生日期",
        "证件类型",
        "证件号码",
        "注册日期",
        "状态",
        "服务技能",
        "累计服务时长(小时)",
        "星级",
    ),
    Sheet.SERVICE: ("志愿者编号", "姓名", "服务日期", "服务来源", "服务分钟", "服务时长(小时)"),
    Sheet.TRAINING: _ENTRY,
    Sheet.COMMENDATION: _ENTRY,
    Sheet.EVALUATION: _ENTRY,
}


class Export:
    """Writes the sheets of a community."""

    def __init__(
        self, volunteers: Aggregates[Volunteer], records: Aggregates[Record], accounts: Aggregates[Account]
    ) -> None:
        self._volunteers = volunteers
        self._records = records
        self._accounts = accounts

    async def sheet(self, sheet: Sheet, community: str) -> AsyncIterator[str]:
        """The sheet of one part, in pieces of some volunteers each. A record that ended in a merger has no line."""
        yield "\ufeff" + _rows([COLUMNS[sheet]])
        cursor: str | None = None
        query = matching(community, erased=False) | {"state.merged_into": None}
        while True:
            page = await self._volunteers.select(query, limit=_PAGE, cursor=cursor)
            for stored in page.items:
                yield _rows(await self._of(sheet, stored.aggregate))
            if (cursor := page.next) is None:
                return

    async def _of(self, sheet: Sheet, volunteer: Volunteer) -> list[Sequence[str]]:
        kept = await self._records.find(record_id(volunteer.community, volunteer.person))
        record = None if kept is None else kept.aggregate
        found = await self._accounts.find(account_id(volunteer.community, volunteer.person))
        account = None if found is None else found.aggregate
        number, name = _number(volunteer, record), _name(record)
        if sheet is Sheet.BASIC:
            return [(number, name, *_basic(volunteer, record, 0 if account is None else account.minutes))]
        if sheet is Sheet.SERVICE:
            services = [] if account is None else certified(account, None, None)
            return [
                (number, name, each.on.isoformat(), each.source.value, str(each.minutes), hours_text(each.minutes))
                for each in services
            ]
        entries = [] if record is None else record.of(Part(sheet.value))
        return [
            (
                number,
                name,
                each.title,
                each.on.isoformat(),
                each.by_whom or "",
                "" if each.minutes is None else hours_text(each.minutes),
                each.text or "",
            )
            for each in entries
        ]


def _number(volunteer: Volunteer, record: Record | None) -> str:
    identity = None if record is None else record.identity
    return volunteer.person if identity is None or identity.number is None else identity.number


def _name(record: Record | None) -> str:
    return "" if record is None or record.identity is None else record.identity.name


def _basic(volunteer: Volunteer, record: Record | None, minutes: int) -> tuple[str, ...]:
    identity = None if record is None else record.identity
    return (
        "" if volunteer.gender is None else volunteer.gender.value,
        "" if volunteer.born is None else volunteer.born.isoformat(),
        "" if identity is None else identity.document.value,
        "" if identity is None else identity.document_number,
        local_date(volunteer.registered_at).isoformat(),
        volunteer.status.value,
        "、".join(sorted(volunteer.skills)),
        hours_text(minutes),
        str(stars_of(minutes)),
    )


def _rows(rows: Iterable[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in _FORMULA and cell[:1] else cell
