"""Texts made of templates. The first line of a text is its subject, the rest its body."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.contracts.text import fitted


@dataclass(frozen=True, slots=True)
class Words:
    """A rendered text; the subject is one line."""

    subject: str
    body: str


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
        )

    def render(self, name: str, values: Mapping[str, object]) -> Words:
        """The text `name`, filled with `values`. A template that asks for another value fails."""
        subject, _, body = self._templates.get_template(f"{name}.txt").render(values).partition("\n")
        return Words(" ".join(subject.split()), body.strip() + "\n")
