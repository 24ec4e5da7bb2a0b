"""Every kind of thing that a refusal may name has words in zh and en, in every service."""

import ast
import re
from collections.abc import Iterator

import pytest

from services.chassis.errors import UnknownAggregate
from services.chassis.words import Worded, kind_named
from services.events.app import service as events
from services.issues.app import service as issues
from services.notify.app import service as notify
from services.volunteers.app import service as volunteers
from tests.rules.tree import ROOT

RAW = re.compile(r"[a-z]{2,}")
NEVER_NAMED = {"person-data"}
"""What answers to an erasure; nobody asks for it by its id."""
KINDS = sorted({kind.name for service in (issues, volunteers, events, notify) for kind in service.kinds} - NEVER_NAMED)


def _named_in_code() -> Iterator[str]:
    for path in sorted((ROOT / "services").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"UnknownAggregate", "AlreadyExists"}:
                yield from (
                    str(given.value.value)
                    for given in node.keywords
                    if given.arg == "kind" and isinstance(given.value, ast.Constant)
                )


@pytest.mark.parametrize("kind", sorted({*KINDS, *_named_in_code()}))
def test_a_kind_has_words(kind: str) -> None:
    assert isinstance(kind_named(kind), Worded), kind
    assert not RAW.search(UnknownAggregate(kind=kind, id="7").sentence("zh"))
