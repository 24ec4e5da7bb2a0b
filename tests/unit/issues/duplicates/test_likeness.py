"""What is suggested as the same, in which order, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.issues.duplicates.domain.likeness import Likeness, LikenessReason, Spot, alike, best, match, tokens_of

LAMP = Likeness(Spot("b9-f7", 7, "b9", "b9"), "lighting", "public-facilities", "七楼楼道灯不亮，晚上看不见")


def asked(words: str | None = None, category: str | None = None, spot: Spot | None = None) -> Likeness:
    return Likeness(spot, category, None if category is None else "public-facilities", words)


def test_two_lamps_on_two_floors_are_told_apart() -> None:
    same, below, far = (
        match(asked("楼道灯坏了", "lighting", Spot(f"b9-f{floor}", floor, "b9", "b9")), LAMP) for floor in (7, 6, 2)
    )
    assert same.score > below.score > far.score
    assert (same.why[0], below.why[0], far.why[0]) == (
        LikenessReason.SAME_PLACE,
        LikenessReason.NEXT_FLOOR,
        LikenessReason.SAME_BUILDING,
    )
    elsewhere = match(asked("楼道灯坏了", "lighting", Spot("b3-f7", 7, "b3", "b3")), LAMP)
    assert elsewhere.score < far.score


@pytest.mark.parametrize("words", ["楼道灯不亮", "七楼灯不亮了", "晚上楼道看不见", "七樓楼道灯不亮!!!"])
def test_the_same_in_other_words_is_found_by_words_alone(words: str) -> None:
    found = match(asked(words), LAMP)
    assert found.likely
    assert found.why == (LikenessReason.SIMILAR_WORDS,)


@pytest.mark.parametrize("words", ["电梯困人", "垃圾没有清运", "灯", "a", "？？"])
def test_other_matters_and_too_little_are_not(words: str) -> None:
    assert not match(asked(words), LAMP).likely


def test_parts_that_were_not_asked_with_do_not_count() -> None:
    assert match(asked(category="lighting"), LAMP).score == 1.0
    assert match(asked(spot=Spot("b9-f7", 7, "b9", "b9")), LAMP).score == 1.0
    assert match(asked(category="lighting", words="电梯困人"), LAMP).score < 1.0
    assert not match(asked(), LAMP).likely


def test_another_category_of_the_group_is_nearer_than_another_group() -> None:
    spot = Spot("b9-f7", 7, "b9", "b9")
    near = match(Likeness(spot, "door", "public-facilities"), LAMP)
    far = match(Likeness(spot, "noise", "order"), LAMP)
    assert near.score > far.score
    assert LikenessReason.SAME_GROUP in near.why


def test_open_grounds_are_a_neighbourhood_of_their_own() -> None:
    ground = Likeness(Spot("c1", None, None, "c1"), "waste", "environment", "垃圾桶满了")
    assert match(asked(spot=Spot("c1-gate", None, None, "c1")), ground).why == (LikenessReason.SAME_GROUNDS,)
    assert match(asked(spot=Spot("c1-gate", None, None, "c1")), LAMP).why == ()


TEXT = st.text(alphabet="灯楼道不亮电梯坏了ab12 ，。", max_size=30)


@given(TEXT, TEXT)
def test_alikeness_is_a_share(one: str, other: str) -> None:
    assert 0 <= alike(tokens_of(one), tokens_of(other)) <= 1
    assert alike(tokens_of(one), tokens_of(one)) in (0.0, 1.0) or len(tokens_of(one)) < 3


NINE, SEVENTH = Spot("b9", None, "b9", "b9"), Spot("b9-f7", 7, "b9", "b9")


@given(
    TEXT.filter(lambda text: len(tokens_of(text)) > 0),
    st.text(alphabet="猫狗xyz 。", max_size=6),
    st.sampled_from([None, NINE, SEVENTH]),
    st.sampled_from([None, "lighting", "noise"]),
)
def test_one_more_character_that_fits_never_makes_a_case_less_likely(
    text: str, before: str, spot: Spot | None, category: str | None
) -> None:
    """Whatever was typed before, at whichever place, and in the middle of a word too."""
    known = Likeness(SEVENTH, "lighting", "public-facilities", text)
    start = f"{before}，" if before else ""
    scores = [match(asked(start + text[:end], category, spot), known).score for end in range(len(text) + 1)]
    assert scores == sorted(scores)


def test_typing_the_words_of_a_case_at_that_place_keeps_it_suggested() -> None:
    scores = [match(asked("七楼楼道灯"[:end], "lighting", SEVENTH), LAMP).score for end in range(6)]
    assert scores == [1.0] * 6


@given(st.lists(st.tuples(st.sampled_from("abcdef"), TEXT), max_size=8), st.integers(min_value=1, max_value=4))
def test_the_best_come_first_and_are_few(cases: list[tuple[str, str]], limit: int) -> None:
    found = best(((id, match(asked("楼道灯不亮"), asked(text))) for id, text in cases), limit)
    scores = [how.score for _, how in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) <= limit
    assert all(how.likely for _, how in found)
