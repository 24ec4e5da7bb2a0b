"""Cases as a CSV sheet: RFC 4180, in UTF-8 with a mark that Excel knows, the columns of Open311's bulk format first.

A text that a spreadsheet would take for a formula, a number, a date or a time gets an apostrophe before it: otherwise
1E5 becomes 100000 and 3-4 the fourth of March. Cells that are numbers stay numbers.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from services.contracts.masking import mask
from services.issues.cases.domain.transitions import CLOSED
from services.issues.reading.facts import CHINA
from services.issues.reading.row import Where

BYTE_ORDER_MARK = "\ufeff"
OPEN311 = (
    "service_request_id",
    "requested_datetime",
    "updated_datetime",
    "closed_date",
    "status_description",
    "status_notes",
    "source",
    "service_name",
    "service_subtype",
    "description",
    "agency_responsible",
    "address",
    "lat",
    "long",
)
OURS = (
    "status",
    "title",
    "category",
    "group",
    "priority",
    "building",
    "unit",
    "floor",
    "due_at",
    "overdue",
    "handled_at",
    "rating",
    "affected",
    "returned",
    "sent_back",
    "reopened",
    "extended",
    "on_the_spot",
    "round",
    "number",
    "building_title",
    "phase",
    "phase_due_at",
    "missed",
)
COLUMNS = (*OPEN311, *OURS)

_FORMULA = re.compile("[\\s\0-\x20\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+@＝＋－＠﹢﹣﹦﹫-]|[\t\r\n]")
"""Matches a text that some program takes for a formula: programs skip invisible characters before a sign, and read a
full-width sign as a plain one."""

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_VALUE = re.compile(
    rf"(?=.*\d)(?:[\d\s.,:;/%()'$¥€£\-\u2212\u2013年月日号时時分秒点點]|[ed][+]?|[ap]m?|{_MONTHS}|上午|下午)+|true|false",
    re.IGNORECASE,
)
"""Matches a text that some program reads as a number, an amount of money, a date, a time or a truth value, after NFKC,
which makes full-width digits plain."""

_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Exported:
    """A case, with the titles of its unit and places that its line shows."""

    id: str
    state: Mapping[str, Any]
    where: Where
    agency: str | None


def harmless(text: str) -> str:
    """`text` as a cell that every spreadsheet shows unchanged and none computes."""
    return f"'{text}" if _FORMULA.match(text) or _is_a_value(text) else text


def _is_a_value(text: str) -> bool:
    return len(text) <= _LONGEST_VALUE and _VALUE.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def heading() -> str:
    """The first line, with the names of the columns."""
    return BYTE_ORDER_MARK + lines([COLUMNS])


def lines(table: Iterable[Sequence[Any]]) -> str:
    """Lines of CSV, each ended by CR and LF."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[_cell(value) for value in line] for line in table])
    return out.getvalue()


def line(case: Exported) -> list[Any]:
    """The cells of one case, in the order of COLUMNS."""
    state = case.state
    remarks = state.get("remarks") or ()
    cells = {
        **{name: state.get(name) for name in OURS},
        "service_request_id": case.id,
        "requested_datetime": state["reported_at"],
        "updated_datetime": _updated(state),
        "closed_date": state.get("closed_at"),
        "status_description": "closed" if state["status"] in CLOSED else "open",
        "status_notes": _masked(remarks[-1]["text"] if remarks else None),
        "source": state["channel"],
        "service_name": state["category_zh"],
        "service_subtype": state["category_en"],
        "description": _masked(state.get("text")),
        "agency_responsible": case.agency,
        "address": " ".join(case.where.titles),
        "lat": case.where.lat,
        "long": case.where.lon,
        "building_title": case.where.titles[-1] if state.get("building") and case.where.titles else None,
        "missed": " ".join(dict.fromkeys(each["phase"] for each in state.get("missed") or ())),
    }
    return [cells[name] for name in COLUMNS]


def _updated(state: Mapping[str, Any]) -> datetime:
    told = [remark["at"] for remark in state.get("remarks") or ()]
    known: list[datetime | None] = [state["reported_at"], state.get("handled_at"), state.get("closed_at"), *told]
    return max(moment for moment in known if moment is not None)


def _masked(text: str | None) -> str | None:
    return None if text is None else mask(text)


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(CHINA).isoformat(timespec="seconds")
        case str():
            return harmless(value.replace("\0", ""))
        case _:
            return value
