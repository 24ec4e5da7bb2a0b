"""What notify knows of a case, a wish, an activity or a need from facts, and what a notice mentions of it.

`facts.py` keeps what is told under the names that stand here; what nobody has told yet is None.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import ConfigDict

from services.contracts.value import Value
from services.notify.notices.domain.notice import Particulars


class Known(Value):
    """What is known of one aggregate."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """What `kept` says of it; what a later release keeps beside it is none of ours."""
        return cls(**{name: kept[name] for name in cls.names() if name in kept})

    @classmethod
    def names(cls) -> frozenset[str]:
        """What is kept of it."""
        return frozenset(cls.model_fields)


class CaseKnown(Known):
    """A case: what it is about, and who reported it."""

    title: str | None = None
    category_zh: str | None = None
    category_en: str | None = None
    reporter: str | None = None

    def particulars(self) -> Particulars:
        """What a notice mentions."""
        return Particulars(title=self.title, category_zh=self.category_zh, category_en=self.category_en)


class WishKnown(Known):
    """A wish: what it is about, and who proposed it."""

    title: str | None = None
    proposer: str | None = None

    def particulars(self) -> Particulars:
        """What a notice mentions."""
        return Particulars(title=self.title)


class ActivityKnown(Known):
    """An activity: what it is, when and where."""

    title: str | None = None
    title_en: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    venue: str | None = None

    def particulars(self) -> Particulars:
        """What a notice mentions."""
        return Particulars(
            title=self.title,
            title_en=self.title_en,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            venue=self.venue,
        )


class NeedKnown(Known):
    """A need for volunteers: for what work, and when."""

    category: str | None = None
    starts_at: datetime | None = None

    def particulars(self) -> Particulars:
        """What a notice mentions."""
        return Particulars(work=self.category, starts_at=self.starts_at)
