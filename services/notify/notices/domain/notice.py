"""A notice: one message to one recipient by one channel, from the queue to the reader.

Its id derives from (event, recipient, kind, channel), so a service that reads the topics again from the start finds
every notice there already, and whoever is concerned in two ways is told once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.contracts.event import Event, State
from services.contracts.marks import Personal, Someone, Thing
from services.contracts.notices import (
    ERASED,
    DeliveryProgressed,
    DeliveryQueued,
    DeliveryState,
    NoticeAnonymised,
    NoticeChannel,
    NoticeDeferred,
    NoticeDelivered,
    NoticeKind,
    NoticeProgressed,
    NoticeQueued,
    NoticeRetitled,
    NoticeState,
    NoticeStatus,
    NoticeSuppressed,
    NoticeWithheld,
    Suppression,
)
from services.contracts.value import Value
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Planned, Told, Why
from services.notify.notices.domain.stages import OF_STATUS, Stage, of_suppression
from services.notify.notices.domain.together import ToldPart, without
from services.notify.routing.domain.kinds import KindName, MessageClass, Weight
from services.notify.shared.values import Way

_KINDS: frozenset[str] = frozenset(NoticeKind)
_CHANNELS: frozenset[str] = frozenset(NoticeChannel)
_MANDATORY: frozenset[str] = frozenset(
    {
        NoticeKind.SEAT_RELEASED,
        NoticeKind.REGISTRATION_PROMOTED,
        NoticeKind.ACTIVITY_MOVED,
        NoticeKind.ACTIVITY_CANCELLED,
    }
)
_SORTS: dict[str, MessageClass] = {NoticeKind.ACTIVITY_REMINDER: MessageClass.REMINDER}
"""What notices weighed that were stored before their weight was."""
_OPEN = frozenset({NoticeStatus.QUEUED, NoticeStatus.SENDING})
LOST = frozenset({Suppression.NO_ADDRESS, Suppression.REFUSED, Suppression.UNREACHABLE})
"""Why something was not sent that may be sent later."""


class Draft(Value):
    """A message to one person before its channels are planned. It speaks of `about` as of the sequence `version`."""

    model_config = ConfigDict(frozen=True)

    community: str
    recipient: str
    kind: KindName
    cause: str
    about: str
    version: int
    template: int
    particulars: Particulars = Particulars()
    expires_at: datetime | None = None
    sort: MessageClass | None = None
    mandatory: bool | None = None
    behalf: str | None = None
    called: str | None = None
    edition: int = 1
    batch: str | None = None
    parts: tuple[ToldPart, ...] = ()
    held_until: datetime | None = None

    def id(self, channel: Way) -> str:
        """The id of the notice on `channel`."""
        return self.id_for(self.recipient, channel, self.behalf)

    def id_for(self, recipient: str, channel: Way, behalf: str | None = None) -> str:
        """The id of the notice to `recipient` on `channel`. Who stands in for two people is told for each."""
        place = () if behalf is None else (behalf,)
        return derived_id("notice", self.batch or self.cause, recipient, self.kind, channel, *place)

    def to(self, recipient: str, behalf: str | None = None, called: str | None = None) -> "Draft":
        """The same message to `recipient`, who may stand in for somebody, whom they call `called`."""
        return self.model_copy(update={"recipient": recipient, "behalf": behalf, "called": called})


class Answered(Value):
    """What was answered about `activity` by the link of a notice: whether they come."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    activity: Thing[str]
    comes: bool
    at: datetime


class Notice(Aggregate):
    """One message to one recipient by one channel.

    While it is `sending`, `claim` names the sender that talks to the gateway. It is `withheld` once its subject is
    not for everybody any more; then no topic speaks of it. `bundle` is the message in which it will be told
    together with others, `behalf` the person for whom the recipient stands in, and whom they call `called`,
    `edition` that of the table it was routed by. One that has left, or could not reach anybody, and is `outdated`
    is not sent again. One about several activities has a part for each; its `cause` is the command from which they
    follow, and `batch` names what was told together. `answers` are those that were given by its link. Until
    `held_until` (None: before this was kept) it waits whatever its recipient prefers: for its own time, for what is
    told with it, for another try. It was sent to another address `readdressed` times, after mail to the one before had
    come back.
    """

    recipient: Someone[str]
    kind: KindName
    channel: Way
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
    sort: MessageClass | None = None
    mandatory: bool | None = None
    fine: Stage | None = None
    why: Why | None = None
    bundle: Thing[str | None] = None
    behalf: Someone[str | None] = None
    called: Personal[str | None] = Field(default=None, repr=False)
    edition: int = 1
    outdated: bool = False
    batch: Thing[str | None] = None
    parts: Personal[tuple[ToldPart, ...]] = Field(default=(), repr=False)
    archived_at: datetime | None = None
    answers: tuple[Answered, ...] = ()
    provider: Thing[str | None] = None
    provider_id: Thing[str | None] = None
    accepted_at: datetime | None = None
    held_until: datetime | None = None
    readdressed: int = 0

    @property
    def stage(self) -> Stage:
        """Where it stands, in the finer words."""
        return self.fine or OF_STATUS[self.status]

    @property
    def weight(self) -> Weight:
        """What its kind weighs. One that was stored before weights were has that of its time."""
        if self.sort is None:
            return Weight(_SORTS.get(self.kind, MessageClass.SERVICE), self.kind in _MANDATORY)
        return Weight(self.sort, bool(self.mandatory))

    @property
    def asked(self) -> Told:
        """What a plan needs to know of it."""
        parts = tuple(part.about for part in self.parts)
        return Told(self.kind, self.weight, self.about, None, self.expires_at, self.community, parts)

    @property
    def of_old_words(self) -> bool:
        """Whether the vocabulary of notices has words for its kind and channel; else it is published as a delivery."""
        return self.kind in _KINDS and self.channel.value in _CHANNELS

    @property
    def withholds(self) -> bool:
        return self.withheld

    def public(self) -> State | None:
        return None if self.withheld else self.whole()

    def told(self, event: Event) -> None:
        return None

    def whole(self) -> NoticeState | DeliveryState:
        names = NoticeState if self.of_old_words else DeliveryState
        fields = {name: getattr(self, name) for name in names.model_fields if name != "stage"}
        return names(**fields, stage=self.stage)

    def becoming(self, **changes: Any) -> "Notice":
        """This notice with some fields changed."""
        return self.model_copy(update=changes)


def draft_of(notice: Notice) -> Draft:
    """The message of `notice`, before its channel was planned."""
    return Draft(**{name: getattr(notice, name) for name in Draft.model_fields})


@dataclass(frozen=True, slots=True)
class Review:
    """The plan of a notice as it is now; it is made anew before each delivery."""

    planned: Planned
    now: datetime


def fact(event: type[Event], notice: Notice) -> Event:
    """The fact that led to `notice`: `event`, or where that has no words for it the one of deliveries."""
    return event_from(event if notice.of_old_words else DeliveryProgressed, notice)


def queue(draft: Draft, planned: Planned, now: datetime, bundle: str | None = None) -> Decision[Notice]:
    """Take a notice up. One that is due in the inbox is delivered at once, one that is not to be sent says why.

    One that is planned into a bundle waits for `bundle`.
    """
    not_before = max(planned.not_before, now)
    notice = Notice(
        id=draft.id(planned.channel),
        channel=planned.channel,
        status=NoticeStatus.QUEUED,
        fine=Stage.HELD if bundle is not None or not_before > now else Stage.QUEUED,
        queued_at=now,
        not_before=not_before,
        bundle=bundle,
        **{**_fields(draft, planned), "held_until": max(planned.held_until or draft.held_until or now, now)},
    )
    queued = event_from(NoticeQueued if notice.of_old_words else DeliveryQueued, notice)
    if planned.reason is not None:
        return _then(queued, suppressed(notice, planned.reason, planned.why))
    if notice.channel is Way.INBOX and notice.not_before <= now:
        return _then(queued, delivered(notice, now))
    return decided(notice, queued)


def supersede(notice: Notice, version: int, why: Why | None = None) -> Decision[Notice]:
    """Give up a notice that speaks of its subject as it was before `version` and was told to nobody yet. One that may
    leave once more is outdated: it is not sent again, and by no other channel.
    """
    if notice.version >= version or notice.outdated:
        return decided(notice)
    if waits(notice):
        return suppressed(notice, Suppression.SUPERSEDED, why)
    if may_leave_again(notice):
        outdated = notice.becoming(outdated=True)
        return decided(outdated, fact(NoticeProgressed, outdated))
    return decided(notice)


def waits(notice: Notice) -> bool:
    """Whether a notice was told to nobody yet: it is in the queue, or on the call list."""
    listed = notice.channel is Way.CALL and notice.stage is Stage.ACCEPTED
    return notice.status is NoticeStatus.QUEUED or listed


def may_leave_again(notice: Notice) -> bool:
    """Whether a notice that waits no more may be sent once more: the gateway may not take it now, staff may have it
    tried again, they may give an address, or it may come back and go by another channel."""
    if notice.status is NoticeStatus.SUPPRESSED:
        return notice.reason in LOST
    return notice.stage in (Stage.SENDING, Stage.UNKNOWN, Stage.ACCEPTED)


def drop_part(notice: Notice, about: str, kind: str, version: int) -> Decision[Notice]:
    """Of several activities that a notice speaks of, what messages of `kind` told of `about` before `version` is not
    true any more. Where nothing else is left of one that was told to nobody yet, it is given up.

    What a gateway has taken stays as it was told.
    """
    left = without(notice.parts, about, kind, version)
    if left == notice.parts or notice.outdated:
        return decided(notice)
    if not waits(notice) and notice.status is not NoticeStatus.SENDING and notice.reason not in LOST:
        return decided(notice)
    fewer = notice.becoming(parts=left)
    if left:
        return decided(fewer, fact(NoticeProgressed, fewer))
    if waits(notice):
        return suppressed(fewer, Suppression.SUPERSEDED)
    outdated = fewer.becoming(outdated=True)
    return decided(outdated, fact(NoticeProgressed, outdated))


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


def anonymise(notice: Notice) -> Decision[Notice]:
    """Take the recipient out, so that nothing leads to them. A notice that was waiting never leaves, nor is it read
    out by telephone."""
    if notice.recipient == ERASED:
        return decided(notice)
    bare = {"particulars": Particulars(), "parts": tuple(part.bare() for part in notice.parts)}
    changes: dict[str, Any] = {"recipient": ERASED, "behalf": None, "called": None, **bare}
    if notice.status in _OPEN or waits(notice):
        over = {"status": NoticeStatus.SUPPRESSED, "reason": Suppression.ERASED, "fine": Stage.SUPPRESSED}
        changes = {**changes, **over, "claim": None, "delivered_at": None}
    left = notice.becoming(**changes)
    return decided(left, fact(NoticeAnonymised, left))


def not_on_behalf(notice: Notice) -> Decision[Notice]:
    """The person for whom the recipient stood in was erased: what was waiting never leaves, and nothing names them."""
    bare = {"particulars": Particulars(), "parts": tuple(part.bare() for part in notice.parts)}
    changes: dict[str, Any] = {"behalf": None, "called": None, **bare}
    if notice.status in _OPEN or waits(notice):
        over = {"status": NoticeStatus.SUPPRESSED, "reason": Suppression.ERASED, "fine": Stage.SUPPRESSED}
        changes = {**changes, **over, "claim": None, "delivered_at": None}
    left = notice.becoming(**changes)
    return decided(left, fact(NoticeProgressed, left))


def wanted_again(notice: Notice, planned: Planned, now: datetime) -> Decision[Notice]:
    """Somebody who could not be reached has given an address, or has given up the quiet hours that a message would not
    have outlasted: send what is still worth sending and still true."""
    reached = notice.reason is not Suppression.NO_ADDRESS and notice.why is not Why.QUIET_HOURS
    lost = notice.status is NoticeStatus.SUPPRESSED and not reached
    gone = notice.recipient == ERASED
    if not lost or gone or notice.outdated or planned.reason is not None:
        return decided(notice)
    again = notice.becoming(
        status=NoticeStatus.QUEUED,
        fine=Stage.HELD if planned.not_before > now else Stage.QUEUED,
        reason=None,
        why=None,
        not_before=planned.not_before,
    )
    return decided(again, fact(NoticeProgressed, again))


def delivered(notice: Notice, now: datetime, stage: Stage = Stage.DELIVERED, **more: Any) -> Decision[Notice]:
    """It has reached the inbox, or the gateway took it."""
    done = notice.becoming(status=NoticeStatus.DELIVERED, fine=stage, delivered_at=now, claim=None, **more)
    return decided(done, fact(NoticeDelivered, done))


def deferred(notice: Notice, not_before: datetime) -> Decision[Notice]:
    """It waits in the queue until then; what has become untrue meanwhile is given up."""
    if notice.outdated:
        return suppressed(notice, Suppression.SUPERSEDED)
    later = notice.becoming(status=NoticeStatus.QUEUED, fine=Stage.HELD, not_before=not_before, claim=None)
    return decided(later, fact(NoticeDeferred, later))


def suppressed(notice: Notice, reason: Suppression, why: Why | None = None) -> Decision[Notice]:
    """It will not be sent, and that is why."""
    done = notice.becoming(
        status=NoticeStatus.SUPPRESSED,
        fine=of_suppression(reason),
        reason=reason,
        why=why,
        claim=None,
        delivered_at=None,
    )
    return decided(done, fact(NoticeSuppressed, done))


def _fields(draft: Draft, planned: Planned) -> dict[str, Any]:
    fields = {name: getattr(draft, name) for name in Draft.model_fields}
    if planned.reason is Suppression.ERASED:
        bare = {"particulars": Particulars(), "parts": tuple(part.bare() for part in draft.parts)}
        return {**fields, "recipient": ERASED, "behalf": None, "called": None, **bare}
    return fields


def _then(first: Event, following: Decision[Notice]) -> Decision[Notice]:
    return decided(following.aggregate, first, *following.events)
