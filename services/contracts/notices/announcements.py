"""What hangs on the notice board: announcements, and the bulletin of each week."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Code, Internal, Masked, Office, OfficerId, Public
from services.contracts.topics import NOTICES


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
