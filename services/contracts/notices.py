"""What the notify service publishes: who was told what, by which channel, or why not; and erasure requests.

A notice names its recipient by their opaque id and its text by kind and template version; neither words nor addresses
ever travel. After erasure `recipient` is `erased` for everybody who was.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Internal, Masked, Office, OfficerId, PersonId, Public
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


# persons


class PersonStatus(StrEnum):
    """Whether a person is known here."""

    KNOWN = "known"
    ERASING = "erasing"
    ERASED = "erased"


class PersonRegistered(Event, type="cn.community.notify.person.registered.v1", topic=NOTICES, internal=True):
    """A person set up how they want to be told. What they chose is in no event."""

    person: Internal[PersonId]
    by: Internal[PersonId]


class PersonChanged(Event, type="cn.community.notify.person.changed.v1", topic=NOTICES, internal=True):
    """`changed` names the settings that have new values; `by` is the person, or staff on record."""

    person: Internal[PersonId]
    changed: Internal[list[Code]]
    by: Internal[PersonId]


class PersonErasureRequested(Event, type="cn.community.notify.person.erasure-requested.v1", topic=NOTICES):
    """Whoever holds something of `person` erases it and answers with an event of its own, naming `request`.

    `only`: no more than what belongs to this community, whose staff have asked; None where the person did, for all.
    """

    person: Public[Id]
    request: Public[Id]
    requested_at: Public[datetime]
    only: Public[Id | None] = None
    by: Internal[PersonId]


class PersonErasureAnswered(Event, type="cn.community.notify.person.erasure-answered.v1", topic=NOTICES, internal=True):
    """`service` has erased its part, of the community `only` or (None) of all."""

    person: Internal[Id]
    service: Internal[Code]
    only: Internal[Id | None] = None


class PersonErased(Event, type="cn.community.notify.person.erased.v1", topic=NOTICES):
    """Every service has answered: nothing leads to `person` any more, in the community `only` or (None) anywhere.

    `services` is the proof.
    """

    person: Public[Id]
    request: Public[Id]
    services: Public[list[Code]]
    erased_at: Public[datetime]
    only: Public[Id | None] = None


# announcements


class AnnouncementStatus(StrEnum):
    """Whether an announcement may hang on the notice board. When it hangs there is told by its validity."""

    POSTED = "posted"
    WITHDRAWN = "withdrawn"


class _Announcement(BaseModel):
    title: Public[Office[Masked]]
    title_en: Public[Office[Masked | None]] = None
    text: Public[Office[Masked]]
    text_en: Public[Office[Masked | None]] = None
    pinned: Public[bool]
    valid_from: Public[datetime]
    valid_until: Public[datetime | None] = None
    """The moment from which it does not hang any more; None: until it is withdrawn."""
    status: Public[AnnouncementStatus]
    revision: Public[int]
    """1 as it was posted, one more with each edit."""
    posted_at: Public[datetime]
    edited_at: Public[datetime | None] = None


class AnnouncementState(_Announcement, State, type="cn.community.notify.announcement.state.v1", topic=NOTICES):
    """An official announcement of a residents' committee on the notice board."""


class AnnouncementPosted(
    _Announcement,
    Event,
    type="cn.community.notify.announcement.posted.v1",
    topic=NOTICES,
    state=AnnouncementState,
):
    """Staff have posted an announcement. Carries the whole state."""

    by: Internal[OfficerId]


class AnnouncementEdited(
    _Announcement,
    Event,
    type="cn.community.notify.announcement.edited.v1",
    topic=NOTICES,
    state=AnnouncementState,
):
    """Staff have changed an announcement. Carries the whole state; `reason` is shown in the log of edits."""

    reason: Public[Office[Masked]]
    by: Internal[OfficerId]


class AnnouncementWithdrawn(
    Event, type="cn.community.notify.announcement.withdrawn.v1", topic=NOTICES, state=AnnouncementState
):
    """Staff have taken an announcement down."""

    status: Public[AnnouncementStatus]
    reason: Public[Office[Masked]]
    by: Internal[OfficerId]


# bulletins


class BulletinState(State, type="cn.community.notify.bulletin.state.v1", topic=NOTICES):
    """The bulletin of one week: what it says is kept by the service; `seal` changes where a word of it does.

    `seal` is an `s` and the SHA-256 in base32 over this bulletin and `previous`, the seal of the one before it in the
    same community, so that whoever keeps one seal can tell whether any earlier bulletin was changed.
    """

    year: Public[int]
    week: Public[int]
    """The week's number by ISO 8601; `year` is that week's."""
    seal: Public[Code]
    previous: Public[Code | None] = None
    issued_at: Public[datetime]


class BulletinIssued(Event, type="cn.community.notify.bulletin.issued.v1", topic=NOTICES, state=BulletinState):
    """A week is over, and its bulletin is sealed."""

    year: Public[int]
    week: Public[int]
    seal: Public[Code]
    previous: Public[Code | None] = None
    issued_at: Public[datetime]
