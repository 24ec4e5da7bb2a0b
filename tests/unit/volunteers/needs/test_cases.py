"""When a volunteer is to go to a case that was handed to volunteers, and what becomes of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.contracts.volunteers import NeedStatus, Origin
from services.volunteers.needs.domain.opening import AT_A_CASE, open_for_case, time_at_a_case
from services.volunteers.needs.domain.planning import call_off
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import accepted
from tests.unit.volunteers.world import DAY, HERE, NOW

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("handed", "due", "goes"),
    [
        ("2024-01-29 09:00", "2024-02-05 09:00", "2024-01-30 10:00"),
        ("2024-01-29 10:00", None, "2024-01-30 10:00"),
        ("2024-01-29 10:01", None, "2024-01-31 10:00"),
        ("2024-01-29 23:30", "2024-02-05 09:00", "2024-01-31 10:00"),
        ("2024-01-29 09:00", "2024-01-30 10:30", "2024-01-29 12:00"),
        ("2024-01-29 17:30", "2024-01-29 21:00", "2024-01-30 10:00"),
        ("2024-01-29 03:00", "2024-01-29 18:00", "2024-01-29 10:00"),
    ],
)
def test_a_case_is_looked_at_in_time_and_at_sensible_hours(handed: str, due: str | None, goes: str) -> None:
    found = time_at_a_case(None if due is None else at(due), at(handed))
    assert found.astimezone(SHANGHAI) == at(goes)


def test_a_case_that_was_handed_over_is_a_need_until_it_is_called_off_or_has_begun() -> None:
    opened = open_for_case("need-1", "case-1", HERE, "stairwell-light", "b1", NOW + 7 * DAY, NOW)
    assert_folds(None, opened)
    need = opened.aggregate
    assert (need.case, need.origin, need.ends_at - need.starts_at) == ("case-1", Origin.DIRECT, AT_A_CASE)
    off = call_off(accepted(need, "ann"), NOW)
    assert off.aggregate.status is NeedStatus.CANCELLED
    assert [each["person"] for each in off.events[0].model_dump()["released"]] == ["ann"]
    assert call_off(need, need.starts_at).events == ()
    assert call_off(off.aggregate, NOW).events == ()
