"""The catalogue page: whole, in both languages, and without anything from elsewhere."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from services.contracts.catalogue import Language, in_words, markdown
from services.contracts.declared import declarations
from services.contracts.page import catalogue_html, style_source
from services.contracts.topics import ISSUES, NOTICES, TOPICS

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    """Checks that tags close in order; keeps ids, links and whatever a browser would fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href" and tag == "a":
                self.links.append(value or "")
            if name in {"src", "srcset"} or (name == "href" and tag != "a"):
                self.fetched.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_shows_every_type_and_field_and_fetches_nothing(language: Language) -> None:
    page = catalogue_html(TOPICS, language)
    reader = Reader(page)
    assert reader.fetched == []
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page
    assert len(reader.ids) == len(set(reader.ids))
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    for model in declarations():
        assert model.type in reader.ids
        for name in model.model_fields:
            assert f"<code>{name}</code>" in page


def test_each_language_speaks_itself() -> None:
    assert "折叠规则" in catalogue_html([ISSUES], "zh")
    assert "Folding rule" in catalogue_html([ISSUES], "en")
    assert 'lang="zh-CN"' in catalogue_html([ISSUES], "zh")


def test_it_is_restricted_to_topics_and_has_the_names_of_the_deployment() -> None:
    page = catalogue_html([NOTICES], prefix="north.")
    assert "north.community.notices.v1.state" in page
    assert "community.issues.v1" not in page


def test_the_policy_allows_exactly_the_style_that_is_there() -> None:
    style = re.search("<style>(.*?)</style>", catalogue_html([ISSUES], "en"), re.DOTALL)
    assert style is not None
    digest = hashlib.sha256(style.group(1).encode()).digest()
    assert style_source() == f"'sha256-{base64.b64encode(digest).decode()}'"


def test_the_catalogue_names_every_type_and_what_is_kept_back() -> None:
    text = markdown(declarations())
    for model in declarations():
        assert f"#### `{model.type}`" in text
    assert "Kept: by." in text


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"type": "string", "title": "Id"}, "id"),
        ({"type": "string", "format": "date-time"}, "moment, UTC"),
        ({"type": "integer", "minimum": 1, "maximum": 5}, "whole number 1–5"),
        ({"anyOf": [{"type": "string", "title": "Code"}, {"type": "null"}]}, "code or null"),
        ({"type": "array", "items": {"$ref": "#/$defs/E"}}, "list of `a` · `b`"),
        ({"type": "object", "properties": {"of": {"type": "string", "title": "Id"}}}, "{of: id}"),
    ],
)
def test_types_in_words(field: dict[str, object], words: str) -> None:
    assert in_words(field, {"$defs": {"E": {"enum": ["a", "b"]}}}, "en") == words
