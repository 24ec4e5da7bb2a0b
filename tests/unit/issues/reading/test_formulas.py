"""Formulas as data, intervals, periods and the marks of a case."""

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.contracts.issues import CaseStatus
from services.issues.reading import tiles
from services.issues.reading.facts import BITS, By, Mark, When, facts, number_of
from services.issues.reading.figures import Period, PeriodTooLong, Step
from services.issues.reading.formulas import DEFAULT, Formulas, Kpi, holds, read_formulas, score, wilson
from services.issues.reading.periods import UnknownPeriod, period_of
from services.issues.reading.recompute import differences

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
REPORTED = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def marks(**state: Any) -> set[str]:
    signature = facts({"status": CaseStatus.REPORTED, "reported_at": REPORTED, **state}).signature
    return {mark for mark, bit in BITS.items() if signature & bit}


def days(**state: Any) -> dict[str, int]:
    return facts({"status": CaseStatus.REPORTED, "reported_at": REPORTED, **state}).days


def test_the_order_of_marks_is_kept() -> None:
    """Signatures are stored: a mark must never get another's bit."""
    assert [mark.value for mark in Mark][:6] == ["filed", "rejected", "merged", "paused", "dispatched", "handled"]
    assert BITS["rating-5"] == 1 << 21


def test_a_case_handled_by_its_deadline_is_on_time_however_late_it_is_verified() -> None:
    due = REPORTED + timedelta(days=1)
    closed = {"status": CaseStatus.VERIFIED, "due_at": due, "closed_at": due + timedelta(days=3)}
    assert "on-time" in marks(**closed, handled_at=due)
    assert "on-time" not in marks(**closed, handled_at=due + timedelta(seconds=1))
    assert {"closed", "filed"} <= marks(**closed, handled_at=due)


def test_a_rejected_or_waiting_case_is_not_filed() -> None:
    assert "filed" not in marks()
    assert marks(status=CaseStatus.REJECTED) == {"rejected"}
    assert "filed" in marks(status=CaseStatus.ACCEPTED)


def test_days_begin_at_midnight_in_china() -> None:
    assert days(reported_at=datetime(2026, 11, 1, 15, 59, tzinfo=UTC))["reported"] == 20261101
    assert days(reported_at=datetime(2026, 11, 1, 16, 0, tzinfo=UTC))["reported"] == 20261102


def test_a_case_settles_when_it_is_closed_or_the_day_after_it_was_due() -> None:
    due = datetime(2026, 11, 10, 4, 0, tzinfo=UTC)
    closed = {"status": CaseStatus.VERIFIED, "due_at": due, "handled_at": REPORTED}
    assert days(due_at=due, status=CaseStatus.DISPATCHED)["settled"] == 20261111
    assert days(**closed, closed_at=due - timedelta(days=3))["settled"] == 20261107
    assert days(**closed, closed_at=due + timedelta(days=9))["settled"] == 20261111
    assert "settled" not in days(status=CaseStatus.ACCEPTED)


def test_a_reopened_case_is_not_closed() -> None:
    assert "closed" not in days(status=CaseStatus.REOPENED, reopened=1)
    assert "reopened" in marks(status=CaseStatus.REOPENED, reopened=1)


def test_clauses_choose_and_deny() -> None:
    good, merged = BITS["rating-5"], BITS["merged"]
    assert holds(("!merged", "rating-4|rating-5"), good)
    assert not holds(("!merged", "rating-4|rating-5"), good | merged)
    assert not holds(("rating-4|rating-5",), 0)
    assert holds((), 0)


@pytest.mark.parametrize("clause", ["solved", "", "filed|", "!"])
def test_a_formula_of_unknown_marks_is_refused(clause: str) -> None:
    with pytest.raises(ValidationError):
        Kpi(code="x", zh="x", en="x", when=When.REPORTED, of=(clause,), part=())


def test_formulas_come_from_a_file_and_go_into_one(tmp_path: Any) -> None:
    file = tmp_path / "formulas.json"
    changed = DEFAULT.model_copy(update={"version": "city-7", "minimum": 3})
    file.write_text(changed.model_dump_json())
    assert read_formulas(file) == changed
    assert read_formulas(None) == DEFAULT


def test_two_figures_of_one_code_are_refused() -> None:
    with pytest.raises(ValidationError):
        Formulas(version="x", kpis=(DEFAULT.kpis[0], DEFAULT.kpis[0]))


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_the_interval_holds_the_rate_and_shrinks_with_the_sample(part: int, more: int) -> None:
    whole = part + more
    low, high = wilson(part, whole)
    assert 0 <= low <= high <= 1
    if whole:
        assert low - 1e-12 <= part / whole <= high + 1e-12
        wider = wilson(part * 4, whole * 4)
        assert wider[1] - wider[0] < high - low
        other = wilson(more, whole)
        assert math.isclose(other[0], 1 - high, abs_tol=1e-12)
        assert math.isclose(other[1], 1 - low, abs_tol=1e-12)


def test_the_interval_of_one_lucky_case_is_wide() -> None:
    low, high = wilson(1, 1)
    assert (round(low, 3), high) == (0.207, 1.0)
    low, high = wilson(911, 972)
    assert (round(low, 4), round(high, 4)) == (0.9202, 0.9508)


def test_a_small_sample_is_not_scored() -> None:
    few = [(kpi, 1, 1) for kpi in DEFAULT.kpis]
    assert score(DEFAULT, few) is None
    assert score(DEFAULT, [(kpi, 10 if kpi.better == "higher" else 0, 10) for kpi in DEFAULT.kpis]) == 100
    assert score(DEFAULT, [(kpi, 0 if kpi.better == "higher" else 10, 10) for kpi in DEFAULT.kpis]) == 0
    assert score(DEFAULT, [(kpi, 5, 10 if kpi.code == "filing" else 9) for kpi in DEFAULT.kpis]) is None


@given(DAYS, st.integers(0, 800), st.sampled_from(Step))
def test_parts_of_a_period_are_the_period(first: date, length: int, step: Step) -> None:
    period = Period(first, first + timedelta(days=length))
    parts = list(period.parts(step))
    assert (parts[0].first, parts[-1].last) == (period.first, period.last)
    assert all(a.last + timedelta(days=1) == b.first for a, b in pairwise(parts))


@given(DAYS, st.integers(0, 800))
def test_pieces_of_a_period_hold_each_of_its_days_once(first: date, length: int) -> None:
    period = Period(first, first + timedelta(days=length))
    covered: list[int] = []
    for begin, end in period.pieces():
        every = (number_of(first + timedelta(days=day)) for day in range(length + 1))
        covered += [day for day in every if begin <= (day if begin > 999_999 else day // 100) <= end]
    assert covered == [number_of(first + timedelta(days=day)) for day in range(length + 1)]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-W48", date(2026, 11, 23), date(2026, 11, 29)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-11-26", date(2026, 11, 26), date(2026, 11, 26)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_periods_are_read(written: str, first: date, last: date) -> None:
    assert period_of(written) == Period(first, last)


@pytest.mark.parametrize(
    "written", ["", "26", "2026-13", "2026-W54", "2026-02-30", "0000", "2026-1", "２０２６", "2026-W1-1"]
)
def test_a_text_that_is_no_period_is_refused(written: str) -> None:
    with pytest.raises(UnknownPeriod):
        period_of(written)


def test_a_period_ends_today_and_is_bounded() -> None:
    today = date(2026, 11, 26)
    assert Period(date(2026, 1, 1), date(2026, 12, 31)).until(today).last == today
    for first, last in [(today, today - timedelta(days=1)), (date(2020, 1, 1), today)]:
        with pytest.raises(PeriodTooLong):
            Period(first, last).until(today)


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_a_cell_lies_in_the_cells_above_it(lon: float, lat: float) -> None:
    number = tiles.cell(lon, lat)
    for below, level in pairwise(tiles.LEVELS):
        above = tiles.parent(number, below - level)
        assert above == tiles.cell(lon, lat, level)
        first, end = tiles.children(above)
        assert first <= number < end
        number = above


@given(st.floats(73, 134), st.floats(18, 53), st.floats(0.0001, 0.01), st.floats(0, 1), st.floats(0, 1))
def test_every_point_of_a_box_lies_in_its_cells(west: float, south: float, size: float, x: float, y: float) -> None:
    box = tiles.Box(west, south, west + size, south + size)
    cells = list(tiles.within(box, tiles.LEAF))
    assert tiles.cell(west + x * size, south + y * size) in cells
    assert len(cells) == len(set(cells)) == tiles.count_within(box, tiles.LEAF)


def test_figures_that_differ_are_told() -> None:
    [told] = differences({(By.UNIT, "u", "closing"): (1, 2)}, {})
    assert str(told) == "unit u\tclosing\tjournal 1/2\tlive 0/0"


@pytest.mark.parametrize("status", [CaseStatus.MERGED, CaseStatus.PAUSED, CaseStatus.REJECTED])
def test_merged_paused_and_rejected_cases_leave_the_closing_rate(status: CaseStatus) -> None:
    """缓办 leaves the denominator, and a merged case is counted once, as the one it was merged into."""
    due = REPORTED + timedelta(days=1)
    told = facts({"status": status, "reported_at": REPORTED, "due_at": due, "unit": "unit-1"})
    [closing] = [kpi for kpi in DEFAULT.kpis if kpi.code == "closing"]
    assert not closing.counts_in(told.signature)
    open_one = facts({"status": CaseStatus.DISPATCHED, "reported_at": REPORTED, "due_at": due, "unit": "unit-1"})
    assert closing.counts_in(open_one.signature)


def test_a_contact_that_may_still_come_in_time_is_not_missed_yet() -> None:
    due = REPORTED + timedelta(hours=2)
    owed = {"status": CaseStatus.IN_PROGRESS, "contacting_due_at": due}
    assert "contact-owed" not in marks(**owed, phase="contact")
    assert "contact-owed" in marks(**owed, phase="contact", escalation=1)
    assert {"contact-owed", "contacted-in-time"} <= marks(**owed, phase="handling", contacted_at=due)
    assert "contacted-in-time" not in marks(**owed, phase="handling", contacted_at=due + timedelta(minutes=1))
