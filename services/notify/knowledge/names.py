"""Names that no published fact carries: what people call communities, venues, and kinds of activity and care."""

from collections.abc import Mapping
from dataclasses import dataclass

Named = Mapping[str, str]
"""A name by language, `zh` and `en`."""


WORK: Mapping[str, Named] = {
    "visit": {"zh": "上门慰问", "en": "a visit"},
    "chat": {"zh": "陪伴聊天", "en": "a chat at home"},
    "haircut": {"zh": "上门理发", "en": "a haircut"},
    "meal": {"zh": "敬老配餐", "en": "a meal brought home"},
    "chores": {"zh": "帮做家务", "en": "help in the house"},
    "health-check": {"zh": "上门体检", "en": "a health check at home"},
    "class": {"zh": "课堂", "en": "Class"},
    "clinic": {"zh": "义诊", "en": "Clinic"},
    "festival": {"zh": "文化活动", "en": "Festival"},
    "rehearsal": {"zh": "排练", "en": "Rehearsal"},
    "service": {"zh": "便民服务", "en": "Service"},
}
"""Kinds of activity and of care, as people say them."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names by code and language. A code without a name is shown as it is."""

    communities: Mapping[str, Named]
    venues: Mapping[str, Named]

    def community(self, code: str, language: str) -> str:
        """What people call the community `code`."""
        return self.communities.get(code, {}).get(language, code)

    def venue(self, code: str, language: str) -> str:
        """What people call the venue `code`."""
        return self.venues.get(code, {}).get(language, code)

    def work(self, code: str, language: str) -> str:
        """What people call a kind of activity or of care."""
        return WORK.get(code, {}).get(language, code)
