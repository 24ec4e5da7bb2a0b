"""A notice's life: no path tells twice, claims too much, or leaves the public state behind its events."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours
from services.contracts.notices import ERASED, NoticeChannel, NoticeKind, NoticeStatus, Suppression
from services.notify.notices.domain.notice import (
    CLAIM_LASTS,
    RETRY_AFTER,
    Notice,
    NotInTheInbox,
    Review,
    anonymise,
    claim,
    deliver,
    doubt,
    lapse,
    put_back,
    queue,
    read,
    refused,
    sent,
    supersede,
)
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Planned
from tests.unit.notify.given import DAY, HOUR, NEIGHBOUR, NOW, RESIDENT, a_draft, a_queued
from tests.unit.notify.lawful import assert_folds

INBOX, EMAIL = NoticeChannel.INBOX, NoticeChannel.EMAIL
S = NoticeStatus


def go(channel: NoticeChannel = EMAIL) -> Review:
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
    ids = {draft.id(channel) for draft in drafts for channel in NoticeChannel}
    assert len(ids) == len(drafts) * len(NoticeChannel)
    assert a_draft(particulars=Particulars(), version=9).id(INBOX) == a_draft().id(INBOX)


def test_only_the_first_of_two_senders_may_send() -> None:
    first = claim(a_queued(), go(), "one").aggregate
    second = claim(first, go(), "two")
    assert second.events == ()
    assert second.aggregate.claim == "one"
    assert sent(first, "two", NOW).events == ()
    assert sent(first, "one", NOW).aggregate.status is S.DELIVERED


@pytest.mark.parametrize(
    ("planned", "status", "reason"),
    [
        (Planned(EMAIL, NOW, Suppression.PREFERENCE), S.SUPPRESSED, Suppression.PREFERENCE),
        (Planned(EMAIL, NOW, Suppression.EXPIRED), S.SUPPRESSED, Suppression.EXPIRED),
        (Planned(EMAIL, NOW + HOUR), S.QUEUED, None),
    ],
)
def test_the_plan_is_asked_again_before_sending(
    planned: Planned, status: NoticeStatus, reason: Suppression | None
) -> None:
    decision = claim(a_queued(), Review(planned, NOW), "one")
    assert (decision.aggregate.status, decision.aggregate.reason) == (status, reason)
    assert decision.aggregate.not_before == (planned.not_before if reason is None else NOW)


def test_a_notice_that_is_not_due_stays_queued() -> None:
    notice = a_queued(INBOX, NOW + DAY)
    assert deliver(notice, go(INBOX)).events == ()


def test_a_gateway_that_never_answers_is_given_up_after_the_last_pause() -> None:
    notice, now, pauses = a_queued(), NOW, []
    while notice.status is S.QUEUED:
        notice = claim(notice, Review(Planned(EMAIL, now), now), "one").aggregate
        notice = put_back(notice, "one", now).aggregate
        pauses.append(notice.not_before - now)
        now = max(now, notice.not_before)
    assert tuple(pauses[:-1]) == RETRY_AFTER
    assert notice.reason is Suppression.UNREACHABLE
    assert notice.attempts == len(RETRY_AFTER) + 1


def test_a_dead_senders_claim_becomes_a_doubt_and_nothing_is_sent_again() -> None:
    claimed = claim(a_queued(), go(), "one").aggregate
    assert lapse(claimed, NOW + CLAIM_LASTS - timedelta(seconds=1)).events == ()
    uncertain = lapse(claimed, NOW + CLAIM_LASTS).aggregate
    assert uncertain.status is S.UNCERTAIN
    assert claim(uncertain, go(), "two").events == ()


def test_newer_facts_supersede_notices_of_older_ones() -> None:
    notice = a_queued(INBOX, NOW + DAY, version=5)
    assert supersede(notice, 5).events == ()
    assert supersede(notice, 4).events == ()
    assert supersede(notice, 6).aggregate.reason is Suppression.SUPERSEDED


def test_a_delivered_notice_is_not_superseded() -> None:
    delivered = queue(a_draft(), Planned(INBOX, NOW), NOW).aggregate
    assert supersede(delivered, 99).events == ()


def test_only_the_recipient_reads_and_only_what_is_there() -> None:
    delivered = queue(a_draft(), Planned(INBOX, NOW), NOW).aggregate
    with pytest.raises(NotYours):
        read(delivered, NEIGHBOUR, NOW)
    with pytest.raises(NotInTheInbox):
        read(a_queued(INBOX, NOW + DAY), RESIDENT, NOW)
    with pytest.raises(NotInTheInbox):
        read(sent(claim(a_queued(), go(), "one").aggregate, "one", NOW).aggregate, RESIDENT, NOW)
    seen = read(delivered, RESIDENT, NOW + HOUR).aggregate
    assert seen.read_at == NOW + HOUR
    assert read(seen, RESIDENT, NOW + DAY).events == ()


class Life(RuleBasedStateMachine):
    """Any sequence of commands, with any claim names and plans."""

    notice: Notice

    @initialize(
        channel=st.sampled_from(NoticeChannel),
        reason=st.none() | st.sampled_from(Suppression),
        wait=st.sampled_from([0, 1, 30]),
    )
    def begin(self, channel: NoticeChannel, reason: Suppression | None, wait: int) -> None:
        self.now = NOW
        decision = queue(a_draft(), Planned(channel, NOW + wait * HOUR, reason), NOW)
        assert_folds(None, decision)
        self.notice = decision.aggregate
        self.accepted = 0

    def _take(self, decision: Decision[Notice]) -> None:
        assert_folds(self.notice, decision)
        before, self.notice = self.notice, decision.aggregate
        if not decision.events:
            assert self.notice == before
        if before.status in (S.SUPPRESSED, S.UNCERTAIN, S.READ):
            assert self.notice.status is before.status
        if before.status is not S.DELIVERED and self.notice.status is S.DELIVERED:
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
