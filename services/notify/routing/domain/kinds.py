"""Kinds of message: the class of each, whether people may switch it off, and how long it is worth sending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from services.contracts.marks import CODE_PATTERN
from services.contracts.text import Plain
from services.contracts.value import Value

KindName = Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=48)]
"""The name of a kind: one of `NoticeKind`, or one that a table has added."""

OFFERED = "place-offered"
REMINDED = "activity-reminder"
MOVED = frozenset({"activity-moved", "registration-promoted"})
ASKING = frozenset({OFFERED, REMINDED, *MOVED})
"""The kinds that may ask whether somebody comes, and so have a link by which that is answered."""


class MessageClass(StrEnum):
    """The purpose of a message. People choose channels, hours and digests by class."""

    EMERGENCY = "emergency"
    """An emergency, the only class that overrides quiet hours."""
    SERVICE = "service"
    REMINDER = "reminder"
    SOCIAL = "social"
    DIGEST = "digest"
    """News that nobody waits for. It comes once a day unless somebody chooses otherwise."""


@dataclass(frozen=True, slots=True)
class Weight:
    """The class of a kind, and whether its messages come whatever people have chosen."""

    sort: MessageClass
    mandatory: bool = False

    @property
    def comes_anyway(self) -> bool:
        """Whether nobody can do without messages of such a kind."""
        return self.mandatory or self.sort is MessageClass.EMERGENCY


LONGEST = timedelta(days=400)
"""No message of any kind is worth sending for longer after its event."""


class KindRule(Value):
    """The rule of one kind.

    Messages of a `mandatory` kind come whatever people have chosen. A message is worth sending for `lasts` hours.
    `template` is the current version of the kind's shipped text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sort: MessageClass
    zh: Annotated[str, StringConstraints(min_length=1, max_length=40), Plain]
    en: Annotated[str, StringConstraints(min_length=1, max_length=60), Plain]
    mandatory: bool = False
    hours: float = Field(default=720, gt=0, le=LONGEST / timedelta(hours=1))
    template: int = Field(default=1, ge=1)

    @property
    def lasts(self) -> timedelta:
        """The time after its event for which a message of this kind is worth sending."""
        return timedelta(hours=self.hours)

    @property
    def weight(self) -> Weight:
        """The weight of this kind."""
        return Weight(self.sort, self.mandatory)


Kinds = Mapping[str, KindRule]
