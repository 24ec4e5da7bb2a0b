"""Two processes change one activity, each deciding on what it read before: the published order holds, nobody is told
twice, and everybody is told what is true of them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError
from services.contracts.activities import (
    ActivityDetails,
    ActivityOffered,
    ActivityPromoted,
    ActivityRegistered,
    ActivityWaitlisted,
    ActivityWithdrawn,
    Promotion,
)
from services.events.activities.domain import seats
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Change, change
from services.events.registrations import domain as registrations
from services.events.registrations.domain import GroupOf, Register
from tests.unit.events.given import NOW, STAFF, activity, resident
from tests.unit.events.lawful import lawful

Command = Callable[[Activity, datetime], Decision[Activity]]
PEOPLE, PROCESSES = st.integers(1, 9), st.integers(0, 1)
GROUPS = (
    {"group": "elders", "zh": "老人", "capacity": 3},
    {"group": "others", "zh": "其他", "capacity": 4},
)


class TwoProcesses(RuleBasedStateMachine):
    """What stands in the store, what each process is about to write, and what people have been told."""

    activity: Activity

    @initialize(capacity=st.integers(1, 6), promotion=st.sampled_from(Promotion))
    def scheduled(self, capacity: int, promotion: Promotion) -> None:
        terms = {
            "groups": GROUPS,
            "priority": ("elders",),
            "priority_rule": "老人优先",
            "promotion": promotion,
            "offer_hours": 3,
        }
        self.activity = activity(capacity=capacity, details=ActivityDetails.model_validate({"terms": terms}))
        self.version = 0
        self.clock = NOW
        self.told: dict[str, str] = {}
        self.under_way: dict[int, tuple[int, Decision[Activity] | None, Command]] = {}

    @rule(process=PROCESSES, n=PEOPLE, heads=st.integers(1, 3), elders=st.booleans(), guest=st.integers(0, 9))
    def register(self, process: int, n: int, heads: int, elders: bool, guest: int) -> None:
        groups = (GroupOf(group="elders" if elders else "others", heads=heads),)
        asked = Register(party=heads, groups=groups, guest_reason="嘉宾" if guest == 0 else None)
        by = STAFF if guest == 0 else resident(n)
        self._begin(process, lambda a, now: registrations.register(a, f"resident-{n}", heads, by, now, asked=asked))

    @rule(process=PROCESSES, n=PEOPLE)
    def withdraw(self, process: int, n: int) -> None:
        self._begin(process, lambda a, now: registrations.withdraw(a, f"resident-{n}", resident(n), now))

    @rule(process=PROCESSES, n=PEOPLE, comes=st.booleans())
    def answer(self, process: int, n: int, comes: bool) -> None:
        self._begin(process, lambda a, now: registrations.answer(a, f"resident-{n}", resident(n), now, comes=comes))

    @rule(process=PROCESSES, capacity=st.integers(1, 7))
    def resize(self, process: int, capacity: int) -> None:
        self._begin(process, lambda a, now: change(a, Change(capacity=capacity), STAFF, now))

    @rule(process=PROCESSES, n=PEOPLE, position=st.integers(1, 4))
    def put_ahead(self, process: int, n: int, position: int) -> None:
        self._begin(process, lambda a, now: registrations.move_up(a, f"resident-{n}", STAFF, now, position, "例外"))

    @rule(process=PROCESSES, hours=st.integers(0, 4))
    def sweep(self, process: int, hours: int) -> None:
        self.clock += timedelta(hours=hours)
        self._begin(process, seats.lapse)

    @rule(process=PROCESSES)
    def write(self, process: int) -> None:
        if process not in self.under_way:
            return
        version, decision, command = self.under_way.pop(process)
        if version != self.version:  # the other one was faster: it decides anew, as the store makes it do
            decision = self._decided(command)
        if decision is None:
            return
        lawful(self.activity, decision)
        self.activity, self.version = decision.aggregate, self.version + len(decision.events)
        for event in decision.events:
            if isinstance(event, ActivityRegistered | ActivityPromoted):
                assert self.told.get(event.person) != "seated"
                self.told[event.person] = "seated"
            elif isinstance(event, ActivityWaitlisted):
                assert event.person not in self.told
                self.told[event.person] = "waiting"
            elif isinstance(event, ActivityOffered):
                assert self.told[event.person] == "waiting"
                self.told[event.person] = "offered"
            elif isinstance(event, ActivityWithdrawn):
                del self.told[event.person]

    @invariant()
    def never_over_capacity_but_where_it_was_lowered(self) -> None:
        assert self.activity.free >= 0
        for group in GROUPS:
            name = str(group["group"])
            held = [*self.activity.seated, *(p for p in self.activity.waiting if p.offered_until)]
            assert sum(p.heads_of(name) for p in held if not p.guest) <= int(str(group["capacity"]))

    @invariant()
    def no_seat_stays_free_that_fits_somebody_who_waits(self) -> None:
        assert not [p.person for p in self.activity.waiting if p.offered_until is None and self.activity.fits(p)]

    @invariant()
    def everybody_was_told_what_is_true_of_them(self) -> None:
        truth = {p.person: "seated" for p in self.activity.seated}
        truth |= {p.person: "offered" if p.offered_until else "waiting" for p in self.activity.waiting}
        assert truth == self.told

    @invariant()
    def the_published_order_holds_where_nobody_made_an_exception(self) -> None:
        plain = [p for p in self.activity.waiting if p.reason is None and p.offered_until is None]
        ranks = [(p.groups[0].group != "elders", p.registered_at) for p in plain]
        exceptions = any(p.reason or p.offered_until for p in self.activity.waiting)
        assert exceptions or ranks == sorted(ranks)

    def _begin(self, process: int, command: Command) -> None:
        self.clock += timedelta(seconds=1)
        self.under_way[process] = (self.version, self._decided(command), command)

    def _decided(self, command: Command) -> Decision[Activity] | None:
        try:
            return command(self.activity, self.clock)
        except CommunityError:
            return None


TwoProcesses.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestTwoProcesses = TwoProcesses.TestCase
