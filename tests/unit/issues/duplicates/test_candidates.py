"""Which rows are looked at while somebody types."""

from datetime import UTC, datetime

import pytest

from services.issues.duplicates.candidates import Described, worded
from services.issues.reading.tokenizer import tokens
from tests.unit.issues.world import HERE

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["灯", "灯坏", "LED灯"])
def test_whatever_is_typed_is_looked_for_by_tokens_that_a_row_with_it_has(typed: str) -> None:
    known = tokens("led灯坏")
    assert all(known & set(query["words"]["$in"]) for query in worded(Described(HERE, text=typed), NOW))
