"""A bookmark in an inbox: it comes back from its id as it was, is short however much came, and tells nothing twice."""

from datetime import timedelta

import pytest

from services.notify.notices.domain.bookmark import KNOWN, NAMED, OVERLAP, PATTERN, Bookmark, bookmark_of
from tests.unit.notify.given import NOW

SECOND = timedelta(seconds=1)


def back(bookmark: Bookmark, seconds: float = 0) -> Bookmark:
    """The bookmark of who comes back by the id of `bookmark`."""
    found = bookmark_of(bookmark.id, NOW + seconds * SECOND)
    assert found is not None
    return found


def test_who_comes_back_knows_what_was_told_of_late_and_nothing_else() -> None:
    bookmark = Bookmark(NOW)
    for n in range(3):
        bookmark.passed(f"notice-{n}", NOW + n * SECOND)
    again = back(bookmark, 2)
    assert again.since == NOW
    assert [again.knows(f"notice-{n}") for n in range(4)] == [True, True, True, False]
    assert again.id == bookmark.id, "a bookmark that is told again is the same"


def test_what_lies_back_longer_than_clocks_differ_is_closed() -> None:
    bookmark = Bookmark(NOW)
    bookmark.passed("notice-1", NOW)
    bookmark.passed("notice-2", NOW + OVERLAP + SECOND)
    assert bookmark.since == NOW + SECOND
    assert bookmark.knows("notice-1"), "a change of it may still come, late, to who is there all the time"
    assert not back(bookmark, 90).knows("notice-1")
    assert back(bookmark, 90).since == bookmark.since
    late = back(bookmark, 90)
    late.passed("notice-3", NOW + 90 * SECOND)
    assert late.knows("notice-2"), "when it came is not known any more, so it is kept as long as can be"
    late.passed("notice-4", NOW + 90 * SECOND + OVERLAP + SECOND)
    assert not back(late, 152).knows("notice-2")


def test_a_late_notice_opens_nothing_that_is_closed() -> None:
    bookmark = Bookmark(NOW)
    bookmark.passed("notice-1", NOW + SECOND)
    bookmark.passed("notice-2", NOW)
    assert bookmark.since == NOW
    assert bookmark.knows("notice-1")
    assert bookmark.knows("notice-2")


def test_an_id_stays_short_however_much_comes_within_a_minute_and_names_nothing_that_is_told_again() -> None:
    bookmark = Bookmark(NOW)
    times = [NOW + n * timedelta(milliseconds=20) for n in range(2 * KNOWN)]
    for n, time in enumerate(times):
        bookmark.passed(f"notice-{n}", time)
        assert len(bookmark.id) <= 15 + 9 * NAMED
    assert len(bookmark.known) == KNOWN
    again = back(bookmark, 60)
    assert len(again.known) == NAMED
    assert all(again.knows(f"notice-{n}") for n, time in enumerate(times) if time >= again.since)


def test_many_at_the_same_moment_are_closed_together() -> None:
    bookmark = Bookmark(NOW)
    for n in range(NAMED + 1):
        bookmark.passed(f"notice-{n}", NOW)
    again = back(bookmark)
    assert again.known == {}
    assert again.since == NOW + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "id",
    [None, "", "17", "999999999999", "x", "1.2", Bookmark(NOW + 2 * OVERLAP).id, "1" * 16, f"{Bookmark(NOW).id}.zz"],
)
def test_what_is_no_bookmark_of_ours_is_none(id: str | None) -> None:
    assert bookmark_of(id, NOW) is None


def test_the_pattern_bounds_the_length() -> None:
    assert PATTERN.endswith(f"{{0,{NAMED}}}$")
