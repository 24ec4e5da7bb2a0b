"""Entity tags and what conditional requests say about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.http.refusals import IfMatchMalformed
from services.chassis.http.tags import match_versions, none_match, tag


@pytest.mark.parametrize(
    ("header", "versions"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ('"3"', {3}),
        ('"3", "4"', {3, 4}),
        ('"3","4" , ,"5"', {3, 4, 5}),
        ('W/"3"', set()),
        ('W/"3", "4"', {4}),
        ('"abc"', set()),
        ('"a,b", "4"', {4}),
        ('"03"', set()),
        ('"-3"', set()),
        ('""', set()),
        ('"3²"', set()),
        ('"' + "9" * 40 + '"', set()),
    ],
)
def test_if_match_allows_the_versions_it_names(header: str | None, versions: set[int] | None) -> None:
    assert match_versions(header) == versions


MALFORMED = ["", "3", '"3', '3"', '"3" "4"', "'3'", 'w/"3"', '"3";', '*, "3"', '"3"\n"4"', "," * 9, '"3",' * 1000]


@pytest.mark.parametrize("header", MALFORMED)
def test_a_header_that_is_no_list_of_tags_is_refused_and_not_taken_for_any(header: str) -> None:
    with pytest.raises(IfMatchMalformed):
        match_versions(header)


@given(st.integers(0, 10**17))
def test_our_own_tags_are_understood(version: int) -> None:
    assert match_versions(tag(version)) == frozenset({version})
    assert not none_match(tag(version), version)
    assert none_match(tag(version), version + 1)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=20), st.sampled_from([",", ", ", " ,\t"]))
def test_a_list_allows_each_of_its_versions(versions: list[int], between: str) -> None:
    assert match_versions(between.join(map(tag, versions))) == frozenset(versions)


@given(st.text(max_size=60) | st.text('W/"0123, *', max_size=30))
def test_any_header_is_either_read_or_refused(header: str) -> None:
    try:
        versions = match_versions(header)
    except IfMatchMalformed:
        return
    assert versions is None or all(version >= 0 for version in versions)
    none_match(header, 3)


@pytest.mark.parametrize(
    ("header", "send"),
    [(None, True), ("*", False), ('"3"', False), ('W/"3"', False), ('"2", W/"3"', False), ('"2"', True), ("3", True)],
)
def test_if_none_match_compares_weakly(header: str | None, send: bool) -> None:
    assert none_match(header, 3) is send
