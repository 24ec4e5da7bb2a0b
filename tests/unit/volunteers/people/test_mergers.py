"""What names a record that ended names the last one, in whatever order two mergers of one person are followed."""

from collections.abc import Iterator
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.store.aggregates import Aggregates
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.mergers import follow_merger, last_record, names_of
from services.volunteers.people.store import VOLUNTEER
from tests.unit.volunteers.making import a_volunteer
from tests.unit.volunteers.seats.interleaved import Halt, Process, Shelf, halt
from tests.unit.volunteers.world import HERE, NOW

CHAIN = (("ann-3", "ann-2"), ("ann-2", "ann"))


class House:
    """Three records of one person, and a list that names the first two."""

    def __init__(self) -> None:
        self.people = Shelf(VOLUNTEER, lambda: NOW)
        for who in ("ann", "ann-2", "ann-3"):
            self.people.put(a_volunteer(who))
        self.named = {"ann-2", "ann-3"}
        self.volunteers = cast(Aggregates[Volunteer], self.people)

    def end(self, person: str, into: str) -> None:
        record = self.people.now(volunteer_id(HERE, person))
        self.people.put(record.model_copy(update={"merged_into": into, "approved_at": None, "left_at": NOW}))

    async def move(self, ended: str, into: str) -> None:
        await halt(Halt())
        if ended in self.named:
            await halt(Halt())
            self.named = self.named - {ended} | {into}

    def merger(self, person: str, into: str) -> Iterator[None]:
        """The record ends, and then its event is taken; a pause at each read and write."""
        self.end(person, into)
        yield
        work = Process(person, NOW, follow_merger(self.volunteers, HERE, person, into, self.move))
        while not work.ended:
            work.step(NOW)
            yield


@given(st.lists(st.booleans(), max_size=40))
def test_two_mergers_at_once_end_at_the_last_record(turns: list[bool]) -> None:
    house = House()
    first, second = (house.merger(*each) for each in CHAIN)
    for turn in turns:
        next(first if turn else second, None)
    for rest in (first, second):
        for _ in rest:
            pass
    assert house.named == {"ann"}


def _done(work: Process) -> None:
    while not work.ended:
        work.step(NOW)


def test_a_circle_of_records_is_followed_to_an_end() -> None:
    house = House()
    for person, into in (*CHAIN, ("ann", "ann-3")):
        house.end(person, into)
    _done(Process("following", NOW, follow_merger(house.volunteers, HERE, "ann-3", "ann-2", house.move)))


def test_the_last_record_and_the_names_of_a_person() -> None:
    house = House()
    for person, into in CHAIN:
        house.end(person, into)
    found: list[object] = []

    async def look() -> None:
        for person in ("ann-3", "ann", "nobody"):
            last = await last_record(house.volunteers, HERE, person)
            found.append((None if last is None else last.person, await names_of(house.volunteers, HERE, person)))

    _done(Process("looking", NOW, look()))
    assert found == [
        ("ann", frozenset({"ann", "ann-3"})),
        ("ann", frozenset({"ann"})),
        (None, frozenset({"nobody"})),
    ]
