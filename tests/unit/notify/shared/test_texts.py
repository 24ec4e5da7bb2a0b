"""A text is a subject of one line and a body; a template that asks for what isn't there fails."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from services.notify.shared.texts import Texts, Words


def test_the_first_line_is_the_subject_and_the_rest_the_body(tmp_path: Path) -> None:
    (tmp_path / "greeting.txt").write_text("Dear  {{ name }}\n\nSee you.\n\n")
    assert Texts(tmp_path).render("greeting", {"name": "neighbour"}) == Words("Dear neighbour", "See you.\n")


def test_control_characters_of_values_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "greeting.txt").write_text("{{ name }}\n\n{{ name }}")
    assert Texts(tmp_path).render("greeting", {"name": "a\x07b"}) == Words("ab", "ab\n")


def test_a_value_that_is_not_given_fails(tmp_path: Path) -> None:
    (tmp_path / "greeting.txt").write_text("{{ name }}")
    with pytest.raises(UndefinedError):
        Texts(tmp_path).render("greeting", {})
