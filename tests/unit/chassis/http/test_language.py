"""Accept-Language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.http.language import preferred


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("zh-Hant-TW, en", "zh"),
        ("en, zh", "en"),
        ("zh;q=0.5, en;q=0.9", "en"),
        ("en;q=0.5, zh;q=0.9", "zh"),
        ("en;q=0.8, zh;q=0.8", "en"),
        ("zh;q=0.8, en;q=0.8", "zh"),
        ("fr", "zh"),
        ("fr, en;q=0.1", "en"),
        ("*", "zh"),
        ("zh;q=0, *", "en"),
        ("en;q=0", "zh"),
        ("en;q=0, *", "zh"),
        ("zh;q=0.1, *;q=0.5", "en"),
        ("en-US;q=0.3, en-GB;q=0.9, zh;q=0.5", "en"),
        ("en;q=1.5, zh;q=0.1", "en"),
        ("en;q=nan, zh;q=0.1", "zh"),
        ("en;q=-1, zh;q=0.1", "zh"),
        ("english, zh;q=0.1", "zh"),
        ("en;level=1, zh;q=0.1", "zh"),
        (" en ; q=1.000 , zh", "en"),
        (",,en,,", "en"),
        ("fr," * 50 + "en", "zh"),
    ],
)
def test_the_language_liked_best_is_used(accept: str | None, language: str) -> None:
    assert preferred(accept) == language


@given(st.text(max_size=200) | st.text("enzh-*;q=0.19, ", max_size=60))
def test_any_header_gives_a_language(accept: str) -> None:
    assert preferred(accept) in {"zh", "en"}


@given(st.sampled_from(["zh", "en"]), st.integers(1, 1000), st.integers(0, 1000))
def test_the_higher_weight_wins_in_either_order(first: str, high: int, low: int) -> None:
    second = "en" if first == "zh" else "zh"
    if low >= high:
        return
    wishes = [f"{first};q={high / 1000:.3f}", f"{second};q={low / 1000:.3f}"]
    assert preferred(", ".join(wishes)) == preferred(", ".join(reversed(wishes))) == first
