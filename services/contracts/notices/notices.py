"""What the notify service publishes: who was told what, by which channel, or why not; and erasure requests.

A notice names its recipient by their opaque id and its text by kind and template version; neither words nor addresses
ever travel. After erasure `recipient` is `erased` for everybody who was.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Internal, OfficerId, PersonId, Public
from services.contracts.topics import NOTICES

ERASED = "erased"
"""Stands where the id of an erased recipient stood."""


class NoticeKind(StrEnum):
    """What a notice tells. Whether it may be switched off is a property of the kind."""

    CASE_DISPATCHED = "case-dispatched"
    CASE_REJECTED = "case-rejected"
    CASE_VERIFIED = "case-verified"
    WISH_ANSWERED = "wish-answered"
    SEAT_OFFERED = "seat-offered"
    SEAT_RELEASED = "seat-released"
    REGISTRATION_CONFIRMED = "registration-confirmed"
    REGISTRATION_PROMOTED = "registration-promoted"
    ACTIVITY_REMINDER = "activity-reminder"
    ACTIVITY_MOVED = "activity-moved"
    ACTIVITY_CANCELLED = "activity-cancelled"


class NoticeChannel(StrEnum):
    """The way by which a notice reaches a person."""

    INBOX = "inbox"
    EMAIL = "email"


class NoticeStatus(StrEnum):
    """Where a notice stands.

    `sending`: handed to a gateway, the answer is not recorded yet. `uncertain`: the gateway may have it or not (the
    process or the connection died in between), and it is not sent again.
    """

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    SUPPRESSED = "suppressed"
    UNCERTAIN = "uncertain"
    READ = "read"


class Suppression(StrEnum):
    """Why somebody was not sent a notice."""

    PREFERENCE = "preference"
    NO_ADDRESS = "no-address"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    """Something newer says otherwise: moved, cancelled, withdrawn."""
    REFUSED = "refused"
    """The gateway will not take it."""
    UNREACHABLE = "unreachable"
    """The gateway did not answer, several times over."""
    CHANNEL_OFF = "channel-off"
    """The gateway is no longer set up."""
    ERASED = "erased"


class _Where(BaseModel):
    """`stage` and `why` say where a notice stands, and why, in words that may grow (`services.notify`)."""

    stage: Public[Code | None] = None
    why: Public[Code | None] = None


class _Notice(_Where):
    recipient: Public[PersonId]
    kind: Public[NoticeKind]
    channel: Public[NoticeChannel]
    cause: Public[Id]
    about: Public[Id]
    template: Public[int]
    status: Public[NoticeStatus]
    reason: Public[Suppression | None] = None
    queued_at: Public[datetime]
    not_before: Public[datetime]
    expires_at: Public[datetime | None] = None
    delivered_at: Public[datetime | None] = None
    read_at: Public[datetime | None] = None


class NoticeState(_Notice, State, type="cn.community.notify.notice.state.v1", topic=NOTICES):
    """One message to one person by one channel.

    `cause` is the id of the event it follows from, `about` the aggregate it speaks of (a case, a need, an activity),
    `template` the version of its text.
    """


class NoticeQueued(_Notice, Event, type="cn.community.notify.notice.queued.v1", topic=NOTICES, state=NoticeState):
    """A notice is to be delivered from `not_before` on, and not after `expires_at`. Carries the whole state."""


class NoticeSending(_Where, Event, type="cn.community.notify.notice.sending.v1", topic=NOTICES, state=NoticeState):
    """A sender has claimed a notice and is about to talk to the gateway."""

    status: Public[NoticeStatus]


class NoticeDeferred(_Where, Event, type="cn.community.notify.notice.deferred.v1", topic=NOTICES, state=NoticeState):
    """A notice is back in the queue: for quiet hours, or because the gateway asked to be tried later."""

    status: Public[NoticeStatus]
    not_before: Public[datetime]


class NoticeDelivered(_Where, Event, type="cn.community.notify.notice.delivered.v1", topic=NOTICES, state=NoticeState):
    """A notice is in the inbox, or the gateway took it."""

    status: Public[NoticeStatus]
    delivered_at: Public[datetime]


class NoticeSuppressed(
    _Where, Event, type="cn.community.notify.notice.suppressed.v1", topic=NOTICES, state=NoticeState
):
    """A notice will not be delivered, for the reason given."""

    status: Public[NoticeStatus]
    reason: Public[Suppression]


class NoticeUncertain(_Where, Event, type="cn.community.notify.notice.uncertain.v1", topic=NOTICES, state=NoticeState):
    """Nobody knows whether the gateway took a notice."""

    status: Public[NoticeStatus]


class NoticeRead(_Where, Event, type="cn.community.notify.notice.read.v1", topic=NOTICES, state=NoticeState):
    """The recipient has read a notice."""

    status: Public[NoticeStatus]
    read_at: Public[datetime]


class NoticeAnonymised(
    _Where, Event, type="cn.community.notify.notice.anonymised.v1", topic=NOTICES, state=NoticeState
):
    """The recipient of a notice was erased; what was not delivered never will be."""

    recipient: Public[PersonId]
    status: Public[NoticeStatus]
    reason: Public[Suppression | None]


class NoticeProgressed(
    _Where, Event, type="cn.community.notify.notice.progressed.v1", topic=NOTICES, state=NoticeState
):
    """A notice came further in a way that has no fact of its own: it bounced, was archived, was marked unread, or was
    told in a digest.
    """

    status: Public[NoticeStatus]
    reason: Public[Suppression | None]
    not_before: Public[datetime]
    delivered_at: Public[datetime | None]
    read_at: Public[datetime | None]


class NoticeAnswered(Event, type="cn.community.notify.notice.answered.v1", topic=NOTICES):
    """Whoever holds the link of a message has answered, for `person`, what it asks about `activity`: whether they come.

    `question` is the kind of the message. `starts_at`, `answer_by` and `registered_at` are what the message knew: the
    start, until when the answer was due, and when the party registered to which seats were offered. The answer is to
    that alone, and to nothing that was asked before or since. One that said `comes` may be followed by one that did
    not, where a reminder asks.
    """

    person: Public[PersonId]
    activity: Public[Id]
    question: Public[Code]
    comes: Public[bool]
    starts_at: Public[datetime]
    answer_by: Public[datetime | None] = None
    registered_at: Public[datetime | None] = None
    answered_at: Public[datetime]


class _Delivery(BaseModel):
    recipient: Public[PersonId]
    kind: Public[Code]
    channel: Public[Code]
    cause: Public[Id]
    about: Public[Id]
    template: Public[int]
    stage: Public[Code]
    why: Public[Code | None] = None
    queued_at: Public[datetime]
    not_before: Public[datetime]
    expires_at: Public[datetime | None] = None
    delivered_at: Public[datetime | None] = None
    read_at: Public[datetime | None] = None


class DeliveryState(_Delivery, State, type="cn.community.notify.delivery.state.v1", topic=NOTICES):
    """One message to one recipient by one channel, of a kind or by a channel that a notice has no word for.

    `recipient` is a person, or an end point (`endpoint-…`) to which a community's messages go.
    """


class DeliveryQueued(
    _Delivery, Event, type="cn.community.notify.delivery.queued.v1", topic=NOTICES, state=DeliveryState
):
    """A message is to be delivered from `not_before` on. Carries the whole state."""


class DeliveryProgressed(
    _Delivery, Event, type="cn.community.notify.delivery.progressed.v1", topic=NOTICES, state=DeliveryState
):
    """A message came further, or will not be delivered. Carries the whole state."""


class NoticeWithheld(Event, type="cn.community.notify.notice.withheld.v1", topic=NOTICES, internal=True):
    """What a notice speaks of is not for everybody any more: nothing of the notice is published from now on."""


class NoticeRetitled(Event, type="cn.community.notify.notice.retitled.v1", topic=NOTICES, internal=True):
    """What a notice speaks of has another title: the words that stood in the notice are deleted."""


class TemplateSaved(Event, type="cn.community.notify.notice-template.saved.v1", topic=NOTICES, internal=True):
    """A community has another text for a kind; version 0 is the one that is shipped."""

    kind: Internal[Code]
    version: Internal[int]
    by: Internal[OfficerId]


class EndpointChanged(Event, type="cn.community.notify.notice-endpoint.changed.v1", topic=NOTICES, internal=True):
    """An end point was named, failed, recovered, was paused, let go on or ended. Its address is in no event."""

    what: Internal[Code]
    by: Internal[OfficerId]


class BroadcastChanged(Event, type="cn.community.notify.notice-broadcast.changed.v1", topic=NOTICES, internal=True):
    """A broadcast began, came further, was held, let go on or stopped, or is done. Its words are in no event."""

    what: Internal[Code]
    told: Internal[int]
    by: Internal[OfficerId]


class RoutingChanged(Event, type="cn.community.notify.notice-routing.changed.v1", topic=NOTICES, internal=True):
    """A community has other kinds and routes."""

    edition: Internal[int]
    by: Internal[OfficerId]
