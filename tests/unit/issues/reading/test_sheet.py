"""The CSV sheet: whatever a text holds, it comes back as it was, and no spreadsheet computes it."""

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.issues import CaseStatus
from services.issues.reading.row import Where
from services.issues.reading.sheet import COLUMNS, OPEN311, Exported, harmless, heading, line, lines
from tests.unit.issues.world import a_case

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_a_sheet_reads_back_as_it_was_written(cells: list[str]) -> None:
    written = lines([cells])
    assert written.endswith("\r\n")
    assert read(written) == [[harmless(cell) for cell in cells]]


@given(TEXTS)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = harmless(text)
    assert cell in (text, f"'{text}")
    assert not cell.lstrip(" \u3000").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


FORMULAS = [
    "=1+1",
    "+86",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n",
    "  =cmd|' /C calc'!A0",
    "＝1+1",
    "﹦1",
    "－1",
    "＠SUM(A1)",
]
UNSEEN = ["\u3000", "\u00a0", "\u2003", "\x0b", "\x0c", "\x1f", "\u2028", "\ufeff", "\u200b", "\u202e"]


@pytest.mark.parametrize("text", [*FORMULAS, *(f"{unseen}=1+1" for unseen in UNSEEN)])
def test_formulas_get_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


VALUES = [
    "1E5",
    "1e+5",
    "1D5",
    "3-4",
    "3/4",
    "3-4-5",
    "2026-11-29",
    "007",
    "123456789012345678",
    "1,000",
    "12%",
    "¥12",
    "(12)",
    ".5",
    "1 1/2",
    "12:30",
    "3 PM",
    "Mar-5",
    "5-jan",
    "March 5, 2026",
    "3月4日",
    "2026年11月29日",
    "１Ｅ５",
    "３－４",
    " 3-4 ",
    "TRUE",
    "false",
]


@pytest.mark.parametrize("text", VALUES)
def test_text_that_a_spreadsheet_would_take_for_a_number_or_date_stays_text(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert cells(title=text)["title"] == f"'{text}"


@pytest.mark.parametrize("text", ["3号楼", "7层", "3-4楼", "case-1", "灯 3-4 天", "E-bike 5", "may", "a", "12 瓦"])
def test_words_with_numbers_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["1+1", "灯-坏了", "a@b", '"=1+1"', "'=1", "——", "  灯", ""])
def test_text_that_no_spreadsheet_would_change_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def state(**fields: Any) -> dict[str, Any]:
    return {**a_case(CaseStatus.VERIFIED).model_dump(), **fields}


def cells(**fields: Any) -> dict[str, str]:
    exported = Exported("case-1", state(**fields), Where(("都市小区", "9号楼"), 114.25, -1.5), "物业")
    [written] = read(lines([line(exported)]))
    return dict(zip(COLUMNS, written, strict=True))


def test_a_case_has_the_columns_of_open311_first() -> None:
    assert heading().startswith("\ufeff" + ",".join(OPEN311))
    told = cells(text="-请修灯，电话 13812345678")
    assert told["service_request_id"] == "case-1"
    assert told["status_description"] == "closed"
    assert told["requested_datetime"] == "2024-01-29T09:00:00+08:00"
    assert told["address"] == "都市小区 9号楼"
    assert told["agency_responsible"] == "物业"
    assert told["lat"] == "-1.5"
    late = cells(number="YG-2611-0042", missed=[{"phase": "sign"}, {"phase": "handling"}, {"phase": "sign"}])
    assert (late["number"], late["building_title"], late["missed"]) == ("YG-2611-0042", "9号楼", "sign handling")


def test_a_text_is_masked_and_harmless() -> None:
    told = cells(text="-请修灯，电话 13812345678")
    assert told["description"].startswith("'-请修灯")
    assert "138" not in told["description"]
