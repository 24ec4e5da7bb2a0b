"""Bundles: each part is told once, in one of them or alone; a death in between leaves doubts."""

from typing import Any

from services.contracts.notices import NoticeStatus, Suppression
from services.notify.notices.domain.bundling import (
    bundle_id,
    go_alone,
    join,
    nothing_left,
    open_bundle,
    plan_anew,
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


def test_what_waits_moves_to_the_time_and_the_bundle_of_its_new_plan() -> None:
    sooner = Planned(EMAIL, NOW + HOUR / 2, bundle=Bundle.DIGEST)
    moved = plan_anew(a_part(), sooner, NOW).aggregate
    assert moved.not_before == NOW + HOUR / 2
    assert moved.bundle == bundle_id(Bundle.DIGEST, "resident-1", EMAIL, "case-1", NOW + HOUR / 2)
    assert plan_anew(moved, sooner, NOW).events == ()
    alone = plan_anew(moved, Planned(EMAIL, NOW), NOW).aggregate
    assert (alone.bundle, alone.not_before, alone.stage) == (None, NOW, Stage.QUEUED)


def test_what_does_not_wait_any_more_or_would_not_be_sent_stays_as_it_is() -> None:
    sooner = Planned(EMAIL, NOW, bundle=Bundle.DIGEST)
    assert plan_anew(join(a_part(), GO, "digest-1", NOW).aggregate, sooner, NOW).events == ()
    assert plan_anew(a_part().becoming(held_until=None), sooner, NOW).events == (), "of an earlier version"
    assert plan_anew(a_part(), Planned(EMAIL, NOW, Suppression.EXPIRED), NOW).events == ()
