"""The words of notices: one text for each kind, version and language, filled with the particulars of the notice.

A notice keeps the version with which it was queued, so that what somebody was told can be shown later as it was.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from services.contracts.notices import NoticeKind
from services.notify.knowledge.names import Names
from services.notify.notices.domain.particulars import Particulars
from services.notify.shared.calendar import moment
from services.notify.shared.texts import Texts, Words

TEMPLATES = Path(__file__).parent / "templates"


class Wording:
    """Renders notices."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._texts = Texts(TEMPLATES)

    def render(self, kind: NoticeKind, version: int, language: str, community: str, particulars: Particulars) -> Words:
        """The words of `kind` in `version`, for a reader of `language` in `community`."""
        return self._texts.render(f"{kind}.v{version}.{language}", self._values(language, community, particulars))

    def _values(self, language: str, community: str, particulars: Particulars) -> dict[str, Any]:
        known = particulars.model_dump()
        english = language == "en"
        times = {name: moment(value, language) for name, value in known.items() if isinstance(value, datetime)}
        return {
            **known,
            **times,
            "community": self._names.community(community, language),
            "title": (english and particulars.title_en) or particulars.title,
            "work": None if particulars.work is None else self._names.work(particulars.work, language),
            "category": particulars.category_en if english else particulars.category_zh,
            "venue": None if particulars.venue is None else self._names.venue(particulars.venue, language),
        }
