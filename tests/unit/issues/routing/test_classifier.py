"""The classifier: what is trained predicts what scikit-learn would, says which words mattered, and knows its limits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.issues.routing import Target
from services.contracts.masking import mask
from services.issues.routing import training
from services.issues.routing.domain import classifier
from services.issues.routing.domain.classifier import (
    Model,
    as_numbers,
    grams,
    of_numbers,
    plain,
    probabilities,
    words,
)
from services.issues.routing.domain.learning import (
    MIN_CASES,
    Example,
)
from tests.unit.issues.routing.complaints import KINDS, sentences

THRESHOLD = 0.4


def examples(each: int = 20, kinds: tuple[str, ...] = KINDS) -> list[Example]:
    return [
        Example(f"case-{kind}-{n}", text, kind, f"unit-{kind}", corrected=n % 5 == 0)
        for kind in kinds
        for n, text in enumerate(sentences(kind, each))
    ]


@pytest.fixture(scope="module")
def trained() -> Model:
    made = training.train(examples(), Target.CATEGORY, THRESHOLD)
    assert made is not None
    return made[0]


UNSEEN = (
    "六楼的灯不亮",
    "水管爆了到处是水",
    "楼上太吵了",
    "车停在门口挡路",
    "垃圾没人管",
    "灯坏了而且漏水",
    "完全无关的话 abc 12345",
    "",
)


@pytest.mark.parametrize("kinds", [KINDS, KINDS[:2]], ids=["many labels", "two labels"])
def test_prediction_is_what_scikit_learn_predicts(kinds: tuple[str, ...]) -> None:
    learnt = examples(kinds=kinds)
    texts, labels = [e.text for e in learnt], [e.category or "" for e in learnt]
    pipeline: Any = training._fitted(texts, labels, [e.weight for e in learnt])
    training.soften(pipeline, 0.7)
    model = of_numbers(as_numbers(training.exported(pipeline)))
    asked = [*UNSEEN, *texts[:10]]
    for text, row in zip(asked, pipeline.predict_proba(asked), strict=True):
        ours = {guess.label: guess.confidence for guess in probabilities(model, text)}
        for label, theirs in zip(pipeline.classes_, row, strict=True):
            assert ours[str(label)] == pytest.approx(float(theirs), abs=1e-6)


def test_the_same_examples_give_the_same_model(trained: Model) -> None:
    again = training.train(examples(), Target.CATEGORY, THRESHOLD)
    assert again is not None
    assert as_numbers(again[0]) == as_numbers(trained)


def test_a_model_tells_kinds_apart_in_words_that_it_has_not_seen(trained: Model) -> None:
    assert [probabilities(trained, text)[0].label for text in UNSEEN[:5]] == [
        "lighting",
        "pipe",
        "noise",
        "parking",
        "waste",
    ]


def test_words_that_mattered_speak_of_the_matter(trained: Model) -> None:
    found = [word.text for word in words(trained, "你好，我想反映一下我家楼下的路灯不亮了，谢谢", "lighting")]
    assert any("灯" in word for word in found)
    assert not any("谢谢" in word or "你好" in word for word in found)


_PIECES = st.lists(st.sampled_from(["路灯", "13812345678", "Ａ灯", "漏水。", " ", "ẞ", "İ"])).map("".join)


@given(text=st.text(max_size=80) | _PIECES)
def test_words_are_parts_of_the_masked_text_and_probabilities_add_up(trained: Model, text: str) -> None:
    guesses = probabilities(trained, text)
    assert sum(guess.confidence for guess in guesses) == pytest.approx(1)
    assert [guess.confidence for guess in guesses] == sorted((guess.confidence for guess in guesses), reverse=True)
    found = words(trained, text, guesses[0].label)
    assert all(word.text and word.text in mask(text) for word in found)
    assert sum(word.weight for word in found) <= 1.001
    assert len(plain(text)) == len(mask(text))


def test_personal_numbers_are_in_no_model() -> None:
    told = [f"{text}，电话1381234{n:04d}" for n, text in enumerate(sentences("pipe", 20))]
    assert "138" not in "".join(training.vocabulary(told))


def test_no_model_learns_the_words_of_a_single_report() -> None:
    told = [*sentences("pipe", 20), *["张建国家漏水"] * (MIN_CASES - 1)]
    runs = training.vocabulary(told)
    assert "漏水" in runs
    assert not any("张" in run or "建国" in run for run in runs)


def test_a_run_goes_over_no_mark_and_no_masked_number() -> None:
    assert grams("灯。坏") == ["灯", "坏"]
    assert grams("灯13812345678坏") == ["灯", "坏"]
    assert set(grams("灯5坏")) == {"灯", "0", "坏", "灯0", "0坏", "灯0坏"}


def test_numbers_that_do_not_belong_together_are_refused(trained: Model) -> None:
    broken = as_numbers(trained) | {"bias": [0.0]}
    with pytest.raises(ValueError, match="belong together"):
        of_numbers(broken)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("路灯不亮了", True),
        ("hello", False),
        ("", False),
        ("灯", False),
        ("小区里的人不太开心", False),
        ("这件事情说来话长反正就是路灯坏了", True),
        ("这件事情说来话长我也不知道该怎么和你们讲才好反正就是路灯", False),
    ],
)
def test_a_text_of_which_little_is_known_gets_no_opinion(trained: Model, text: str, known: bool) -> None:
    assert classifier.is_known(trained.places, text) == known


def test_confidence_is_never_sharpened() -> None:
    """However well the held-out guesses went, scores are divided by 1 at least."""
    made = training.train(examples(), Target.CATEGORY, THRESHOLD)
    assert made is not None
    learnt = examples()
    plain_: Any = training._fitted(
        [e.text for e in learnt], [e.category or "" for e in learnt], [e.weight for e in learnt]
    )
    text = "车停在门口挡路"
    assert probabilities(made[0], text)[0].confidence <= max(plain_.predict_proba([text])[0]) + 1e-6
