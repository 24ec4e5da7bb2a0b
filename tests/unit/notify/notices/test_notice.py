"""A notice's life: no path tells twice, claims too much, or leaves the public state behind its events."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.chassis.aggregate import Decision
from services.contracts.notices import ERASED, DeliveryState, NoticeKind, NoticeState, NoticeStatus, Suppression
from services.notify.notices.domain.notice import Notice, Review, anonymise, queue, supersede, wanted_again
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Planned
from services.notify.notices.domain.reading import archive, read
from services.notify.notices.domain.sending import (
    arrived,
    bounced,
    claim,
    deliver,
    doubt,
    lapse,
    put_back,
    refused,
    resend,
    sent,
    wait_for_room,
)
from services.notify.notices.domain.stages import Stage
from services.notify.routing.domain.kinds import MessageClass
from services.notify.shared.values import Way
from tests.unit.notify.given import DAY, HOUR, NOW, RESIDENT, STAFF, a_draft, a_queued
from tests.unit.notify.lawful import assert_folds

INBOX, EMAIL = Way.INBOX, Way.EMAIL
S = NoticeStatus


def go(channel: Way = EMAIL) -> Review:
    return Review(Planned(channel, NOW), NOW)


def test_a_notice_due_in_the_inbox_is_there_at_once() -> None:
    decision = queue(a_draft(), Planned(INBOX, NOW), NOW)
    assert decision.aggregate.status is S.DELIVERED
    assert decision.aggregate.delivered_at == NOW
    assert [e.type.split(".")[-2] for e in decision.events] == ["queued", "delivered"]


def test_a_mail_is_never_delivered_by_queueing() -> None:
    assert queue(a_draft(), Planned(EMAIL, NOW), NOW).aggregate.status is S.QUEUED


def test_a_notice_to_an_erased_person_keeps_nothing_of_them() -> None:
    decision = queue(a_draft(), Planned(INBOX, NOW, Suppression.ERASED), NOW)
    assert "resident-1" not in decision.aggregate.model_dump_json()
    assert all("resident-1" not in event.model_dump_json() for event in decision.events)
    assert decision.aggregate.id == a_draft().id(INBOX)


def test_ids_tell_event_recipient_kind_and_channel_apart() -> None:
    drafts = [
        a_draft(),
        a_draft(cause="case-1.6"),
        a_draft(recipient="resident-2"),
        a_draft(NoticeKind.CASE_DISPATCHED),
    ]
    ids = {draft.id(channel) for draft in drafts for channel in Way}
    assert len(ids) == len(drafts) * len(Way)
    assert a_draft(particulars=Particulars(), version=9).id(INBOX) == a_draft().id(INBOX)


def test_newer_facts_supersede_notices_of_older_ones() -> None:
    notice = a_queued(INBOX, NOW + DAY, version=5)
    assert supersede(notice, 5).events == ()
    assert supersede(notice, 4).events == ()
    assert supersede(notice, 6).aggregate.reason is Suppression.SUPERSEDED


def test_a_delivered_notice_is_not_superseded() -> None:
    delivered = queue(a_draft(), Planned(INBOX, NOW), NOW).aggregate
    assert supersede(delivered, 99).events == ()


class Life(RuleBasedStateMachine):
    """Any sequence of commands, with any claim names and plans."""

    notice: Notice

    @initialize(
        channel=st.sampled_from([INBOX, EMAIL, Way.SMS]),
        reason=st.none() | st.sampled_from(Suppression),
        wait=st.sampled_from([0, 1, 30]),
    )
    def begin(self, channel: Way, reason: Suppression | None, wait: int) -> None:
        self.now = NOW
        decision = queue(a_draft(), Planned(channel, NOW + wait * HOUR, reason), NOW)
        assert_folds(None, decision)
        self.notice = decision.aggregate
        self.accepted = 0

    def _take(self, decision: Decision[Notice], *, again: bool = False) -> None:
        assert_folds(self.notice, decision)
        before, self.notice = self.notice, decision.aggregate
        if not decision.events:
            assert self.notice == before
        if before.status is S.READ or (before.status is S.SUPPRESSED and not again):
            assert self.notice.status is before.status
        if before.status is S.UNCERTAIN:
            assert self.notice.status in (S.UNCERTAIN, S.DELIVERED)
        if before.status in (S.QUEUED, S.SENDING) and self.notice.status is S.DELIVERED:
            self.accepted += 1

    @rule(hours=st.integers(0, 40))
    def wait(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(hold=st.sampled_from([0, 0, 5]), reason=st.none() | st.sampled_from(Suppression))
    def review(self, hold: int, reason: Suppression | None) -> None:
        review = Review(Planned(self.notice.channel, self.now + hold * HOUR, reason), self.now)
        if self.notice.channel is INBOX:
            self._take(deliver(self.notice, review))
        else:
            self._take(claim(self.notice, review, "one"))

    @rule(name=st.sampled_from(["one", "two"]), outcome=st.integers(0, 3))
    def answer(self, name: str, outcome: int) -> None:
        before = self.notice
        decision = (
            sent(before, name, self.now),
            refused(before, name),
            put_back(before, name, self.now),
            doubt(before, name),
        )[outcome]
        assert name == "one" or decision.events == ()
        self._take(decision)

    @rule()
    def clock(self) -> None:
        self._take(lapse(self.notice, self.now))

    @rule(what=st.integers(0, 5))
    def later(self, what: int) -> None:
        """What providers, staff and recipients say and do afterwards."""
        before = self.notice
        planned = Planned(before.channel, self.now)
        decision = (
            lambda: arrived(before, self.now),
            lambda: bounced(before),
            lambda: resend(before, STAFF, self.now),
            lambda: wait_for_room(before, "one", self.now + HOUR),
            lambda: wanted_again(before, planned, self.now),
            lambda: archive(before, RESIDENT, self.now) if self._shown() else Decision(before),
        )[what]()
        self._take(decision, again=what in (2, 4))

    def _shown(self) -> bool:
        mine = self.notice.recipient == RESIDENT.sub and self.notice.channel is INBOX
        return mine and self.notice.delivered_at is not None

    @rule(version=st.integers(1, 9))
    def newer(self, version: int) -> None:
        self._take(supersede(self.notice, version))

    @rule()
    def see(self) -> None:
        if self.notice.recipient == RESIDENT.sub and self.notice.channel is INBOX and self.notice.delivered_at:
            self._take(read(self.notice, RESIDENT, self.now))

    @rule()
    def erase(self) -> None:
        self._take(anonymise(self.notice))
        assert self.notice.recipient == ERASED
        assert self.notice.particulars == Particulars()
        assert self.notice.status not in (S.QUEUED, S.SENDING)

    @invariant()
    def told_at_most_once(self) -> None:
        assert self.accepted <= 1
        assert (self.notice.claim is not None) is (self.notice.status is S.SENDING)
        assert (self.notice.reason is not None) is (self.notice.status is S.SUPPRESSED)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=20)


def test_who_gives_an_address_is_sent_what_is_still_true() -> None:
    lost = queue(a_draft(), Planned(EMAIL, NOW, Suppression.NO_ADDRESS), NOW).aggregate
    assert wanted_again(lost, Planned(EMAIL, NOW), NOW).aggregate.stage is Stage.QUEUED
    assert wanted_again(supersede(lost, 9).aggregate, Planned(EMAIL, NOW), NOW).events == ()
    muted = queue(a_draft(), Planned(EMAIL, NOW, Suppression.PREFERENCE), NOW).aggregate
    assert wanted_again(muted, Planned(EMAIL, NOW), NOW).events == ()


def test_what_is_stored_from_before_is_read_and_published_as_it_was() -> None:
    old = {
        "id": "notice-1",
        "community": "sunshine",
        "recipient": "resident-1",
        "kind": "case-verified",
        "channel": "email",
        "cause": "case-1.5",
        "about": "case-1",
        "version": 5,
        "template": 1,
        "particulars": {"title": "楼道灯不亮"},
        "status": "uncertain",
        "queued_at": NOW,
        "not_before": NOW,
    }
    notice = Notice.model_validate(old)
    assert (notice.stage, notice.weight.mandatory, notice.whole().stage) == (Stage.UNKNOWN, False, "unknown")
    assert isinstance(notice.whole(), NoticeState)


def test_a_kind_or_a_channel_without_an_old_word_is_published_as_a_delivery() -> None:
    by_phone = queue(a_draft(), Planned(Way.SMS, NOW), NOW)
    assert isinstance(by_phone.aggregate.public(), DeliveryState)
    assert by_phone.events[0].type == "cn.community.notify.delivery.queued.v1"
    added = queue(a_draft("gas-leak", sort=MessageClass.EMERGENCY), Planned(INBOX, NOW), NOW)  # type: ignore[arg-type]
    assert isinstance(added.aggregate.public(), DeliveryState)
