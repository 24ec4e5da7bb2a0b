"""Work that can wait rests longer than it works and longer still while others wait, but never beyond its patience."""

from hypothesis import given
from hypothesis import strategies as st

from services.issues.reading.throttle import Pace, Pass, a_turn


class Worker:
    """A clock, a loop whose turns take their time, and work that takes its own."""

    def __init__(self, takes: float, done: int = 3, turn: float = 0.0, oldest: float = 0.0) -> None:
        self.clock, self.takes, self.done, self.turn, self.oldest, self.turns = 100.0, takes, done, turn, oldest, 0

    def now(self) -> float:
        return self.clock

    async def busy(self) -> float:
        return self.turn

    async def work(self) -> Pass:
        self.turns += 1
        self.clock += self.takes
        return Pass(self.done, self.oldest)

    def pace(self, rest: float, patience: float = 1000.0) -> Pace:
        return Pace(rest, patience, self.now, self.busy)


async def test_after_a_pass_it_rests_in_proportion() -> None:
    worker = Worker(takes=0.5)
    pace = worker.pace(4.0)
    assert await pace.take(worker.work) == 3
    worker.clock += 1.9
    assert await pace.take(worker.work) == 0
    worker.clock += 0.2
    assert await pace.take(worker.work) == 3
    assert worker.turns == 2


async def test_on_a_busy_loop_it_rests_longer() -> None:
    worker = Worker(takes=0.5, turn=0.0015)
    pace = worker.pace(1.0)
    await pace.take(worker.work)
    worker.clock += 1.9
    assert await pace.take(worker.work) == 0
    worker.clock += 0.2
    assert await pace.take(worker.work) == 3


async def test_where_nothing_was_to_be_done_the_next_look_is_at_once() -> None:
    worker = Worker(takes=0.5, done=0)
    pace = worker.pace(4.0)
    assert [await pace.take(worker.work), await pace.take(worker.work)] == [0, 0]
    assert worker.turns == 2


async def test_work_older_than_its_patience_is_done_without_rest() -> None:
    worker = Worker(takes=2.0, turn=0.06, oldest=2.5)
    pace = worker.pace(4.0, patience=2.0)
    assert [await pace.take(worker.work), await pace.take(worker.work)] == [3, 3]


@given(takes=st.floats(0, 60), turn=st.floats(0, 5), oldest=st.floats(0, 60), rest=st.floats(0, 10))
async def test_no_rest_lets_anything_get_older_than_the_patience(
    takes: float, turn: float, oldest: float, rest: float
) -> None:
    """A pass of 2 s on a loop with turns of 60 ms once rested for 968 s."""
    worker = Worker(takes=takes, turn=turn, oldest=oldest)
    pace = worker.pace(rest, patience=2.0)
    await pace.take(worker.work)
    worker.clock += max(0.0, 2.0 - oldest) + 1e-6
    assert await pace.take(worker.work) == 3


async def test_a_turn_of_the_loop_is_measured() -> None:
    assert await a_turn() >= 0
