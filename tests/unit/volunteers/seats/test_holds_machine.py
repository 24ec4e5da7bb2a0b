"""Holds, offers and seats under processes that stop anywhere, die, and get no answer, and events late and repeated.

The machine looks for a seat whose hold is lost, a person with two seats at one time, a seat filled twice, and a hold
that nobody owns. It runs the service's own commands and handlers. One thing is taken for granted of the world: a
process that has decided on a write makes it within `DANGLES_AFTER`, or never.
"""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import ActivityMoved
from services.volunteers.needs.domain import inviting, planning, seating
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE
from services.volunteers.needs.store import NEED
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.store import DANGLES_AFTER, VOLUNTEER
from services.volunteers.seats.domain import Seat, hold_of, standing
from services.volunteers.seats.reactions import reactions
from services.volunteers.seats.service import Seats
from tests.unit.volunteers.making import a_need, a_volunteer
from tests.unit.volunteers.seats.interleaved import Halt, Process, Shelf, received
from tests.unit.volunteers.world import HERE, HOUR, NOW, STAFF, person

PEOPLE = ("ann", "bob")
NEEDS = ("need-1", "need-2")
MINUTE = timedelta(minutes=1)
STANDS = 10 * MINUTE
LONGEST_HELD = 40 * MINUTE
"""Who stands by has a quarter of the time that is left for an answer, which is two and a half hours at most."""
AT_ONCE = 3
"""So many commands and handlers under way at a time: two processes, and one that was killed and began anew."""

WHO = st.sampled_from((*PEOPLE, "ann"))
NEED_ID = st.sampled_from((*NEEDS, "need-1"))
STEPS = st.sampled_from((1, 2, 3, 4, 5, 20, 20, 20, 20))
"""The steps that a process makes at first: to one of its halts, or to its end."""

Work = Coroutine[Halt, None, Any]


class Holds(RuleBasedStateMachine):
    """Two people, two needs at the same time, and whatever is under way between them."""

    @initialize(seats=st.integers(1, 2))
    def begin(self, seats: int) -> None:
        self.now = NOW
        self.needs, self.people = Shelf(NEED, lambda: self.now), Shelf(VOLUNTEER, lambda: self.now)
        for id in NEEDS:
            self.needs.put(a_need(id, seats=seats, starts_at=NOW + 2 * HOUR, ends_at=NOW + 3 * HOUR))
        for who in PEOPLE:
            self.people.put(a_volunteer(who))
        needs, people = cast(Aggregates[Need], self.needs), cast(Aggregates[Volunteer], self.people)
        self.seats = Seats(needs, people, lambda: self.now, STANDS)
        table = Handlers()
        reactions(table, needs, people, self.seats, lambda: self.now, lambda community: None)
        self.reactions = table.reactions
        self.running: list[Process] = []
        self.landing: list[tuple[Any, Callable[[], bool]]] = []
        self.handled = dict.fromkeys(NEEDS, 0)

    def may_begin(self) -> bool:
        return len(self.running) < AT_ONCE

    def start(self, name: str, work: Work, steps: int = 1) -> None:
        process = Process(name, self.now, work)
        self.running.append(process)
        self.carry_on(process, steps)

    def carry_on(self, process: Process, steps: int) -> None:
        for _ in range(steps):
            if not process.ended:
                process.step(self.now)
        self.running = [process for process in self.running if not process.ended]

    def changing(self, need: str) -> Callable[[Any], Work]:
        return lambda decide: self.needs.change(need, decide, cast(Any, None))

    @precondition(may_begin)
    @rule(who=WHO, need=NEED_ID, steps=STEPS)
    def take(self, who: str, need: str, steps: int) -> None:
        self.start("take", self.seats.take(need, person(who), cast(Any, None), self.changing(need)), steps)

    @precondition(may_begin)
    @rule(who=WHO, need=NEED_ID, steps=STEPS)
    def ask(self, who: str, need: str, steps: int) -> None:
        self.start("ask", self.seats.ask(need, who, "熟悉", STAFF, cast(Any, None), self.changing(need)), steps)

    @precondition(may_begin)
    @rule(who=WHO, need=NEED_ID, steps=STEPS)
    def match(self, who: str, need: str, steps: int) -> None:
        volunteer = self.people.now(volunteer_id(HERE, who))
        self.start("match", self.seats.ask_matched(self.needs.now(need), volunteer), steps)

    @precondition(may_begin)
    @rule(
        who=WHO,
        need=NEED_ID,
        answer=st.sampled_from([seating.accept, seating.decline]),
        steps=STEPS,
    )
    def answer(self, who: str, need: str, answer: Any, steps: int) -> None:
        self.start(answer.__name__, self.changing(need)(lambda n, now: answer(n, person(who), now)), steps)

    @precondition(may_begin)
    @rule(who=WHO, need=NEED_ID, steps=STEPS)
    def withdraw(self, who: str, need: str, steps: int) -> None:
        self.start("withdraw", self.changing(need)(lambda n, now: seating.withdraw(n, who, person(who), now)), steps)

    @precondition(may_begin)
    @rule(who=WHO, need=NEED_ID, steps=STEPS)
    def promise(self, who: str, need: str, steps: int) -> None:
        self.start("promise", self.seats.promise(need, person(who), self.changing(need)), steps)

    @precondition(may_begin)
    @rule(who=WHO, need=NEED_ID, steps=STEPS)
    def check_in(self, who: str, need: str, steps: int) -> None:
        self.start("check in", self.seats.check_in(need, who, STAFF, self.changing(need)), steps)

    @precondition(may_begin)
    @rule(who=WHO, need=NEED_ID, steps=STEPS)
    def stand_by(self, who: str, need: str, steps: int) -> None:
        self.start("stand by", self.seats.stand_by(need, person(who), self.changing(need)), steps)

    @precondition(may_begin)
    @rule(who=WHO, need=NEED_ID, standing=st.booleans(), steps=STEPS)
    def refill(self, who: str, need: str, standing: bool, steps: int) -> None:
        """A seat that was lost is given on: to who stands by, or by a ring in which the person is asked."""
        stands = self.needs.now(need)
        if standing:
            self.start("ask who stands by", self.seats.ask_standby(stands, who), steps)
        else:
            self.start("ring", self.ring(stands, who), steps)

    async def ring(self, need: Need, who: str) -> None:
        if await self.seats.may_be_invited(need, who):
            await self.needs.change(need.id, lambda n, now: inviting.invite(n, [who], now), cast(Any, None))

    @precondition(may_begin)
    @rule(need=NEED_ID, steps=STEPS)
    def expire(self, need: str, steps: int) -> None:
        self.start("expire", self.changing(need)(seating.expire), steps)

    @precondition(may_begin)
    @rule(need=NEED_ID, later=st.sampled_from([0, 30]), steps=STEPS)
    def move(self, need: str, later: int, steps: int) -> None:
        begins = NOW + 2 * HOUR + later * MINUTE
        moved = ActivityMoved(
            starts_at=begins,
            ends_at=begins + HOUR,
            venue="square",
            building=None,
            previous_starts_at=NOW,
            previous_venue="square",
        )
        self.start("move", self.changing(need)(lambda n, now: planning.move(n, moved, now)), steps)

    @precondition(may_begin)
    @rule(need=st.just("need-2"), steps=STEPS)
    def cancel(self, need: str, steps: int) -> None:
        self.start("cancel", self.changing(need)(lambda n, now: planning.cancel(n, STAFF, now)), steps)

    @precondition(may_begin)
    @rule(who=WHO, steps=STEPS)
    def mend(self, who: str, steps: int) -> None:
        for booking in self.dangling(who)[:1]:
            self.start("mend", self.seats.mend(volunteer_id(HERE, who), booking), steps)

    @precondition(may_begin)
    @rule(need=NEED_ID, back=st.sampled_from([0, 0, 0, 1, 2]), steps=STEPS)
    def hear(self, need: str, back: int, steps: int) -> None:
        """The next event of a need is handled, or one of the last again."""
        said = self.needs.said.get(need, [])
        place = self.handled[need] - back
        if 0 <= place < len(said):
            self.handle(need, place, steps)
            self.handled[need] = max(self.handled[need], place + 1)

    def handle(self, need: str, place: int, steps: int = 1) -> None:
        event = self.needs.said[need][place]
        for name, reaction in self.reactions.get(event.type, ()):
            heard: Received[Any] = received(event, need, place + 2, HERE, name)
            self.start(name, cast(Work, reaction(heard)), steps)

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, AT_ONCE), steps=STEPS)
    def go_on(self, which: int, steps: int) -> None:
        self.carry_on(self.running[which % len(self.running)], steps)

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, AT_ONCE))
    def die(self, which: int) -> None:
        process = self.running.pop(which % len(self.running))
        process.kill()
        if process.name in REACTIONS:
            self.handled = dict.fromkeys(NEEDS, 0)  # nothing was committed: everything comes again

    @precondition(lambda self: any(process.writes for process in self.running))
    @rule(which=st.integers(0, AT_ONCE))
    def get_no_answer(self, which: int) -> None:
        writing = [process for process in self.running if process.writes]
        process = writing[which % len(writing)]
        self.landing.append((process.since, process.unanswered(self.now)))
        if process.name in REACTIONS:
            self.handled = dict.fromkeys(NEEDS, 0)
        self.carry_on(process, 0)

    @precondition(lambda self: self.landing)
    @rule(which=st.integers(0, 5))
    def land(self, which: int) -> None:
        self.landing.pop(which % len(self.landing))[1]()

    @rule(minutes=st.sampled_from([1, 5, 9]))
    def wait(self, minutes: int) -> None:
        later = self.now + minutes * MINUTE
        stalled = [process.since for process in self.running] + [since for since, _ in self.landing]
        if all(later - since < DANGLES_AFTER for since in stalled):
            self.now = later

    def dangling(self, who: str) -> list[Any]:
        bookings = self.people.now(volunteer_id(HERE, who)).bookings
        return [b for b in bookings if b.until is not None and b.until <= self.now - DANGLES_AFTER]

    def pairs(self) -> list[tuple[Need, Volunteer]]:
        return [(self.needs.now(id), self.people.now(volunteer_id(HERE, who))) for id in NEEDS for who in PEOPLE]

    @invariant()
    def no_seat_without_its_hold_and_none_filled_twice(self) -> None:
        for id in NEEDS:
            need = self.needs.now(id)
            live = [offer.person for offer in need.offers if offer.status in LIVE]
            assert len(live) == len(set(live)) <= need.seats
            assert len({offer.id for offer in need.offers}) == len(need.offers)
        for need, volunteer in self.pairs():
            held = {booking.offer: booking for booking in volunteer.bookings}
            for offer in (offer for offer in need.offers if offer.person == volunteer.person):
                row = standing(hold_of(held.get(offer.id)), offer.status, ended=need.is_final)
                assert row is not None, f"{offer.status} with {hold_of(held.get(offer.id))}"
                assert (row.seat is Seat.FREE) is (offer.status not in LIVE)

    @invariant()
    def nobody_has_two_seats_at_one_time(self) -> None:
        for who in PEOPLE:
            mine = [
                need
                for need in (self.needs.now(id) for id in NEEDS)
                if not need.is_final and any(o.person == who and o.status in LIVE for o in need.offers)
            ]
            assert len(mine) < 2 or mine[0].ends_at <= mine[1].starts_at or mine[1].ends_at <= mine[0].starts_at

    def teardown(self) -> None:
        """Everything comes to its end; then nothing is owed any more."""
        if not hasattr(self, "now"):
            return
        self.finish()
        for _, lands in self.landing:
            lands()
        self.now += max(STANDS, LONGEST_HELD) + 2 * DANGLES_AFTER
        for need in NEEDS:
            self.start("expire", self.changing(need)(seating.expire))
            self.finish()
            for place in range(len(self.needs.said.get(need, ()))):
                self.handle(need, place)
                self.finish()
        for who in PEOPLE:
            for booking in self.dangling(who):
                self.start("mend", self.seats.mend(volunteer_id(HERE, who), booking))
                self.finish()
        self.nobody_owns_nothing()
        self.no_seat_without_its_hold_and_none_filled_twice()

    def finish(self) -> None:
        for process in self.running:
            while not process.ended:
                process.step(self.now)
        self.running = []

    def nobody_owns_nothing(self) -> None:
        """Each hold that is left belongs to a seat that is taken."""
        for who in PEOPLE:
            for booking in self.people.now(volunteer_id(HERE, who)).bookings:
                offers = self.needs.now(booking.need).offers
                status = next((offer.status for offer in offers if offer.id == booking.offer), None)
                row = standing(hold_of(booking), status)
                assert row is not None, "a hold that stands nowhere in the table"
                assert row.owed is None, f"{row.owed} is owed to a hold whose offer is {status}"


REACTIONS = {"settle_booking", "free_one", "free_all"}

Holds.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestHolds = Holds.TestCase
