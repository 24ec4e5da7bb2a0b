"""Codes for check-in: each is taken for two turns at its need and its time, and nowhere else."""

from datetime import timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.store.secret import keyed_id
from services.volunteers.attendance.domain.codes import CodeTime, code_shown, is_right, scanned
from tests.unit.volunteers.making import a_need
from tests.unit.volunteers.world import HOUR, NOW

NAMING = partial(keyed_id, b"secret")
TIME = CodeTime()
NEED = a_need(starts_at=NOW, ends_at=NOW + HOUR)


@settings(max_examples=100)
@given(st.integers(-7200, 14_400), st.integers(0, 400))
def test_a_code_is_taken_until_the_time_that_is_told_and_not_after(shown_at: int, later: int) -> None:
    now = NOW + timedelta(seconds=shown_at)
    code = code_shown(NAMING, NEED, now, TIME)
    assert (code is not None) == (NEED.starts_at - TIME.before <= now < NEED.ends_at + TIME.after)
    if code is None:
        return
    digits, until = code
    then = now + timedelta(seconds=later)
    if then < until:
        assert is_right(NAMING, NEED, digits, then, TIME)
        assert is_right(NAMING, NEED, scanned(NEED, digits), then, TIME)
    assert TIME.turn <= until - now or until == NEED.ends_at + TIME.after


def test_an_old_code_another_need_s_and_one_from_before_a_move_open_nothing() -> None:
    shown = code_shown(NAMING, NEED, NOW, TIME)
    assert shown is not None
    digits, until = shown
    assert not is_right(NAMING, NEED, digits, until, TIME)
    assert not is_right(NAMING, NEED, "", NOW, TIME)
    elsewhere = a_need("need-2", starts_at=NOW, ends_at=NOW + HOUR)
    moved = a_need(starts_at=NOW, ends_at=NOW + 2 * HOUR)
    codes = [code_shown(NAMING, each, NOW, TIME) for each in (NEED, elsewhere, moved)]
    assert len({code[0] for code in codes if code is not None}) == 3
    assert not is_right(NAMING, elsewhere, scanned(NEED, digits), NOW, TIME)
