"""The catalogue as one HTML page that needs nothing from elsewhere, served beside the AsyncAPI document."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from services.contracts.catalogue import Language, chapters
from services.contracts.declared import declarations
from services.contracts.examples import Record
from services.contracts.topics import TOPICS, Topic

_TEMPLATE = Path(__file__).with_name("page.html")


def catalogue_html(topics: Iterable[Topic] = TOPICS, language: Language = "zh", *, prefix: str = "") -> str:
    """The page for `topics`. Sentences about the types are in English, as the schemas have them.

    Args:
        prefix: put before the names of topics, as the deployment does.
    """
    return _page(tuple(topics), language, prefix)


def style_source() -> str:
    """What a Content-Security-Policy must allow in `style-src` for the page's only style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()}'"


@cache
def _page(topics: tuple[Topic, ...], language: Language, prefix: str) -> str:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"code": _code, "record": _record}
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(chapters=chapters(declarations(), topics, language), zh=language == "zh", prefix=prefix)


@cache
def _style() -> str:
    found = re.search(r"<style>(.*?)</style>", _TEMPLATE.read_text(encoding="utf-8"), re.DOTALL)
    return "" if found is None else found.group(1)


def _code(text: str) -> Markup:
    """Backticks as `<code>`, blank lines as paragraphs."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))).replace("\n\n", "<br>"))  # noqa: S704  escaped


def _record(record: Record) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in record.header_texts.items())
    value = "" if record.value is None else json.dumps(record.value, ensure_ascii=False, indent=2)
    return f"key: {record.envelope.partitionkey}\n{headers}\n\n{value}"
