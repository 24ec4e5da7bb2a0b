"""The public views of bulletins."""

from datetime import datetime

from pydantic import BaseModel

from services.notify.bulletins.domain import Bulletin, WeekFigures


class BulletinView(BaseModel):
    """The bulletin of a week with its seal. `previous` is the seal of the one before, null for the first."""

    id: str
    community: str
    year: int
    week: int
    starts: datetime
    ends: datetime
    figures: WeekFigures
    previous: str | None
    seal: str
    issued_at: datetime


class ChainView(BaseModel):
    """Whether all bulletins of a community fit their seals. `broken` is the first that does not."""

    bulletins: int
    whole: bool
    broken: str | None = None
    newest: str | None = None


def bulletin_view(bulletin: Bulletin) -> BulletinView:
    """The public view of a bulletin."""
    return BulletinView(
        id=bulletin.id,
        community=bulletin.community,
        year=bulletin.year,
        week=bulletin.week,
        starts=bulletin.of.start,
        ends=bulletin.of.end,
        figures=bulletin.figures,
        previous=bulletin.previous,
        seal=bulletin.seal,
        issued_at=bulletin.issued_at,
    )
