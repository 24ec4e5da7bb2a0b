"""Seats under any sequence of commands by anybody at any time: a machine of hypothesis tries the promises."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError
from services.contracts.activities import ActivityMoved
from services.contracts.volunteers import (
    InvitationEnd,
    NeedAccepted,
    NeedInvitationDeclined,
    NeedInvitationEnded,
    NeedInvited,
    NeedReopened,
    NeedStaffed,
    NeedStatus,
)
from services.volunteers.needs.domain import attending, inviting, planning, seating, serving
from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.need import FINAL, Need
from services.volunteers.needs.domain.offers import ASKED, LIVE, SERVING, OfferStatus
from services.volunteers.needs.domain.serving import Confirm, Report
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_need
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, person

PEOPLE = st.sampled_from(["ann", "bob", "cai", "dan"])


class Seats(RuleBasedStateMachine):
    """One need. A refusal changes nothing; whatever is decided keeps the promises below."""

    @initialize(seats=st.integers(1, 3))
    def open(self, seats: int) -> None:
        self.need = a_need(seats=seats)
        self.now = NOW
        self.made = 0
        self.staffed = False
        self.waiting: set[str] = set()
        """Who was invited and has heard nothing since."""
        self.asked: set[str] = set()

    def decide(self, decision: Decision[Need]) -> None:
        assert_folds(self.need, decision)
        if self.need.is_final:
            assert decision.aggregate.status is self.need.status or self.need.status is NeedStatus.LAPSED
        for event in decision.events:
            if isinstance(event, NeedStaffed):
                assert not self.staffed, "staffed was said twice"
                self.staffed = True
            elif isinstance(event, NeedReopened):
                self.staffed = False
            elif isinstance(event, NeedInvitationEnded):
                assert event.person in self.waiting, "somebody is thanked who waits for nothing"
                self.waiting.discard(event.person)
                if event.why is InvitationEnd.MOVED:
                    self.asked.clear()
            elif isinstance(event, (NeedInvitationDeclined, NeedAccepted)):
                self.waiting.discard(event.person)
        self.need = decision.aggregate

    @rule(who=PEOPLE, hours=st.integers(1, 60))
    def offer(self, who: str, hours: int) -> None:
        asked = any(o.person == who and o.status in ASKED for o in self.need.offers)
        self.made += 1
        booking = seating.tentative(self.need, f"offer-{self.made}", self.now, timedelta(hours=hours))
        try:
            decision = seating.offer(self.need, booking, who, self.now)
        except CommunityError:
            return
        assert not asked
        self.decide(decision)

    @rule(who=PEOPLE)
    def take(self, who: str) -> None:
        self.made += 1
        booking = seating.tentative(self.need, f"offer-{self.made}", self.now)
        self.attempt(lambda: seating.take(self.need, booking, person(who), self.now))

    @rule(who=PEOPLE)
    def accept(self, who: str) -> None:
        self.attempt(lambda: seating.accept(self.need, person(who), self.now))

    @rule(who=PEOPLE)
    def decline(self, who: str) -> None:
        self.attempt(lambda: seating.decline(self.need, person(who), self.now))

    @rule(who=PEOPLE)
    def withdraw(self, who: str) -> None:
        self.attempt(lambda: seating.withdraw(self.need, who, person(who), self.now))

    @rule(who=PEOPLE)
    def promise(self, who: str) -> None:
        self.attempt(lambda: attending.promise(self.need, person(who), self.now))

    @rule(who=PEOPLE)
    def check_in(self, who: str) -> None:
        self.attempt(lambda: attending.check_in(self.need, who, STAFF, self.now))

    @rule(who=PEOPLE)
    def no_show(self, who: str) -> None:
        self.attempt(lambda: attending.no_show(self.need, who, STAFF, self.now))

    @rule()
    def remind(self) -> None:
        self.decide(attending.remind(self.need, self.now))

    @rule(who=st.lists(PEOPLE, max_size=3))
    def invite(self, who: list[str]) -> None:
        decision = inviting.invite(self.need, who, self.now)
        invited = [event.person for event in decision.events if isinstance(event, NeedInvited)]
        assert not self.asked & set(invited), "somebody is invited twice"
        self.decide(decision)
        self.waiting |= set(invited)
        self.asked |= set(invited)

    @rule(who=PEOPLE)
    def stand_by(self, who: str) -> None:
        self.attempt(lambda: inviting.stand_by(self.need, person(who), self.now))

    @rule(who=PEOPLE)
    def step_aside(self, who: str) -> None:
        self.decide(inviting.step_aside(self.need, who))

    @rule()
    def expire(self) -> None:
        self.decide(seating.expire(self.need, self.now))
        assert all(o.expires_at > self.now for o in self.need.offers if o.status is OfferStatus.OFFERED) or (
            self.need.is_final
        )

    @rule(later=st.integers(-24, 24))
    def move(self, later: int) -> None:
        moved = ActivityMoved(
            starts_at=self.need.starts_at + later * HOUR,
            ends_at=self.need.ends_at + later * HOUR,
            venue="square",
            previous_starts_at=self.need.starts_at,
            previous_venue="hall",
        )
        self.decide(planning.move(self.need, moved, self.now))

    @rule(who=PEOPLE, minutes=st.integers(1, 130))
    def report(self, who: str, minutes: int) -> None:
        self.attempt(lambda: serving.report(self.need, Report(minutes=minutes), person(who), self.now))

    @rule(who=PEOPLE)
    def confirm(self, who: str) -> None:
        self.attempt(lambda: serving.confirm(self.need, Confirm(person=who), STAFF, self.now))

    @precondition(lambda self: self.now > NOW + DAY)
    @rule()
    def cancel(self) -> None:
        self.attempt(lambda: planning.cancel(self.need, STAFF, self.now))

    @rule()
    def lapse(self) -> None:
        self.decide(planning.lapse(self.need, self.now))

    @precondition(lambda self: self.now > NOW + 2 * DAY)
    @rule()
    def complete(self) -> None:
        self.decide(planning.complete(self.need, self.now))

    @rule(who=PEOPLE)
    def forget(self, who: str) -> None:
        self.made += 1  # each person has a stand-in of their own
        self.decide(seating.forget(self.need, who, f"erased-{self.made}", self.now))
        assert who not in self.need.model_dump_json()
        if who in self.waiting:
            self.waiting = self.waiting - {who} | {f"erased-{self.made}"}
        self.asked.discard(who)

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.now += hours * HOUR

    def attempt(self, command: object) -> None:
        try:
            decision = command()  # type: ignore[operator]
        except CommunityError:
            return
        self.decide(decision)

    @invariant()
    def never_more_than_seats(self) -> None:
        live = [o for o in self.need.offers if o.status in LIVE]
        assert len(live) <= self.need.seats
        assert self.need.open_seats == self.need.seats - len(live)

    @invariant()
    def nobody_has_two_seats(self) -> None:
        live = [o.person for o in self.need.offers if o.status in LIVE]
        assert len(live) == len(set(live))

    @invariant()
    def staffed_says_what_is(self) -> None:
        yes = sum(o.status in SERVING for o in self.need.offers)
        assert len(self.need.volunteers) == yes
        missed = sum(o.status is OfferStatus.NO_SHOW for o in self.need.offers)
        if self.need.status is NeedStatus.STAFFED:
            assert yes + missed == self.need.seats
        if self.need.status is NeedStatus.OPEN:
            assert yes < self.need.seats

    @invariant()
    def what_is_over_waits_for_nobody(self) -> None:
        if self.need.status in FINAL:
            assert self.need.next_expiry is None
            assert self.need.reminder_due is None

    @invariant()
    def nobody_waits_for_a_seat_that_is_filled(self) -> None:
        still = {i.person for i in self.need.invited if i.status is InvitationStatus.OPEN}
        assert still <= self.waiting
        if self.need.status in {NeedStatus.STAFFED, NeedStatus.CANCELLED, NeedStatus.FULFILLED}:
            assert not still
            assert self.need.refill is None

    @invariant()
    def who_has_a_seat_does_not_stand_by(self) -> None:
        live = {o.person for o in self.need.offers if o.status in LIVE}
        assert not live & {each.person for each in self.need.standby}


Seats.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestSeats = Seats.TestCase
