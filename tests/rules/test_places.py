"""The tree could have been made anywhere."""

import pytest

from tests.rules import places
from tests.rules.tree import ROOT, files

# In pieces: the rule reads this file too.
_TOLD = (
    ("#", "/work", "/main/services"),
    ("HOME=", "/root", "/.cache"),
    ("cd ", "/home", "/somebody/src"),
    ("see /t", "mp/l", "ab/kafka"),
    ("https://", "pypi", ".org/simple"),
    ("https://files.", "pythonhosted", ".org/packages"),
    ("https://", "repo1", ".maven.org/maven2"),
    ("uv pip compile --", "index-url", " https://mirror.example/simple"),
)


@pytest.mark.parametrize("pieces", _TOLD, ids=lambda pieces: "".join(pieces))
def test_what_tells_its_origin_is_caught(pieces: tuple[str, ...]) -> None:
    assert list(places.tells_its_origin("README.md", "fine\n" + "".join(pieces)))


@pytest.mark.parametrize(
    "line",
    [
        "uv pip compile --universal --no-emit-index-url requirements.in",
        "xmlns='http://maven.apache.org/POM/4.0.0'",
        "https://example.org/work/orders",
        "WORKDIR /home/app/",
        "the PyPI package and Maven Central",
    ],
)
def test_what_is_the_same_everywhere_passes(line: str) -> None:
    assert list(places.tells_its_origin("README.md", line)) == []


def test_no_file_tells_where_it_was_made() -> None:
    found: list[str] = []
    for path in files():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += places.tells_its_origin(path, text)
    assert not found, "\n".join(found)
