"""What is too little to learn from is not learnt from; figures are of texts that were not seen."""

import random

import pytest

from services.contracts.issues.routing import Target
from services.issues.routing import training
from services.issues.routing.domain.learning import (
    MIN_EXAMPLES,
    Example,
    Trial,
    calibration_error,
    interval,
    lesson,
)
from tests.unit.issues.routing.complaints import KINDS, sentences

THRESHOLD = 0.4


def examples(each: int = 20, kinds: tuple[str, ...] = KINDS) -> list[Example]:
    return [
        Example(f"case-{kind}-{n}", text, kind, f"unit-{kind}", corrected=n % 5 == 0)
        for kind in kinds
        for n, text in enumerate(sentences(kind, each))
    ]


def test_too_few_examples_are_not_learnt_from() -> None:
    assert training.train(examples(MIN_EXAMPLES - 1), Target.CATEGORY, THRESHOLD) is None
    assert training.train(examples(9, KINDS[:2]), Target.CATEGORY, THRESHOLD) is None
    assert training.train(examples(40, KINDS[:1]), Target.CATEGORY, THRESHOLD) is None
    assert training.train([], Target.UNIT, THRESHOLD) is None


def test_labels_with_too_few_examples_are_left_out() -> None:
    taught = lesson([*examples(12, KINDS[:2]), *examples(MIN_EXAMPLES - 1, KINDS[2:3])], Target.CATEGORY)
    assert (taught.labels, taught.left_out) == (tuple(sorted(KINDS[:2])), (KINDS[2],))
    assert all(example.category in KINDS[:2] for example in taught.examples)


@pytest.mark.parametrize("copies", [1, 4])
def test_figures_are_of_texts_that_were_not_seen(copies: int) -> None:
    """Labels that have nothing to do with the text can be learnt by heart, copies recognised, but nothing guessed."""
    dice = random.Random(7)
    blind = [
        Example(f"c{n}-{copy}", text, label, None)
        for n, (text, label) in enumerate((text, dice.choice("ab")) for text in sentences("pipe", 40))
        for copy in range(copies)
    ]
    made = training.train(blind, Target.CATEGORY, THRESHOLD)
    assert made is not None
    assert made[1].held_out == 40 * copies
    assert made[1].accuracy is not None
    assert made[1].accuracy < 0.7


def test_calibration_error_and_interval() -> None:
    assert calibration_error([Trial("a", "a", 0.75), Trial("a", "b", 0.75)] * 2) == 0.25
    assert calibration_error([Trial("a", "a", 1.0)]) == 0
    assert interval(0, 0) == (0.0, 1.0)
    low, high = interval(9, 10)
    assert (low, high) == pytest.approx((0.5958, 0.9821), abs=1e-3)
