"""Bundles: several messages to one person by one channel that are told as one, in a digest or after a burst.

A bundle is a notice itself, so that it is claimed, sent and doubted as any other; its parts wait for it. Just before it
is sent each part is looked at again and put on record as being sent, so a death in between leaves doubts and no second
telling. Of several digests that are due at once, after an outage, the latest alone is sent and tells everything.
"""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, derived_id
from services.contracts.notices import ERASED, NoticeProgressed, NoticeSending, NoticeStatus, Suppression
from services.notify.notices.domain.notice import Draft, Notice, deferred, delivered, fact, queue, suppressed
from services.notify.notices.domain.planning import Bundle, Planned, Why
from services.notify.notices.domain.stages import Stage
from services.notify.persons.domain.choices import DIGEST
from services.notify.routing.domain.kinds import MessageClass
from services.notify.shared.values import Way

BUNDLES = frozenset(Bundle)


def bundle_id(bundle: Bundle, recipient: str, channel: Way, about: str, at: datetime) -> str:
    """The id of the bundle that is sent at `at`: everybody has one digest at a time, and one burst for each subject."""
    return derived_id(bundle, recipient, channel, about if bundle is Bundle.BURST else DIGEST, at.isoformat())


def open_bundle(part: Notice, bundle: Bundle, now: datetime) -> Decision[Notice]:
    """The bundle in which `part` will be told. It comes whatever the person prefers: its parts are asked one by one."""
    id = part.bundle or part.id
    draft = Draft(
        community=part.community,
        recipient=part.recipient,
        kind=bundle.value,
        cause=id,
        about=part.about if bundle is Bundle.BURST else DIGEST,
        version=0,
        template=1,
        sort=MessageClass.DIGEST if bundle is Bundle.DIGEST else MessageClass.SERVICE,
        mandatory=True,
    )
    opened = queue(draft, Planned(part.channel, part.not_before), now)
    return decided(opened.aggregate.model_copy(update={"id": id}), *opened.events)


def plan_anew(notice: Notice, planned: Planned, now: datetime) -> Decision[Notice]:
    """The recipient of what waits has chosen otherwise, and so it is told at another time, or with others. Whether it
    is sent at all is decided once it is due."""
    gone = notice.recipient == ERASED or notice.status is not NoticeStatus.QUEUED
    if gone or planned.reason is not None or notice.held_until is None:
        return decided(notice)
    is_due = max(notice.not_before, planned.not_before) <= now
    if is_due or (planned.not_before, planned.bundle) == (notice.not_before, bundle_of(notice)):
        return decided(notice)
    kind, at = planned.bundle, planned.not_before
    bundle = None if kind is None else bundle_id(kind, notice.recipient, notice.channel, notice.about, at)
    stage = Stage.HELD if bundle is not None or at > now else Stage.QUEUED
    held_until = planned.held_until or notice.held_until
    moved = notice.becoming(not_before=at, bundle=bundle, fine=stage, held_until=held_until)
    return decided(moved, fact(NoticeProgressed, moved))


def bundle_of(part: Notice) -> Bundle | None:
    """What `part` waits to be told in; None where it goes by itself."""
    return None if part.bundle is None else Bundle(part.bundle.partition("-")[0])


def join(part: Notice, planned: Planned, bundle: str, now: datetime) -> Decision[Notice]:
    """`part` is about to be told in `bundle`, or it is given up, as the plan now says."""
    if part.status is not NoticeStatus.QUEUED or part.bundle is None:
        return decided(part)
    if planned.reason is not None:
        return suppressed(part, planned.reason, planned.why)
    sending = part.becoming(
        status=NoticeStatus.SENDING,
        fine=Stage.SENDING,
        bundle=bundle,
        claim=bundle,
        claimed_at=now,
        attempts=part.attempts + 1,
    )
    return decided(sending, fact(NoticeSending, sending))


def told_within(part: Notice, bundle: str, now: datetime) -> Decision[Notice]:
    """The gateway took the bundle, and `part` in it."""
    if part.status is not NoticeStatus.SENDING or part.claim != bundle:
        return decided(part)
    return delivered(part, now, Stage.ACCEPTED, accepted_at=now, why=Why.COLLAPSED)


def wait_on(part: Notice, bundle: str, until: datetime) -> Decision[Notice]:
    """The bundle is sent later, and `part` waits with it."""
    if part.status is not NoticeStatus.SENDING or part.claim != bundle:
        return decided(part)
    return deferred(part.becoming(bundle=bundle, held_until=until), until)


def go_alone(part: Notice) -> Decision[Notice]:
    """The bundle of `part` is over without it: it goes by itself."""
    if part.status is not NoticeStatus.QUEUED or part.bundle is None:
        return decided(part)
    alone = part.becoming(bundle=None, fine=Stage.QUEUED)
    return decided(alone, fact(NoticeProgressed, alone))


def not_wanted(part: Notice) -> Decision[Notice]:
    """The recipient does without digests, and so without what would have come in one."""
    if part.status is not NoticeStatus.QUEUED or part.bundle is None:
        return decided(part)
    return suppressed(part, Suppression.PREFERENCE)


def nothing_left(bundle: Notice, claim: str) -> Decision[Notice]:
    """Of the parts of a claimed bundle none is worth telling any more."""
    if bundle.status is not NoticeStatus.SENDING or bundle.claim != claim:
        return decided(bundle)
    return suppressed(bundle, Suppression.SUPERSEDED, Why.NOTHING_LEFT)


def told_later(bundle: Notice) -> Decision[Notice]:
    """A later digest is due as well, and tells the parts of this one."""
    if bundle.status is not NoticeStatus.QUEUED:
        return decided(bundle)
    return suppressed(bundle, Suppression.SUPERSEDED, Why.COLLAPSED)
