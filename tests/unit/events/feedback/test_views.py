"""From a summary of feedback it can't be told that few gave a rating: everything that may have been said is tried."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations_with_replacement

from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.feedback.views import SMALLEST, FeedbackSummary

RATINGS = range(1, 6)
Shown = tuple[int | None, float | None, tuple[int | None, ...]]


def shown(ratings: Sequence[int], *, closed: bool = False) -> Shown:
    summary = FeedbackSummary.from_ratings(ratings, None, closed=closed)
    return summary.count, summary.average, tuple(summary.ratings.values())


def test_a_summary_goes_on_with_every_fifth_voice() -> None:
    nothing = (None, None, (None,) * 5)
    assert {shown([5] * n) for n in range(5)} == {nothing}, "none and few are the same"
    assert {shown([4] * 5 + [1] * n) for n in range(5)} == {(5, 4.0, (None,) * 5)}
    assert shown([4] * 5 + [1] * 5)[:2] == (10, 2.5)


def test_an_average_has_the_steps_that_its_voices_allow() -> None:
    assert [shown([5, 5, 5, 5, 4] * n)[1] for n in (1, 2, 10)] == [5.0, 5.0, 4.8]
    assert shown([5, 4, 4, 4, 4])[1] == 4.0
    assert [shown([1] * n)[1] for n in (5, 10, 50)] == [1.0, 1.0, 1.0]


def test_ratings_are_told_once_closed_where_none_is_small() -> None:
    assert shown([5] * 6 + [1] * 4, closed=True)[2] == (None,) * 5
    assert shown([5] * 5 + [1] * 5, closed=True)[2] == (5, 0, 0, 0, 5)
    assert shown([5] * 5 + [1] * 5)[2] == (None,) * 5
    assert shown([5] * 5, closed=True)[2] == (None,) * 5, "else those that are hidden were not all alike"


def test_of_no_rating_it_can_be_told_that_few_gave_it() -> None:
    """All that up to twenty may have said, by what is shown of it, open and closed."""
    for count in range(SMALLEST, 21, SMALLEST):
        for closed in (False, True):
            left: dict[Shown, list[set[int]]] = defaultdict(lambda: [set() for _ in RATINGS])
            for counts in _counts(count):
                said = [rating for rating, n in zip(RATINGS, counts, strict=True) for _ in range(n)]
                for numbers, n in zip(left[shown(said, closed=closed)], counts, strict=True):
                    numbers.add(n)
            for answer, each in left.items():
                assert all(map(_hides_few, each)), (answer, each)


def test_nor_of_many_voices() -> None:
    for count in range(25, 121, 5):
        sums: dict[float | None, set[int]] = defaultdict(set)
        for total in range(count, 5 * count + 1):
            sums[shown(_said(count, total))[1]].add(total)
        for average, totals in sums.items():
            for rating in RATINGS:
                few = {n for n in range(8) if any(t - n * rating in _sums(count - n, rating) for t in totals)}
                assert _hides_few(few), (count, average, rating, few)


@settings(max_examples=150)
@given(st.lists(st.lists(st.integers(1, 5) | st.integers(4, 5), min_size=5, max_size=5), min_size=1, max_size=12))
def test_who_watches_never_knows_how_many_of_five_gave_a_rating_unless_none_or_all_did(fives: list[list[int]]) -> None:
    sums = [{0}]
    for n in range(1, len(fives) + 1):
        told = shown([each for five in fives[:n] for each in five])
        sums.append({a + b for a in sums[-1] for b in range(5, 26) if shown(_said(5 * n, a + b)) == told})
    after = sums[-1]
    for before in reversed(sums[:-1]):
        between = {b - a for b in after for a in before if 5 <= b - a <= 25}
        for rating in RATINGS:
            counts = {five.count(rating) for five in combinations_with_replacement(RATINGS, 5) if sum(five) in between}
            assert len(counts) > 1 or counts <= {0, 5}
        after = {a for a in before if any(5 <= b - a <= 25 for b in after)}


def _hides_few(numbers: set[int]) -> bool:
    """Whether `numbers`, that all may be how many gave a rating, hold none that is small, or nothing or enough too."""
    return all(n == 0 or n >= SMALLEST for n in numbers) or 0 in numbers or max(numbers) >= SMALLEST


def _counts(count: int) -> Iterator[tuple[int, ...]]:
    """All ways in which `count` people may have given the five ratings."""
    for bars in combinations_with_replacement(range(count + 1), 4):
        yield tuple(b - a for a, b in zip((0, *bars), (*bars, count), strict=True))


@cache
def _said(count: int, total: int) -> tuple[int, ...]:
    """Ratings of `count` people that come to `total`."""
    low, more = divmod(total, count)
    return (*[low] * (count - more), *[low + 1] * more)


@cache
def _sums(count: int, but: int) -> frozenset[int]:
    """What the ratings of `count` people who gave any but one may come to."""
    if count == 0:
        return frozenset({0})
    return frozenset(total + rating for total in _sums(count - 1, but) for rating in RATINGS if rating != but)
