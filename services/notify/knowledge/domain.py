"""The facts that notify knows of a case, a wish, an activity, a need or a place from events of other services.

Facts are stored under the names of these fields. A field of which no event has told yet is None.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import ConfigDict

from services.contracts.activities import ActivityStatus
from services.contracts.value import Value


class Known(Value):
    """The facts known of one aggregate."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """The values that `kept` has for it. What a later release keeps beside them is passed over."""
        return cls(**{name: kept[name] for name in cls.names() if name in kept})

    @classmethod
    def names(cls) -> frozenset[str]:
        """The names of all fields that are kept."""
        return frozenset(cls.model_fields)


class CaseKnown(Known):
    """A case: its title and category, and who reported it."""

    title: str | None = None
    category_zh: str | None = None
    category_en: str | None = None
    reporter: str | None = None


class WishKnown(Known):
    """A wish: its title, and who proposed it."""

    title: str | None = None
    proposer: str | None = None


class ActivityKnown(Known):
    """An activity: its title, its time and its place, the series that it is a date of, whether it is private, and its
    status where a fact told of one."""

    title: str | None = None
    title_en: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    venue: str | None = None
    series: str | None = None
    status: str | None = None
    private: bool | None = None

    @property
    def is_off(self) -> bool:
        """Whether it does not take place."""
        return self.status == ActivityStatus.CANCELLED


class SeatKnown(Value):
    """Somebody's seat in an activity as of its fact `version`: they have it, wait for it, or neither (None)."""

    model_config = ConfigDict(frozen=True)

    version: int
    seated: bool | None


class NeedKnown(Known):
    """A need for volunteers: for what work, and when."""

    category: str | None = None
    starts_at: datetime | None = None


class PlaceKnown(Known):
    """A compound or a building: its name, and a building's number."""

    title: str | None = None
    number: int | None = None
