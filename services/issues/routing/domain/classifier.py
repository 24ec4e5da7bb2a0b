"""Suggests a label for a Chinese text by a trained model, which consists of numbers alone and is read without a
library.

The model counts runs of one to three characters (no word segmentation is needed), weighs each by how rare it is
(TF-IDF) and adds up one weight for each label (multinomial logistic regression). Training counts runs by the same
function `grams`, so that both read a text in the same way.
"""

import math
from array import array
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.contracts.masking import mask

LONGEST_GRAM = 3
WORDS = 5
KNOWN_SHARE = 0.25
_CLEAR = 0.25


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model. `places` gives each counted run its column, and `rarity` the weight of each column.

    `weights` has a row of columns for each label, one row after the other; `bias` has one number for each label.
    """

    labels: tuple[str, ...]
    places: Mapping[str, int]
    rarity: "array[float]"
    weights: "array[float]"
    bias: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of the text that spoke for the label; the weights of all pieces named add up to at most 1."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Guess:
    """A label and its probability, 0 to 1."""

    label: str
    confidence: float


def plain(text: str) -> str:
    """`text` as the classifier reads it, of the same length: personal numbers masked, every digit made the same,
    letters in one case."""
    return "".join("0" if char.isdecimal() else _lower(char) for char in mask(text))


def _lower(char: str) -> str:
    lower = char.lower()
    return lower if len(lower) == 1 else char


def grams(text: str) -> list[str]:
    """The runs of one to three characters in `text`, each as often as it occurs. No run spans a space or
    punctuation."""
    read = plain(text)
    return [read[start:end] for start, end in _spans(read)]


def _spans(read: str) -> Iterator[tuple[int, int]]:
    """The start and end of each run in `read`."""
    for first, last in _stretches(read):
        for start in range(first, last):
            for end in range(start + 1, min(start + LONGEST_GRAM, last) + 1):
                yield start, end


def _stretches(read: str) -> Iterator[tuple[int, int]]:
    """The start and end of each stretch of letters and digits in `read`."""
    start: int | None = None
    for index, char in enumerate(read):
        if char.isalnum():
            start = index if start is None else start
        elif start is not None:
            yield start, index
            start = None
    if start is not None:
        yield start, len(read)


def probabilities(model: Model, text: str) -> list[Guess]:
    """Every label with its probability, the likeliest first. Without a known run the labels that training saw most come
    first."""
    return _ranked(model, _columns(model, grams(text)))


def _ranked(model: Model, columns: Mapping[int, float]) -> list[Guess]:
    width = len(model.rarity)
    scores = [
        bias + math.fsum(model.weights[row * width + column] * value for column, value in columns.items())
        for row, bias in enumerate(model.bias)
    ]
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = math.fsum(powers)
    guesses = [Guess(label, power / total) for label, power in zip(model.labels, powers, strict=True)]
    return sorted(guesses, key=lambda guess: (-guess.confidence, guess.label))


def _columns(model: Model, runs: Sequence[str]) -> dict[int, float]:
    """The weight of each known run in the text, by column: (1 + ln count) × rarity, normalised to length 1."""
    counts = Counter(place for run in runs if (place := model.places.get(run)) is not None)
    values = {place: (1 + math.log(count)) * model.rarity[place] for place, count in counts.items()}
    length = math.sqrt(math.fsum(value * value for value in values.values()))
    return {place: value / length for place, value in values.items()}


def is_known(learnt: Container[str], text: str) -> bool:
    """Whether the model knows enough of the text to have an opinion: a sufficient share of its letters stands in
    `learnt` runs of two or more.

    Unknown parts of a text have no weight, so that otherwise a single known character would decide for the whole text.
    """
    read = plain(text)
    letters = {index for first, last in _stretches(read) for index in range(first, last)}
    known: set[int] = set()
    for start, end in _spans(read):
        if end - start > 1 and read[start:end] in learnt:
            known.update(range(start, end))
    return len(known) > 0 and len(known) >= KNOWN_SHARE * len(letters)


def words(model: Model, text: str, label: str) -> list[Word]:
    """The pieces of `text` that spoke most for `label` against the other labels, the strongest first.

    The weight of a run is shared among its characters wherever it occurs, and neighbouring characters with much weight
    form a piece. Each piece is a part of the text as it was typed, masked.
    """
    read, masked = plain(text), mask(text)
    spoken = _spoken(model, read, model.labels.index(label))
    most = max(spoken, default=0.0)
    if most <= 0:
        return []
    total = math.fsum(value for value in spoken if value > 0)
    pieces: dict[str, float] = {}
    for start, end in _standing_out(spoken, most * _CLEAR):
        piece = masked[start:end]
        pieces[piece] = pieces.get(piece, 0.0) + math.fsum(spoken[start:end]) / total
    strongest = sorted(pieces.items(), key=lambda each: (-each[1], each[0]))[:WORDS]
    return [Word(piece, round(weight, 4)) for piece, weight in strongest]


def _spoken(model: Model, read: str, row: int) -> list[float]:
    """How much each character of `read` speaks for the label of `row` against the mean of all."""
    spans = [(span, place) for span in _spans(read) if (place := model.places.get(read[span[0] : span[1]])) is not None]
    counts = Counter(place for _, place in spans)
    columns = _columns(model, [read[start:end] for (start, end), _ in spans])
    spoken = [0.0] * len(read)
    for (start, end), place in spans:
        share = columns[place] * _lead(model, place, row) / counts[place] / (end - start)
        for index in range(start, end):
            spoken[index] += share
    return spoken


def _lead(model: Model, place: int, row: int) -> float:
    width = len(model.rarity)
    column = model.weights[place::width]
    return float(column[row] - sum(column) / len(column))


def _standing_out(spoken: Sequence[float], least: float) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for index, value in enumerate(spoken):
        if value >= least:
            start = index if start is None else start
        elif start is not None:
            yield start, index
            start = None
    if start is not None:
        yield start, len(spoken)


def as_numbers(model: Model) -> dict[str, Any]:
    """The model as plain data: lists, texts and numbers."""
    return {
        "labels": list(model.labels),
        "grams": sorted(model.places, key=lambda run: model.places[run]),
        "rarity": model.rarity.tolist(),
        "weights": model.weights.tolist(),
        "bias": list(model.bias),
    }


def of_numbers(data: Mapping[str, Any]) -> Model:
    """The model that `as_numbers` wrote.

    Raises:
        ValueError: the numbers don't belong together.
    """
    labels, runs = tuple(data["labels"]), data["grams"]
    rarity, weights = array("d", data["rarity"]), array("d", data["weights"])
    bias = tuple(float(value) for value in data["bias"])
    if len(rarity) != len(runs) or len(bias) != len(labels) or len(weights) != len(labels) * len(runs):
        raise ValueError("the numbers of the model don't belong together")
    return Model(labels, {run: place for place, run in enumerate(runs)}, rarity, weights, bias)
