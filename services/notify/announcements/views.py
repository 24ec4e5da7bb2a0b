"""How the API shows announcements, to everybody alike: no person stands in them."""

from datetime import datetime

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.contracts.notices import AnnouncementState
from services.notify.announcements.domain import Announcement


class EditView(BaseModel):
    """An entry of the log of edits: when and why an announcement was changed, and how it had read before."""

    at: datetime
    reason: str
    title: str
    title_en: str | None = None
    text: str
    text_en: str | None = None
    valid_until: datetime | None = None


class AnnouncementView(AnnouncementState):
    """An announcement with its log of edits, the oldest first."""

    id: str
    community: str
    version: int
    edits: list[EditView]


def announcement_view(stored: Stored[Announcement]) -> AnnouncementView:
    """The announcement as everybody may see it."""
    announcement = stored.aggregate
    return AnnouncementView(
        **announcement.public().model_dump(),
        id=announcement.id,
        community=announcement.community,
        version=stored.version,
        edits=[EditView(**each.model_dump(exclude={"by"})) for each in announcement.edits],
    )
