"""The code at the venue exists around the activity's time alone, and follows from that time."""

from datetime import datetime

import pytest

from services.events.activities.domain.activity import Activity
from services.events.attendance.domain.codes import CodeTime, code_shown, is_right
from tests.unit.events.given import END, HOUR, MINUTE, START, activity

TIME = CodeTime()
SEED = "5eed" * 8


def _derived(seed: str = SEED) -> Activity:
    return activity().model_copy(update={"check_in_code": seed})


@pytest.mark.parametrize(
    ("at", "there"),
    [(START - HOUR - MINUTE, False), (START - HOUR, True), (END + HOUR - MINUTE, True), (END + HOUR, False)],
)
def test_the_code_is_shown_and_right_around_the_time_alone(at: datetime, there: bool) -> None:
    code = code_shown(_derived(), START, TIME)
    assert code is not None
    assert len(code) == 6
    assert (code_shown(_derived(), at, TIME) is not None) is there
    assert is_right(_derived(), code, at, TIME) is there


def test_another_seed_and_another_time_make_another_code() -> None:
    later = _derived().model_copy(update={"starts_at": START + MINUTE})
    codes = {code_shown(each, START, TIME) for each in (_derived(), _derived("beef" * 8), later)}
    assert len(codes) == 3


def test_a_code_kept_from_before_codes_were_derived_still_holds() -> None:
    assert code_shown(_derived("314159"), START, TIME) == "314159"


@pytest.mark.parametrize("code", ["", "31415", "3141590", "签到", "\ud800"])
def test_any_other_text_is_wrong(code: str) -> None:
    assert not is_right(_derived("314159"), code, START, TIME)
