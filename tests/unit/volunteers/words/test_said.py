"""Words: every code that this service shows has one in both languages."""

import ast
from enum import StrEnum
from pathlib import Path

import pytest

import services.contracts.volunteers as contracts
from services.volunteers.names.words import OPEN, category
from services.volunteers.words.said import SAID

ROOT = Path(contracts.__file__).parents[2]
INSIDE = {"HoldStatus", "Seat", "Owed", "OfferCommand", "CareCommand", "Why"}
"""Enumerations that no answer shows as a code, or that carry their words beside them."""


def _declared() -> set[str]:
    found = set()
    for folder in ("volunteers", "contracts/volunteers"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
                    found.add(node.name)
    return found


def test_every_enumeration_of_the_service_is_said() -> None:
    assert _declared() - INSIDE == {kind.__name__ for kind in SAID}


@pytest.mark.parametrize("kind", SAID, ids=lambda kind: kind.__name__)
def test_every_code_is_said_in_both_languages(kind: type[StrEnum]) -> None:
    assert set(SAID[kind]) == set(kind)
    for zh, en in SAID[kind].values():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)
        assert en.isascii()


def test_a_kind_of_work_that_nobody_has_named_is_called_by_its_code() -> None:
    assert category("haircut") == OPEN["category"]["haircut"]
    assert category("window-cleaning") == ("window-cleaning", "window-cleaning")
