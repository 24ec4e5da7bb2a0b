"""What the store is asked to verify of a row that a token has led to."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.issues.reading.conditions import Filters, How, Reach, matching
from services.issues.reading.questions import terms

STAFF = Reach(inside=True)


def _patterns(condition: Any) -> Iterator[str]:
    """The regular expressions in a condition."""
    if isinstance(condition, dict):
        for name, value in condition.items():
            yield from [value] if name == "$regex" else _patterns(value)
    elif isinstance(condition, list):
        for each in condition:
            yield from _patterns(each)


@pytest.mark.parametrize("how", [How.MEANT, How.GUESSED])
def test_a_term_alone_is_not_looked_for_in_a_way_that_is_left_out(how: How) -> None:
    [term] = alone = terms("dt")
    before, wanted = ((term.near,), term.led[1:]) if how is How.MEANT else (term.led, term.guessed)
    condition = matching(alone, STAFF, Filters(), how)
    assert set(_patterns(condition["$and"])) == {pattern for way in wanted for pattern in way.patterns} != set()
    assert set(_patterns(condition["$nor"])) == {pattern for way in before for pattern in way.patterns}


def test_of_several_terms_one_may_be_as_it_was_typed() -> None:
    several = terms("噪声 dt")
    condition = matching(several, STAFF, Filters(), How.MEANT)
    typed = {pattern for term in several for pattern in term.near.patterns}
    assert typed <= set(_patterns(condition["$and"]))


def test_a_condition_is_whole_where_nothing_else_may_be_meant() -> None:
    [term] = alone = terms("漏水了")
    assert not term.far
    assert set(_patterns(matching(alone, STAFF, Filters(), How.MEANT)["$and"])) == set(term.near.patterns)
