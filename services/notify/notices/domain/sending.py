"""How a notice is sent: claimed, handed over, and what the provider said of it, at once or later.

A gateway is talked to between two writes, `sending` and its outcome. A process that dies in between leaves a notice of
which nobody knows whether it was sent: it becomes `unknown`, and is not sent again.
"""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided
from services.chassis.principal import Principal, Role
from services.contracts.notices import (
    ERASED,
    NoticeProgressed,
    NoticeSending,
    NoticeStatus,
    NoticeUncertain,
    Suppression,
)
from services.notify.notices.domain.notice import Notice, Review, deferred, delivered, fact, suppressed
from services.notify.notices.domain.planning import Bundle, Why
from services.notify.notices.domain.stages import Stage
from services.notify.shared.values import Way

RETRY_AFTER: tuple[timedelta, ...] = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120))
"""Pauses between attempts; after the last one the gateway counts as unreachable."""

_TOLD_APART = frozenset(Bundle)
"""Of a digest or a burst that came back each part goes by itself."""

CLAIM_LASTS = timedelta(minutes=5)
"""No attempt takes so long: an older claim belongs to a process that died."""


def deliver(notice: Notice, review: Review) -> Decision[Notice]:
    """Put a queued notice into the inbox or on the call list, put it off or give it up, as the plan now says."""
    if notice.channel is Way.CALL:
        return _reviewed(notice, review) or delivered(notice, review.now, Stage.ACCEPTED, accepted_at=review.now)
    return _reviewed(notice, review) or delivered(notice, review.now)


def claim(notice: Notice, review: Review, claim: str) -> Decision[Notice]:
    """Claim a queued notice for sending under the name `claim`, put it off or give it up, as the plan now says."""
    sending = notice.becoming(
        status=NoticeStatus.SENDING,
        fine=Stage.SENDING,
        claim=claim,
        claimed_at=review.now,
        attempts=notice.attempts + 1,
    )
    return _reviewed(notice, review) or decided(sending, fact(NoticeSending, sending))


def sent(
    notice: Notice, claim: str, now: datetime, provider: str | None = None, provider_id: str | None = None
) -> Decision[Notice]:
    """The gateway took the notice, and calls it `provider_id`."""
    if not _mine(notice, claim):
        return decided(notice)
    return delivered(notice, now, Stage.ACCEPTED, accepted_at=now, provider=provider, provider_id=provider_id)


def refused(notice: Notice, claim: str) -> Decision[Notice]:
    """The gateway will never take the notice."""
    return suppressed(notice, Suppression.REFUSED) if _mine(notice, claim) else decided(notice)


def put_back(notice: Notice, claim: str, now: datetime) -> Decision[Notice]:
    """The gateway can't take the notice now: try later, or give it up where it was tried often enough."""
    if not _mine(notice, claim):
        return decided(notice)
    if notice.attempts > len(RETRY_AFTER):
        return suppressed(notice, Suppression.UNREACHABLE)
    again_at = now + RETRY_AFTER[notice.attempts - 1]
    return deferred(notice.becoming(held_until=again_at), again_at)


def wait_for_room(notice: Notice, claim: str, until: datetime) -> Decision[Notice]:
    """The provider takes no more for the moment, or the recipient was written to just now. It was no attempt."""
    if not _mine(notice, claim):
        return decided(notice)
    return deferred(notice.becoming(attempts=notice.attempts - 1, held_until=until), until)


def doubt(notice: Notice, claim: str) -> Decision[Notice]:
    """The gateway fell silent after the message was on its way, so nobody knows whether it was taken."""
    return _unknown(notice) if _mine(notice, claim) else decided(notice)


def lapse(notice: Notice, now: datetime) -> Decision[Notice]:
    """Give up a claim whose sender must have died."""
    if notice.status is not NoticeStatus.SENDING or notice.claimed_at is None:
        return decided(notice)
    return _unknown(notice) if now - notice.claimed_at >= CLAIM_LASTS else decided(notice)


def arrived(notice: Notice, now: datetime) -> Decision[Notice]:
    """The provider tells that the message arrived, perhaps before the sender could write down that it was taken. Told
    again, or after a bounce, it changes nothing."""
    if notice.stage not in (Stage.SENDING, Stage.ACCEPTED, Stage.UNKNOWN):
        return decided(notice)
    done = notice.becoming(
        status=NoticeStatus.DELIVERED,
        fine=Stage.DELIVERED,
        delivered_at=now,
        accepted_at=notice.accepted_at or now,
        claim=None,
    )
    return decided(done, fact(NoticeProgressed, done))


def bounced(notice: Notice, readdressed: int = 0) -> Decision[Notice]:
    """The provider tells that what it took can't be delivered, perhaps before the sender could write down that it was
    taken, or where nobody knew whether it was. What nobody handed over can't bounce, nor what went to another address
    since: the report names the mail after the notice was `readdressed` so often."""
    if notice.readdressed != readdressed:
        return decided(notice)
    handed_over = notice.accepted_at is not None or notice.stage in (Stage.SENDING, Stage.UNKNOWN)
    if notice.stage not in (Stage.SENDING, Stage.ACCEPTED, Stage.UNKNOWN, Stage.DELIVERED) or not handed_over:
        return decided(notice)
    back = notice.becoming(
        status=NoticeStatus.SUPPRESSED,
        fine=Stage.BOUNCED,
        reason=Suppression.REFUSED,
        why=Why.BOUNCED,
        delivered_at=None,
        claim=None,
    )
    return decided(back, fact(NoticeProgressed, back))


def readdress(notice: Notice, entered_at: datetime | None, review: Review) -> Decision[Notice]:
    """Mail that came back from an address which its recipient has replaced by one `entered_at` then (None: not known)
    goes to that one, if the plan as it is now still says that it is to be sent."""
    sent_at = notice.accepted_at or notice.claimed_at
    if notice.stage is not Stage.BOUNCED or notice.channel is not Way.EMAIL or notice.kind in _TOLD_APART:
        return decided(notice)
    if notice.outdated or notice.recipient == ERASED or review.planned.reason is not None:
        return decided(notice)
    if sent_at is None or entered_at is None or sent_at >= entered_at:
        return decided(notice)
    at = max(review.planned.not_before, review.now)
    again = notice.becoming(
        status=NoticeStatus.QUEUED,
        fine=Stage.HELD if at > review.now else Stage.QUEUED,
        reason=None,
        why=None,
        bundle=None,
        not_before=at,
        held_until=review.now,
        attempts=0,
        accepted_at=None,
        claimed_at=None,
        readdressed=notice.readdressed + 1,
    )
    return decided(again, fact(NoticeProgressed, again))


def resend(notice: Notice, by: Principal, now: datetime) -> Decision[Notice]:
    """Staff ask for another try of what no gateway took. What may have been sent is not tried again, nor what has
    become untrue."""
    by.require(notice.community, Role.STAFF)
    lost = notice.reason in (Suppression.REFUSED, Suppression.UNREACHABLE) and notice.stage is not Stage.BOUNCED
    if notice.status is not NoticeStatus.SUPPRESSED or not lost or notice.outdated or notice.recipient == ERASED:
        return decided(notice)
    again = notice.becoming(
        status=NoticeStatus.QUEUED, fine=Stage.QUEUED, reason=None, why=None, not_before=now, attempts=0
    )
    return decided(again, fact(NoticeProgressed, again))


def _reviewed(notice: Notice, review: Review) -> Decision[Notice] | None:
    """The decision of the plan as it is now, unless that is delivery."""
    if notice.status is not NoticeStatus.QUEUED or notice.not_before > review.now:
        return decided(notice)
    planned = review.planned
    if planned.reason is not None:
        return suppressed(notice, planned.reason, planned.why)
    if planned.not_before > review.now:
        return deferred(notice, planned.not_before)
    return None


def _mine(notice: Notice, claim: str) -> bool:
    return notice.status is NoticeStatus.SENDING and notice.claim == claim


def _unknown(notice: Notice) -> Decision[Notice]:
    lost = notice.becoming(status=NoticeStatus.UNCERTAIN, fine=Stage.UNKNOWN, claim=None)
    return decided(lost, fact(NoticeUncertain, lost))
