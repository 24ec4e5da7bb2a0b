"""The kinds of care, and the skill that each kind asks of a volunteer.

The readers of events and of stored plans know only the kinds of the contract, and a new kind there would break them. So
a kind that the contract does not have is published and stored as the nearest kind of the contract, with its own name as
the purpose.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from services.contracts.volunteers import CareKind as ToldKind


class CareKind(StrEnum):
    """What volunteers do for an elder: 上门慰问, 陪伴聊天, 理发, 送餐, 家务, 上门体检."""

    VISIT = "visit"
    CHAT = "chat"
    HAIRCUT = "haircut"
    MEAL = "meal"
    CHORES = "chores"
    HEALTH_CHECK = "health-check"

    @property
    def told(self) -> ToldKind:
        """The kind of the contract by which events tell this kind."""
        return ToldKind.VISIT if self is CareKind.CHAT else ToldKind(self.value)

    @property
    def purpose(self) -> str | None:
        """The name of this kind, where the kind of the contract is another; else None."""
        return None if self.told.value == self.value else self.value


SKILLS: Mapping[CareKind, str | None] = MappingProxyType(
    {
        CareKind.VISIT: None,
        CareKind.CHAT: None,
        CareKind.HAIRCUT: "haircut",
        CareKind.MEAL: None,
        CareKind.CHORES: None,
        CareKind.HEALTH_CHECK: "medical",
    }
)
"""The code of the skill that each kind of care asks of a volunteer; None if it asks for no skill."""
