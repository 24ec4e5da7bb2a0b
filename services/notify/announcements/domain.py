"""The rules of announcements: staff post, edit and withdraw them, and no edit goes unseen.

An announcement hangs on the notice board from `valid_from` until `valid_until`. Whoever edits one says why; the words
that stood before remain in its log of edits, which everybody may read.
"""

from datetime import datetime

from services.chassis.aggregate import Aggregate, Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Moment, Request, Text
from services.contracts.marks import Id, Masked, Office, Officer
from services.contracts.notices import (
    AnnouncementEdited,
    AnnouncementPosted,
    AnnouncementState,
    AnnouncementStatus,
    AnnouncementWithdrawn,
)
from services.contracts.value import Value

MOST_EDITS = 100


class EndsBeforeItBegins(
    Invalid,
    code="announcement.ends-before-it-begins",
    zh="公告的截止时间须晚于开始时间。",
    en="An announcement must end after it begins.",
):
    """The validity is empty."""


class OverAlready(
    Invalid,
    code="announcement.over-already",
    zh="公告的截止时间已过，不会有人看到。",
    en="The announcement would end in the past, and nobody would see it.",
):
    """It would be on record as told, and nobody was."""


class AnnouncementGone(
    Conflict, code="announcement.withdrawn", zh="公告已撤下，不能再修改。", en="The announcement has been taken down."
):
    """What was withdrawn stays as it was."""


class OtherLanguageLeft(
    Invalid,
    code="announcement.other-language-left",
    zh="中文改了，英文没有一并改：请同时发送 {field}，或发送 null 删去英文。",
    en="The Chinese words change and the English ones stay: send {field} as well, or null to take them away.",
):
    """Who reads English would go on reading what is no longer true."""


class TooManyEdits(
    Conflict,
    code="announcement.too-many-edits",
    zh="公告修改次数已达上限（{most} 次），请撤下后重新发布。",
    en="The announcement was edited {most} times. Withdraw it and post a new one.",
):
    """The log of edits is full."""


class Post(Request):
    """Post an announcement. It hangs from now on, unless `valid_from` says later."""

    community: Id
    title: Line
    title_en: Line | None = None
    text: Text
    text_en: Text | None = None
    pinned: bool = False
    valid_from: Moment | None = None
    valid_until: Moment | None = None


class Edit(Request):
    """Change an announcement; fields that are not sent stay. `reason` is shown to everybody."""

    reason: Line
    title: Line | None = None
    title_en: Line | None = None
    text: Text | None = None
    text_en: Text | None = None
    pinned: bool | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None


class Withdraw(Request):
    """Take an announcement down. `reason` is on record."""

    reason: Line


class Earlier(Value):
    """An entry in the log of edits: when, by whom and why an announcement was changed, and its words before."""

    at: datetime
    by: Officer[str]
    reason: Office[Masked]
    title: Office[Masked]
    title_en: Office[Masked | None] = None
    text: Office[Masked]
    text_en: Office[Masked | None] = None
    valid_until: datetime | None = None


class Announcement(Aggregate):
    """What the committee announces. `edits`: how it was changed, the oldest change first."""

    title: Office[Masked]
    title_en: Office[Masked | None] = None
    text: Office[Masked]
    text_en: Office[Masked | None] = None
    pinned: bool
    valid_from: datetime
    valid_until: datetime | None = None
    status: AnnouncementStatus
    posted_by: Officer[str]
    posted_at: datetime
    edits: tuple[Earlier, ...] = ()

    def told_at(self, now: datetime) -> bool:
        """Whether everybody may know of it at `now`: what is only ahead is not announced yet, what was taken down is no
        longer."""
        return self.valid_from <= now and self.status is AnnouncementStatus.POSTED

    def public(self) -> AnnouncementState:
        return AnnouncementState(
            title=self.title,
            title_en=self.title_en,
            text=self.text,
            text_en=self.text_en,
            pinned=self.pinned,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            status=self.status,
            revision=len(self.edits) + 1,
            posted_at=self.posted_at,
            edited_at=self.edits[-1].at if self.edits else None,
        )


def post(id: str, command: Post, by: Principal, now: datetime) -> Decision[Announcement]:
    """Staff post an announcement.

    Raises:
        NotYours: the caller is not staff of the community.
        EndsBeforeItBegins: it would never hang.
        OverAlready: its validity is past.
    """
    by.require(command.community, Role.STAFF)
    announcement = Announcement(
        id=id,
        community=command.community,
        title=command.title,
        title_en=command.title_en,
        text=command.text,
        text_en=command.text_en,
        pinned=command.pinned,
        valid_from=command.valid_from or now,
        valid_until=command.valid_until,
        status=AnnouncementStatus.POSTED,
        posted_by=by.sub,
        posted_at=now,
    )
    _require_time(announcement)
    if announcement.valid_until is not None and announcement.valid_until <= now:
        raise OverAlready()
    return decided(announcement, event_from(AnnouncementPosted, announcement, by=by.sub))


def edit(announcement: Announcement, command: Edit, by: Principal, now: datetime) -> Decision[Announcement]:
    """Staff change an announcement; its words before go to the log. A change that changes nothing is none.

    Raises:
        NotYours: the caller is not staff of the community.
        AnnouncementGone: it was withdrawn.
        TooManyEdits: it was edited a hundred times.
        OtherLanguageLeft: the Chinese words change, and nothing is said of the English ones.
        EndsBeforeItBegins: it would never hang.
    """
    by.require(announcement.community, Role.STAFF)
    if announcement.status is AnnouncementStatus.WITHDRAWN:
        raise AnnouncementGone()
    clearable = {"title_en", "text_en", "valid_until"}
    wanted = {
        name: getattr(command, name)
        for name in command.model_fields_set - {"reason"}
        if name in clearable or getattr(command, name) is not None
    }
    changed = Announcement.model_validate({**dict(announcement), **wanted})
    if changed == announcement:
        return decided(announcement)
    for chinese, english in (("title", "title_en"), ("text", "text_en")):
        moved = getattr(changed, chinese) != getattr(announcement, chinese)
        if moved and getattr(announcement, english) is not None and english not in command.model_fields_set:
            raise OtherLanguageLeft(field=english)
    if len(announcement.edits) >= MOST_EDITS:
        raise TooManyEdits(most=MOST_EDITS)
    _require_time(changed)
    before = Earlier(
        at=now,
        by=by.sub,
        reason=command.reason,
        title=announcement.title,
        title_en=announcement.title_en,
        text=announcement.text,
        text_en=announcement.text_en,
        valid_until=announcement.valid_until,
    )
    changed = changed.model_copy(update={"edits": (*announcement.edits, before)})
    return decided(changed, event_from(AnnouncementEdited, changed, reason=command.reason, by=by.sub))


def withdraw(announcement: Announcement, command: Withdraw, by: Principal, now: datetime) -> Decision[Announcement]:
    """Staff take an announcement down; a second time changes nothing.

    Raises:
        NotYours: the caller is not staff of the community.
    """
    by.require(announcement.community, Role.STAFF)
    if announcement.status is AnnouncementStatus.WITHDRAWN:
        return decided(announcement)
    changed = announcement.model_copy(update={"status": AnnouncementStatus.WITHDRAWN})
    return decided(changed, event_from(AnnouncementWithdrawn, changed, reason=command.reason, by=by.sub))


def _require_time(announcement: Announcement) -> None:
    if announcement.valid_until is not None and announcement.valid_until <= announcement.valid_from:
        raise EndsBeforeItBegins()
