"""Whatever residents do, in whatever order: never over capacity, never an idle seat, never out of turn."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.chassis.errors import CommunityError
from services.events.activities.domain import erasure, staffing
from services.events.activities.domain.activity import Activity
from services.events.registrations import domain as registrations
from services.events.registrations.domain import AlreadyRegistered, NotRegistered, PartyTooLarge
from tests.unit.events.given import NOW, activity, resident
from tests.unit.events.lawful import lawful

PEOPLE = st.integers(1, 12)


class Seats(RuleBasedStateMachine):
    """A model beside the aggregate: it knows the order in which the present parties came, and their sizes."""

    activity: Activity
    came: dict[str, int]

    @initialize(capacity=st.integers(1, 8))
    def scheduled(self, capacity: int) -> None:
        self.activity = activity(capacity=capacity)
        self.came = {}
        self.clock = NOW

    @rule(n=PEOPLE, heads=st.integers(1, 6))
    def register(self, n: int, heads: int) -> None:
        who = resident(n)
        self.clock += timedelta(seconds=1)
        try:
            decision = registrations.register(self.activity, who.sub, heads, who, self.clock)
        except AlreadyRegistered:
            assert who.sub in self.came
            return
        except PartyTooLarge:
            assert heads > self.activity.capacity
            return
        assert who.sub not in self.came
        lawful(self.activity, decision)
        self.came[who.sub] = heads
        self.activity = decision.aggregate

    @rule(n=PEOPLE)
    def withdraw(self, n: int) -> None:
        who = resident(n)
        queue = [p.person for p in self.activity.waiting]
        try:
            decision = registrations.withdraw(self.activity, who.sub, who, self.clock)
        except NotRegistered:
            assert who.sub not in self.came
            return
        lawful(self.activity, decision)
        del self.came[who.sub]
        self.activity = decision.aggregate
        self._moved_up_in_turn([person for person in queue if person != who.sub])

    @rule(n=PEOPLE)
    def erase(self, n: int) -> None:
        who = resident(n)
        queue = [p.person for p in self.activity.waiting if p.person != who.sub]
        decision = erasure.erase_from_activity(self.activity, who.sub, self.clock)
        lawful(self.activity, decision)
        assert who.sub not in decision.aggregate.people
        self.came.pop(who.sub, None)
        self.activity = decision.aggregate
        self._moved_up_in_turn(queue)

    @rule(helpers=st.lists(st.sampled_from(["h-1", "h-2", "h-3"]), unique=True))
    def staffed(self, helpers: list[str]) -> None:
        decision = staffing.staff(self.activity, helpers, self.clock)
        lawful(self.activity, decision)
        self.activity = decision.aggregate

    @precondition(lambda self: self.came)
    @rule(data=st.data())
    def a_stranger_can_not_take_seats_away(self, data: st.DataObject) -> None:
        victim = data.draw(st.sampled_from(sorted(self.came)))
        try:
            registrations.withdraw(self.activity, victim, resident("stranger"), self.clock)
        except CommunityError:
            return
        raise AssertionError("a stranger withdrew somebody's registration")

    @invariant()
    def nobody_is_lost_or_doubled(self) -> None:
        here = [(p.person, p.heads) for p in (*self.activity.seated, *self.activity.waiting)]
        assert sorted(here) == sorted(self.came.items())

    @invariant()
    def never_over_capacity(self) -> None:
        assert 0 <= self.activity.taken <= self.activity.capacity

    @invariant()
    def no_seat_stays_free_while_somebody_waits_who_fits(self) -> None:
        assert all(p.heads > self.activity.free for p in self.activity.waiting)

    @invariant()
    def the_waiting_stand_in_the_order_they_came(self) -> None:
        order = list(self.came)
        waiting = [order.index(p.person) for p in self.activity.waiting]
        assert waiting == sorted(waiting)

    def _moved_up_in_turn(self, queue: list[str]) -> None:
        """Nobody was passed over by somebody behind them who is no smaller."""
        left = [p.person for p in self.activity.waiting]
        for place, stays in enumerate(queue):
            if stays in left:
                overtakers = [person for person in queue[place + 1 :] if person not in left]
                assert all(self.came[person] < self.came[stays] for person in overtakers)


Seats.TestCase.settings = settings(max_examples=100, stateful_step_count=30)
TestSeats = Seats.TestCase
