"""Kinds of message: what each is for, whether people may switch it off, and how long it is worth sending."""

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
"""The word of a kind: those of `NoticeKind`, and those that tables bring."""


class MessageClass(StrEnum):
    """What a message is for. People choose channels, hours and digests by class."""

    EMERGENCY = "emergency"
    """It overrides quiet hours, and nothing else does."""
    SERVICE = "service"
    REMINDER = "reminder"
    SOCIAL = "social"
    DIGEST = "digest"
    """News that nobody waits for; unless somebody chooses otherwise it comes once a day."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a kind weighs: its class, and whether it comes whatever people prefer."""

    sort: MessageClass
    mandatory: bool = False


class KindRule(Value):
    """The rule of one kind.

    A `mandatory` kind comes whatever people prefer. After `lasts` hours a message is not worth sending. `template` is
    the current version of its shipped text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sort: MessageClass
    zh: Annotated[str, StringConstraints(min_length=1, max_length=40), Plain]
    en: Annotated[str, StringConstraints(min_length=1, max_length=60), Plain]
    mandatory: bool = False
    hours: float = Field(default=720, gt=0, le=24 * 400)
    template: int = Field(default=1, ge=1)

    @property
    def lasts(self) -> timedelta:
        """How long after its event a message of this kind is worth sending."""
        return timedelta(hours=self.hours)

    @property
    def weight(self) -> Weight:
        """What this kind weighs."""
        return Weight(self.sort, self.mandatory)


Kinds = Mapping[str, KindRule]
