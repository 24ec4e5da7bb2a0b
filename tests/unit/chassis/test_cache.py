"""A cache is bounded, and gives up what was used longest ago."""

from services.chassis.cache import Cache


def test_what_was_used_longest_ago_makes_room() -> None:
    cache = Cache[str, int](2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    assert cache.put("c", 3) == 3
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)
    assert len(cache) == 2


def test_a_value_that_is_written_again_counts_as_used() -> None:
    cache = Cache[str, int](2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        cache.put(key, value)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (3, None, 4)


def test_what_is_dropped_is_gone_and_dropping_nothing_is_no_fault() -> None:
    cache = Cache[str, int](2)
    cache.put("a", 1)
    cache.drop("a")
    cache.drop("a")
    assert cache.get("a") is None


def test_an_empty_value_is_a_value_and_counts_as_used() -> None:
    cache = Cache[str, str](2)
    cache.put("a", "")
    cache.put("b", "b")
    assert cache.get("a") == ""
    cache.put("c", "c")
    assert cache.get("a") == ""
