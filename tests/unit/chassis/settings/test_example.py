"""`.env.example` is where people look settings up: it names all of them, nothing else, and their true defaults."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from services.chassis.service import Service
from services.chassis.settings.sources import variables

ROOT = Path(__file__).parents[4]
LINE = re.compile(r"^(# )?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)


def existing() -> dict[str, FieldInfo]:
    found: dict[str, FieldInfo] = {}
    for app in sorted(ROOT.glob("services/*/app.py")):
        service: Service[Any] = importlib.import_module(f"services.{app.parent.name}.app").service
        found |= variables(service.settings)
    return found


@pytest.fixture(scope="module")
def shown() -> dict[str, tuple[bool, str]]:
    lines = LINE.findall((ROOT / ".env.example").read_text("utf-8"))
    names = [name for _, name, _ in lines]
    assert len(names) == len(set(names)), "a setting stands twice"
    return {name: (bool(comment), value) for comment, name, value in lines}


def test_it_names_exactly_the_settings_that_exist(shown: dict[str, tuple[bool, str]]) -> None:
    assert set(shown) == set(existing())


def test_what_must_be_set_is_set_and_what_has_a_default_is_commented_out(shown: dict[str, tuple[bool, str]]) -> None:
    required = {name for name, field in existing().items() if field.is_required()}
    assert {name for name, (commented, _) in shown.items() if not commented} == required


def test_it_shows_each_default(shown: dict[str, tuple[bool, str]]) -> None:
    wrong = {
        name: shown[name][1]
        for name, field in existing().items()
        if not field.is_required() and not name.endswith("_DATABASE") and not stands_for(shown[name][1], field)
    }
    assert wrong == {}


def stands_for(value: str, field: FieldInfo) -> bool:
    default = field.get_default(call_default_factory=True)
    if default in (None, (), ""):
        return value == ""
    if default == {}:
        return value in ("", "{}")
    annotation: Any = field.annotation
    adapter = TypeAdapter[Any](annotation)
    if isinstance(default, tuple) and not value.startswith("["):
        return bool(adapter.validate_python(tuple(value.split(","))) == default)
    read = adapter.validate_json(value) if value.startswith(("{", "[")) else adapter.validate_strings(value)
    return bool(read == default)
