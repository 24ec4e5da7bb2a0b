"""An account whose provider fails on end is left alone, for a time that does not depend on how many were waiting."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notify.channels.domain.breaker import BREAKS_AFTER, FIRST_REST, Trouble
from tests.unit.notify.given import HOUR, NOW

SECOND = timedelta(seconds=1)


def resting(on_their_way: int = BREAKS_AFTER) -> Trouble:
    trouble = Trouble()
    for _ in range(on_their_way):
        trouble = trouble.failed(NOW, NOW + SECOND)
    return trouble


@given(st.integers(BREAKS_AFTER, 500))
def test_so_many_that_were_on_their_way_are_one_reason_to_rest(on_their_way: int) -> None:
    assert resting(on_their_way).until == NOW + SECOND + FIRST_REST


def test_a_few_failures_are_none() -> None:
    assert resting(BREAKS_AFTER - 1).until is None


def test_after_a_rest_one_failure_leads_to_a_longer_one_up_to_half_an_hour() -> None:
    trouble, rests = resting(), []
    for _ in range(8):
        now = trouble.until or NOW
        trouble = trouble.asking(now).failed(now, now)
        rests.append(((trouble.until or NOW) - now) / FIRST_REST)
    assert rests == [2, 4, 8, 16, 32, 32, 32, 32]


def test_after_a_rest_one_asks_and_the_others_wait_for_a_while() -> None:
    trouble = resting()
    over = trouble.until or NOW
    assert (trouble.waits(NOW + SECOND), trouble.waits(over)) == (over, None)
    asking = trouble.asking(over)
    later = asking.waits(over + SECOND)
    assert later is not None
    assert over + SECOND < later < over + HOUR
    assert asking.waits(later) is None, "who never heard is waited for no longer"
    assert Trouble().asking(NOW) == Trouble()


def test_an_account_at_fault_rests_at_once_and_as_long_as_one_that_fails() -> None:
    trouble, rests, now = Trouble(), [], NOW
    for _ in range(8):
        trouble = trouble.barred(now, now)
        assert trouble.barred(now - SECOND, now) == trouble, "who asked before tells nothing new"
        rests.append(((trouble.until or NOW) - now) / FIRST_REST)
        now = trouble.until or NOW
    assert rests == [1, 2, 4, 8, 16, 32, 32, 32]
