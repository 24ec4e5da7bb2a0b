"""Work that can wait rests longer than it works, and not at all where there was nothing to do."""

from services.issues.reading.pace import Pace


class Worker:
    """A clock, and work that takes its time."""

    def __init__(self, takes: float, done: int = 3) -> None:
        self.clock, self.takes, self.done, self.turns = 100.0, takes, done, 0

    def now(self) -> float:
        return self.clock

    async def work(self) -> int:
        self.turns += 1
        self.clock += self.takes
        return self.done


async def test_after_a_turn_it_rests_in_proportion() -> None:
    worker = Worker(takes=0.5)
    pace = Pace(4.0, worker.now)
    assert await pace.take(worker.work) == 3
    worker.clock += 1.9
    assert await pace.take(worker.work) == 0
    worker.clock += 0.2
    assert await pace.take(worker.work) == 3
    assert worker.turns == 2


async def test_where_nothing_was_to_be_done_the_next_look_is_at_once() -> None:
    worker = Worker(takes=0.5, done=0)
    pace = Pace(4.0, worker.now)
    assert [await pace.take(worker.work), await pace.take(worker.work)] == [0, 0]
    assert worker.turns == 2
