"""How a notice is sent: one sender, one outcome, and nothing that may have been sent is sent again."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.chassis.aggregate import Decision
from services.contracts.notices import NoticeStatus, Suppression
from services.notify.notices.domain.notice import Notice, Review, anonymise, not_on_behalf, supersede
from services.notify.notices.domain.planning import Planned, Why
from services.notify.notices.domain.sending import (
    CLAIM_LASTS,
    RETRY_AFTER,
    arrived,
    bounced,
    claim,
    deliver,
    doubt,
    lapse,
    put_back,
    readdress,
    refused,
    resend,
    sent,
    wait_for_room,
)
from services.notify.notices.domain.stages import Stage
from services.notify.shared.values import Way
from tests.unit.notify.given import DAY, HOUR, NOW, STAFF, a_queued

INBOX, EMAIL = Way.INBOX, Way.EMAIL
S = NoticeStatus


def go(channel: Way = EMAIL) -> Review:
    return Review(Planned(channel, NOW), NOW)


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


def test_a_bounce_after_acceptance_is_on_record_and_is_not_tried_again() -> None:
    taken = sent(claim(a_queued(), go(), "one").aggregate, "one", NOW, "smtp", "id-1").aggregate
    assert (taken.status, taken.stage, taken.provider_id) == (S.DELIVERED, Stage.ACCEPTED, "id-1")
    back = bounced(taken).aggregate
    assert (back.status, back.stage, back.why) == (S.SUPPRESSED, Stage.BOUNCED, Why.BOUNCED)
    assert bounced(back).events == () == resend(back, STAFF, NOW).events == arrived(back, NOW).events
    assert arrived(taken, NOW).aggregate.stage is Stage.DELIVERED


def test_a_full_provider_costs_no_attempt() -> None:
    full = wait_for_room(claim(a_queued(), go(), "one").aggregate, "one", NOW + HOUR).aggregate
    assert (full.attempts, full.stage, full.not_before) == (0, Stage.HELD, NOW + HOUR)


def test_a_definite_no_is_final_and_staff_may_have_it_tried_again() -> None:
    no = refused(claim(a_queued(), go(), "one").aggregate, "one").aggregate
    assert (no.reason, no.stage) == (Suppression.REFUSED, Stage.REFUSED)
    again = resend(no, STAFF, NOW + DAY).aggregate
    assert (again.stage, again.attempts, again.not_before) == (Stage.QUEUED, 0, NOW + DAY)
    lost = doubt(claim(a_queued(), go(), "one").aggregate, "one").aggregate
    assert (lost.stage, resend(lost, STAFF, NOW).events) == (Stage.UNKNOWN, ())
    assert arrived(lost, NOW).aggregate.stage is Stage.DELIVERED


def test_a_report_that_overtakes_the_sender_or_ends_a_doubt_is_believed() -> None:
    sending = claim(a_queued(), go(), "one").aggregate
    there = arrived(sending, NOW).aggregate
    assert (there.stage, there.accepted_at) == (Stage.DELIVERED, NOW)
    for late in (sent(there, "one", NOW), doubt(there, "one"), refused(there, "one"), lapse(there, NOW + DAY)):
        assert late.events == ()
    for handed_over in (sending, doubt(sending, "one").aggregate, there):
        assert bounced(handed_over).aggregate.stage is Stage.BOUNCED
    assert bounced(a_queued()).events == () == arrived(a_queued(), NOW).events


@pytest.mark.parametrize("back", [put_back, lambda notice, name, now: wait_for_room(notice, name, now + HOUR)])
def test_what_becomes_untrue_while_it_is_sent_is_not_tried_again(back: Callable[..., Decision[Notice]]) -> None:
    under_way = supersede(claim(a_queued(version=5), go(), "one").aggregate, 6).aggregate
    given_up = back(under_way, "one", NOW).aggregate
    assert (given_up.status, given_up.reason) == (S.SUPPRESSED, Suppression.SUPERSEDED)
    assert sent(under_way, "one", NOW).aggregate.status is S.DELIVERED, "it was told before that"


def test_what_has_become_untrue_is_not_tried_again_by_staff() -> None:
    lost = refused(claim(a_queued(version=5), go(), "one").aggregate, "one").aggregate
    assert resend(lost, STAFF, NOW).aggregate.status is S.QUEUED
    assert resend(supersede(lost, 6).aggregate, STAFF, NOW).events == ()


def test_nobody_is_called_about_what_has_become_untrue_or_whom_nothing_is_known_of_any_more() -> None:
    listed = deliver(a_queued(Way.CALL, version=5), go(Way.CALL)).aggregate
    assert listed.stage is Stage.ACCEPTED
    for over, reason in (
        (supersede(listed, 6), Suppression.SUPERSEDED),
        (anonymise(listed), Suppression.ERASED),
        (not_on_behalf(listed.becoming(behalf="resident-2")), Suppression.ERASED),
    ):
        assert (over.aggregate.stage, over.aggregate.reason) == (Stage.SUPPRESSED, reason)
        assert over.aggregate.delivered_at is None


def test_mail_that_came_back_goes_once_to_the_address_that_replaced_its_own() -> None:
    taken = sent(claim(a_queued(), go(), "one").aggregate, "one", NOW).aggregate
    back = bounced(taken).aggregate
    for entered_at in (None, NOW - HOUR, NOW):
        assert readdress(back, entered_at, go()).events == (), "it came back from this address"
    review = Review(Planned(EMAIL, NOW + 2 * HOUR), NOW + 2 * HOUR)
    again = readdress(back, NOW + HOUR, review).aggregate
    assert (again.status, again.readdressed, again.attempts, again.why) == (S.QUEUED, 1, 0, None)
    for unwanted in (back.becoming(outdated=True), taken, again):
        assert readdress(unwanted, NOW + HOUR, review).events == ()
    muted = Review(Planned(EMAIL, NOW, Suppression.PREFERENCE), NOW + 2 * HOUR)
    assert readdress(back, NOW + HOUR, muted).events == ()
    new = sent(claim(again, review, "two").aggregate, "two", NOW + 2 * HOUR).aggregate
    assert bounced(new).events == ()
    assert bounced(new, 1).aggregate.stage is Stage.BOUNCED
