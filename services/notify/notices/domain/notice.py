"""A notice: one message to one person by one channel, from the queue to the reader.

Its id derives from (event, recipient, kind, channel), so a service that reads the topics again from the start finds
every notice there already. A gateway is talked to between two writes, `sending` and its outcome. A process that dies in
between leaves a notice of which nobody knows whether it was sent: it becomes `uncertain`, and is not sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id
from services.chassis.errors import Conflict, NotYours
from services.chassis.principal import Principal
from services.contracts.event import Event
from services.contracts.marks import Personal, Someone, Thing
from services.contracts.notices import (
    ERASED,
    NoticeAnonymised,
    NoticeChannel,
    NoticeDeferred,
    NoticeDelivered,
    NoticeKind,
    NoticeQueued,
    NoticeRead,
    NoticeRetitled,
    NoticeSending,
    NoticeState,
    NoticeStatus,
    NoticeSuppressed,
    NoticeUncertain,
    NoticeWithheld,
    Suppression,
)
from services.contracts.value import Value
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Planned

RETRY_AFTER: tuple[timedelta, ...] = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120))
"""Pauses between attempts; after the last one the gateway counts as unreachable."""

CLAIM_LASTS = timedelta(minutes=5)
"""No attempt takes so long: an older claim belongs to a process that died."""

_SEEN = frozenset({NoticeStatus.DELIVERED, NoticeStatus.READ})
_OPEN = frozenset({NoticeStatus.QUEUED, NoticeStatus.SENDING})


class NotInTheInbox(
    Conflict, code="notice.not-in-inbox", zh="该通知不在收件箱中。", en="This notice is not in the inbox."
):
    """Only a notice that was shown can be marked as read."""


class Draft(Value):
    """A message to one person before its channels are planned. It speaks of `about` as of the sequence `version`."""

    model_config = ConfigDict(frozen=True)

    community: str
    recipient: str
    kind: NoticeKind
    cause: str
    about: str
    version: int
    template: int
    particulars: Particulars = Particulars()
    expires_at: datetime | None = None

    def id(self, channel: NoticeChannel) -> str:
        """The id of the notice on `channel`."""
        return derived_id("notice", self.cause, self.recipient, self.kind, channel)


class Notice(Aggregate):
    """One message to one person by one channel.

    While it is `sending`, `claim` names the sender that talks to the gateway. It is `withheld` once its subject is not
    for everybody any more; then no topic speaks of it.
    """

    recipient: Someone[str]
    kind: NoticeKind
    channel: NoticeChannel
    cause: Thing[str]
    about: Thing[str]
    version: int
    template: int
    particulars: Personal[Particulars] = Field(default=Particulars(), repr=False)
    status: NoticeStatus
    reason: Suppression | None = None
    queued_at: datetime
    not_before: datetime
    expires_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    attempts: int = 0
    claim: Thing[str | None] = None
    claimed_at: datetime | None = None
    withheld: bool = False

    @property
    def withholds(self) -> bool:
        return self.withheld

    def public(self) -> NoticeState | None:
        return None if self.withheld else self.whole()

    def told(self, event: Event) -> None:
        return None

    def whole(self) -> NoticeState:
        return NoticeState(**self.model_dump(include=set(NoticeState.model_fields)))

    def becoming(self, **changes: Any) -> "Notice":
        """This notice with some fields changed."""
        return self.model_copy(update=changes)


@dataclass(frozen=True, slots=True)
class Review:
    """The plan of a notice as it is now; it is made anew before each delivery."""

    planned: Planned
    now: datetime


def queue(draft: Draft, planned: Planned, now: datetime) -> Decision[Notice]:
    """Take a notice up. One that is due in the inbox is delivered at once, one that is not to be sent says why."""
    notice = Notice(
        id=draft.id(planned.channel),
        channel=planned.channel,
        status=NoticeStatus.QUEUED,
        queued_at=now,
        not_before=max(planned.not_before, now),
        **_fields(draft, planned),
    )
    queued = NoticeQueued(**notice.whole().model_dump())
    if planned.reason is not None:
        return _then(queued, _suppressed(notice, planned.reason))
    if notice.channel is NoticeChannel.INBOX and notice.not_before <= now:
        return _then(queued, _delivered(notice, now))
    return decided(notice, queued)


def deliver(notice: Notice, review: Review) -> Decision[Notice]:
    """Put a queued notice into the inbox, put it off or give it up, as the plan now says."""
    return _reviewed(notice, review) or _delivered(notice, review.now)


def claim(notice: Notice, review: Review, claim: str) -> Decision[Notice]:
    """Claim a queued notice for sending under the name `claim`, put it off or give it up, as the plan now says."""
    sending = notice.becoming(
        status=NoticeStatus.SENDING, claim=claim, claimed_at=review.now, attempts=notice.attempts + 1
    )
    return _reviewed(notice, review) or decided(sending, NoticeSending(status=NoticeStatus.SENDING))


def sent(notice: Notice, claim: str, now: datetime) -> Decision[Notice]:
    """The gateway took the notice."""
    return _delivered(notice, now) if _mine(notice, claim) else decided(notice)


def refused(notice: Notice, claim: str) -> Decision[Notice]:
    """The gateway will never take the notice."""
    return _suppressed(notice, Suppression.REFUSED) if _mine(notice, claim) else decided(notice)


def put_back(notice: Notice, claim: str, now: datetime) -> Decision[Notice]:
    """The gateway can't take the notice now: try later, or give it up where it was tried often enough."""
    if not _mine(notice, claim):
        return decided(notice)
    if notice.attempts > len(RETRY_AFTER):
        return _suppressed(notice, Suppression.UNREACHABLE)
    return _deferred(notice, now + RETRY_AFTER[notice.attempts - 1])


def doubt(notice: Notice, claim: str) -> Decision[Notice]:
    """The gateway fell silent after the message was on its way, so nobody knows whether it was taken."""
    return _uncertain(notice) if _mine(notice, claim) else decided(notice)


def lapse(notice: Notice, now: datetime) -> Decision[Notice]:
    """Give up a claim whose sender must have died."""
    if notice.status is not NoticeStatus.SENDING or notice.claimed_at is None:
        return decided(notice)
    return _uncertain(notice) if now - notice.claimed_at >= CLAIM_LASTS else decided(notice)


def supersede(notice: Notice, version: int) -> Decision[Notice]:
    """Give up a queued notice that speaks of its subject as it was before `version`."""
    if notice.status is not NoticeStatus.QUEUED or notice.version >= version:
        return decided(notice)
    return _suppressed(notice, Suppression.SUPERSEDED)


def withhold(notice: Notice, version: int) -> Decision[Notice]:
    """The subject is not for everybody since `version`: no topic speaks of the notice, and a queued one is given up."""
    if notice.withheld or notice.version >= version:
        return decided(notice)
    given_up = supersede(notice, version)
    return decided(given_up.aggregate.becoming(withheld=True), *given_up.events, NoticeWithheld())


def retitle(notice: Notice, title: str | None, version: int) -> Decision[Notice]:
    """The subject is called `title` since `version`, or nothing any more: how it was called is repeated to nobody."""
    told = notice.particulars
    if told.title in (None, title) or notice.version >= version:
        return decided(notice)
    return decided(notice.becoming(particulars=told.model_copy(update={"title": title})), NoticeRetitled())


def read(notice: Notice, by: Principal, now: datetime) -> Decision[Notice]:
    """The recipient has seen the notice. Seeing it again changes nothing."""
    if by.sub != notice.recipient:
        raise NotYours()
    if notice.channel is not NoticeChannel.INBOX or notice.status not in _SEEN:
        raise NotInTheInbox()
    if notice.status is NoticeStatus.READ:
        return decided(notice)
    seen = notice.becoming(status=NoticeStatus.READ, read_at=now)
    return decided(seen, NoticeRead(status=NoticeStatus.READ, read_at=now))


def anonymise(notice: Notice) -> Decision[Notice]:
    """Take the recipient out, so that nothing leads to them. A notice that was waiting never leaves."""
    if notice.recipient == ERASED:
        return decided(notice)
    changes: Mapping[str, Any] = {"recipient": ERASED, "particulars": Particulars()}
    if notice.status in _OPEN:
        changes = {**changes, "status": NoticeStatus.SUPPRESSED, "reason": Suppression.ERASED, "claim": None}
    left = notice.becoming(**changes)
    return decided(left, NoticeAnonymised(recipient=ERASED, status=left.status, reason=left.reason))


def _fields(draft: Draft, planned: Planned) -> dict[str, Any]:
    fields = draft.model_dump(exclude={"particulars"})
    if planned.reason is Suppression.ERASED:
        return {**fields, "recipient": ERASED}
    return {**fields, "particulars": draft.particulars}


def _reviewed(notice: Notice, review: Review) -> Decision[Notice] | None:
    """The decision of the plan as it is now, unless that is delivery."""
    if notice.status is not NoticeStatus.QUEUED or notice.not_before > review.now:
        return decided(notice)
    if review.planned.reason is not None:
        return _suppressed(notice, review.planned.reason)
    if review.planned.not_before > review.now:
        return _deferred(notice, review.planned.not_before)
    return None


def _mine(notice: Notice, claim: str) -> bool:
    return notice.status is NoticeStatus.SENDING and notice.claim == claim


def _delivered(notice: Notice, now: datetime) -> Decision[Notice]:
    done = notice.becoming(status=NoticeStatus.DELIVERED, delivered_at=now, claim=None)
    return decided(done, NoticeDelivered(status=NoticeStatus.DELIVERED, delivered_at=now))


def _deferred(notice: Notice, not_before: datetime) -> Decision[Notice]:
    later = notice.becoming(status=NoticeStatus.QUEUED, not_before=not_before, claim=None)
    return decided(later, NoticeDeferred(status=NoticeStatus.QUEUED, not_before=not_before))


def _suppressed(notice: Notice, reason: Suppression) -> Decision[Notice]:
    done = notice.becoming(status=NoticeStatus.SUPPRESSED, reason=reason, claim=None)
    return decided(done, NoticeSuppressed(status=NoticeStatus.SUPPRESSED, reason=reason))


def _uncertain(notice: Notice) -> Decision[Notice]:
    return decided(
        notice.becoming(status=NoticeStatus.UNCERTAIN, claim=None), NoticeUncertain(status=NoticeStatus.UNCERTAIN)
    )


def _then(first: Event, following: Decision[Notice]) -> Decision[Notice]:
    return decided(following.aggregate, first, *following.events)
