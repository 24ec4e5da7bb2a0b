"""Bundles: each part is told once, in one of them or alone; a death in between leaves doubts."""

from typing import Any

from services.contracts.notices import NoticeStatus, Suppression
from services.notify.notices.domain.bundling import (
    bundle_id,
    go_alone,
    join,
    nothing_left,
    open_bundle,
    told_later,
    told_within,
    wait_on,
)
from services.notify.notices.domain.notice import Notice, Review, queue, supersede
from services.notify.notices.domain.planning import Bundle, Planned, Why
from services.notify.notices.domain.sending import CLAIM_LASTS, claim, lapse
from services.notify.notices.domain.stages import Stage
from services.notify.shared.values import Way
from tests.unit.notify.given import HOUR, NOW, a_draft

EMAIL = Way.EMAIL
GO = Planned(EMAIL, NOW)


def a_part(**fields: Any) -> Notice:
    return queue(a_draft(**fields), Planned(EMAIL, NOW + HOUR, bundle=Bundle.DIGEST), NOW, "digest-1").aggregate


def test_everybody_has_one_digest_at_a_time_and_one_burst_for_each_subject() -> None:
    ids = [
        bundle_id(bundle, person, EMAIL, about, at)
        for bundle in Bundle
        for person in ("a", "b")
        for about in ("case-1", "case-2")
        for at in (NOW, NOW + HOUR)
    ]
    assert len(set(ids)) == 4 + 8


def test_a_part_waits_for_its_bundle_and_is_told_within_it() -> None:
    part = a_part()
    assert (part.stage, part.bundle) == (Stage.HELD, "digest-1")
    bundle = open_bundle(part, Bundle.DIGEST, NOW).aggregate
    assert (bundle.id, bundle.recipient, bundle.not_before) == ("digest-1", "resident-1", NOW + HOUR)
    sending = join(part, GO, "digest-1", NOW).aggregate
    assert told_within(sending, "digest-2", NOW).events == ()
    told = told_within(sending, "digest-1", NOW).aggregate
    assert (told.status, told.stage, told.why) == (NoticeStatus.DELIVERED, Stage.ACCEPTED, Why.COLLAPSED)
    assert join(told, GO, "digest-1", NOW).events == ()


def test_a_part_is_looked_at_again_before_it_is_told() -> None:
    muted = join(a_part(), Planned(EMAIL, NOW, Suppression.PREFERENCE, Why.SILENCED), "digest-1", NOW).aggregate
    assert (muted.status, muted.why) == (NoticeStatus.SUPPRESSED, Why.SILENCED)
    assert join(supersede(a_part(), 9).aggregate, GO, "digest-1", NOW).events == ()


def test_a_death_while_a_bundle_is_sent_leaves_its_parts_in_doubt() -> None:
    sending = join(a_part(), GO, "digest-1", NOW).aggregate
    assert lapse(sending, NOW + CLAIM_LASTS).aggregate.stage is Stage.UNKNOWN


def test_parts_wait_on_with_their_bundle_and_go_alone_once_it_is_over() -> None:
    waiting = wait_on(join(a_part(), GO, "digest-1", NOW).aggregate, "digest-1", NOW + HOUR).aggregate
    assert (waiting.status, waiting.bundle, waiting.not_before) == (NoticeStatus.QUEUED, "digest-1", NOW + HOUR)
    alone = go_alone(waiting).aggregate
    assert (alone.bundle, go_alone(alone).events) == (None, ())


def test_a_bundle_without_parts_or_before_a_later_one_is_not_sent() -> None:
    bundle = open_bundle(a_part(), Bundle.DIGEST, NOW).aggregate
    assert told_later(bundle).aggregate.why is Why.COLLAPSED
    due = NOW + HOUR
    claimed = claim(bundle, Review(Planned(EMAIL, due), due), "one").aggregate
    assert nothing_left(claimed, "two").events == ()
    assert nothing_left(claimed, "one").aggregate.why is Why.NOTHING_LEFT
