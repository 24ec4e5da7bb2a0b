"""Texts made of templates. The first line of a text is its subject, the rest its body."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound

from services.contracts.text import fitted


@dataclass(frozen=True, slots=True)
class Words:
    """A rendered text. The subject is one line; `short` is for channels that have room for a line only: where it is
    missing, the subject stands in.
    """

    subject: str
    body: str
    short: str | None = None

    @property
    def line(self) -> str:
        """The text for channels that have room for little."""
        return self.short or self.subject


class Texts:
    """The templates of one folder."""

    def __init__(self, folder: Path) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            finalize=fitted,
            autoescape=False,  # noqa: S701  plain text: an inbox and a mail body, both shown as such
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            auto_reload=False,  # what is shipped does not change while a process runs
        )

    def render(self, name: str, values: Mapping[str, object]) -> Words:
        """The text `name`, filled with `values`. A template that asks for another value fails."""
        return words_of(self._templates.get_template(f"{name}.txt").render(values))

    def has(self, name: str) -> bool:
        """Whether there is a text `name`."""
        try:
            self._templates.get_template(f"{name}.txt")
        except TemplateNotFound:
            return False
        return True


def words_of(text: str) -> Words:
    """The words of a rendered text: its first line, and the rest."""
    subject, _, body = text.partition("\n")
    return Words(" ".join(subject.split()), body.strip() + "\n")
