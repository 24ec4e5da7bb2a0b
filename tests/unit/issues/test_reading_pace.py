"""Work that can wait rests longer than it works, longer still while others wait, and not where nothing was to do."""

from services.issues.reading.pace import Pace, a_turn


class Worker:
    """A clock, a loop whose turns take their time, and work that takes its own."""

    def __init__(self, takes: float, done: int = 3, turn: float = 0.0) -> None:
        self.clock, self.takes, self.done, self.turn, self.turns = 100.0, takes, done, turn, 0

    def now(self) -> float:
        return self.clock

    async def busy(self) -> float:
        return self.turn

    async def work(self) -> int:
        self.turns += 1
        self.clock += self.takes
        return self.done

    def pace(self, rest: float) -> Pace:
        return Pace(rest, self.now, self.busy)


async def test_after_a_turn_it_rests_in_proportion() -> None:
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


async def test_a_turn_of_the_loop_is_measured() -> None:
    assert await a_turn() >= 0
