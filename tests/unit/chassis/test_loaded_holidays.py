"""Which services follow the arrangements of holidays that operators load."""

from pathlib import Path

import pytest

from services.topology import SERVICES

ROOT = Path(__file__).parents[3] / "services"


@pytest.mark.parametrize("service", SERVICES)
def test_who_asks_for_holidays_follows_what_is_loaded(service: str) -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / service).rglob("*.py")]
    asks = any("chassis.calendar.holidays import" in source for source in sources)
    app = (ROOT / service / "app.py").read_text("utf-8")
    assert asks is ("loaded_holidays(runtime.database, CalendarYearState)" in app)
    assert not any("chinese_calendar" in source or "lunar_python" in source for source in sources)
