"""The words of notices: one text for each kind, version and language, filled with what the notice mentions.

A notice keeps the version it was queued with, so that what somebody was told can be shown later as it was.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.contracts.notices import NoticeKind
from services.contracts.text import fitted
from services.notify.knowledge.names import Names
from services.notify.notices.domain.notice import Particulars
from services.notify.shared.calendar import moment

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Words:
    """A rendered text; the subject is one line."""

    subject: str
    body: str


class Wording:
    """Renders notices. The first line of a text is its subject."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def render(self, kind: NoticeKind, version: int, language: str, community: str, particulars: Particulars) -> Words:
        """The words of `kind` in `version`, for a reader of `language` in `community`."""
        template = self._texts.get_template(f"{kind}.v{version}.{language}.txt")
        said = template.render(self._known(language, community, particulars))
        subject, _, body = said.partition("\n")
        return Words(" ".join(subject.split()), body.strip() + "\n")

    def address_code(self, language: str, community: str, code: str) -> Words:
        """What goes to an address that nobody has confirmed yet: whose it is said to be stands in it nowhere."""
        template = self._texts.get_template(f"address-code.v1.{language}.txt")
        said = template.render({"community": self._names.community(community, language), "code": code})
        subject, _, body = said.partition("\n")
        return Words(" ".join(subject.split()), body.strip() + "\n")

    def _known(self, language: str, community: str, particulars: Particulars) -> dict[str, Any]:
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

    @cached_property
    def _texts(self) -> Environment:
        return Environment(
            loader=FileSystemLoader(TEMPLATES),
            undefined=StrictUndefined,
            finalize=fitted,
            autoescape=False,  # noqa: S701  plain text: an inbox and a mail body, both shown as such
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
