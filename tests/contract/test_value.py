"""A changed copy of a value is held to what the value declares, at run time and by the type checker."""

from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from mypy import api
from pydantic import Field, ValidationError

from services.chassis.aggregate import Aggregate
from services.contracts.marks import Masked
from services.contracts.value import Value
from tests.rules.tree import ROOT


class Colour(StrEnum):
    RED = "red"


class Leaf(Value):
    length: int = Field(ge=0)


class Tree(Aggregate):
    planted_at: datetime
    colour: Colour = Colour.RED
    leaves: tuple[Leaf, ...] = ()
    note: Masked | None = None

    @cached_property
    def longest(self) -> int:
        return max((leaf.length for leaf in self.leaves), default=0)


NOW = datetime(2026, 11, 23, tzinfo=UTC)
TREE = Tree(id="tree-1", community="sunshine", planted_at=NOW, leaves=(Leaf(length=3),))


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="Tree has no field 'color'"):
        TREE.model_copy(update={"color": Colour.RED})
    with pytest.raises(TypeError, match="Leaf has no field 'lenght'"):
        TREE.leaves[0].model_copy(update={"lenght": 4})


@pytest.mark.parametrize(
    "wrong",
    [
        {"planted_at": "2026-11-23T00:00:00Z"},
        {"colour": "red"},
        {"leaves": [Leaf(length=1)]},
        {"leaves": Leaf(length=1)},
        {"note": 7},
        {"id": None},
    ],
    ids=str,
)
def test_a_value_of_another_type_is_refused_even_where_it_could_be_converted(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TREE.model_copy(update=wrong)


def test_a_field_keeps_its_limits_and_its_masking() -> None:
    with pytest.raises(ValidationError):
        TREE.leaves[0].model_copy(update={"length": -1})
    assert TREE.model_copy(update={"note": "13800138000"}).note == "***********"


def test_what_was_computed_from_the_original_is_not_in_the_copy() -> None:
    assert TREE.longest == 3
    copied = TREE.model_copy(update={"leaves": (Leaf(length=5), *TREE.leaves)})
    assert (copied.longest, TREE.longest) == (5, 3)
    assert copied.model_fields_set == TREE.model_fields_set
    assert copied.leaves[1] is TREE.leaves[0]


CHECKED = """
from pydantic import BaseModel
from services.contracts.value import Value

class Leaf(Value):
    length: int = 0

class Stone(BaseModel):
    weight: int = 0

right = Leaf().model_copy(update={"length": 2})
misspelt = Leaf().model_copy(update={"lenght": 2})
wrong = Leaf().model_copy(update={"length": "2"})
unchecked = Stone().model_copy(update={"weight": 2})
"""


def test_the_type_checker_reads_what_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    module = tmp_path / "grove.py"
    module.write_text(CHECKED, encoding="utf-8")
    settings = tmp_path / "mypy.ini"
    settings.write_text(f"[mypy]\nplugins = pydantic.mypy, {ROOT}/tests/rules/typed_copies.py\n", encoding="utf-8")
    options = ["--config-file", str(settings), "--cache-dir", str(tmp_path / "cache"), "--follow-imports=silent"]
    told, errors, _ = api.run([*options, "--no-error-summary", str(module)])
    assert not errors
    assert [line.split(": ", 1)[1] for line in told.splitlines()] == [
        'error: Leaf has no field "lenght"  [misc]',
        "error: \"length\" of Leaf is int, not Literal['2']?  [misc]",
        "error: Copies of Stone are not checked; derive it from Value  [misc]",
    ]
