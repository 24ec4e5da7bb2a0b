"""The examples that training learns from, and the figures of a trained model on examples it has not seen.

A model has two parts, one for the category and one for the unit. A label with fewer than `MIN_EXAMPLES` examples is
left out; a part with fewer than two labels, or too few examples in all, is not trained: a person decides.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.contracts.issues.routing import PartFigures, Target

MIN_EXAMPLES = 5
"""The fewest examples of a label from which it is learnt."""
MIN_IN_ALL = 20
MIN_CASES = 3
"""The fewest different cases that a run of characters must stand in to be kept in a model. So the words of a single
report are never learnt, and can't be read out of the model."""
CORRECTED_WEIGHT = 2.0
"""The weight of an example that the committee or a unit has corrected, because there the obvious guess was wrong."""
MAX_EXAMPLES = 10_000
FOLDS = 5
_Z = 1.96
_BINS = 10


@dataclass(frozen=True, slots=True)
class Example:
    """A past case whose outcome is sure. A label is None where this case doesn't confirm it."""

    case: str
    text: str
    category: str | None
    unit: str | None
    corrected: bool = False

    def label(self, target: Target) -> str | None:
        """The label that this case confirms for `target`; None where it confirms none."""
        return self.category if target is Target.CATEGORY else self.unit

    @property
    def weight(self) -> float:
        """The weight of this example in training."""
        return CORRECTED_WEIGHT if self.corrected else 1.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """The examples that one part of a model may learn from, and the labels left out for having too few."""

    examples: tuple[Example, ...]
    labels: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Whether there are enough examples and labels to learn from."""
        return len(self.labels) > 1 and len(self.examples) >= MIN_IN_ALL


def lesson(examples: Iterable[Example], target: Target) -> Lesson:
    """The lesson of `examples` for the part `target` of a model."""
    labelled = [example for example in examples if example.label(target) is not None]
    counts = Counter(example.label(target) or "" for example in labelled)
    labels = tuple(sorted(label for label, count in counts.items() if count >= MIN_EXAMPLES))
    kept = tuple(example for example in labelled if example.label(target) in labels)
    return Lesson(kept, labels, tuple(sorted(counts.keys() - set(labels))))


@dataclass(frozen=True, slots=True)
class Trial:
    """A guess about an example that the model had not seen: the true label, the guessed one and its confidence."""

    truth: str
    guess: str
    confidence: float


def figures(target: Target, lesson: Lesson, trials: Sequence[Trial], threshold: float) -> PartFigures:
    """The figures of a part by its `trials`. Guesses with a confidence of at least `threshold` count as `confident`."""
    right = sum(trial.truth == trial.guess for trial in trials)
    confident = [trial for trial in trials if trial.confidence >= threshold]
    low, high = interval(right, len(trials))
    return PartFigures(
        target=target,
        labels=len(lesson.labels),
        examples=len(lesson.examples),
        corrected=sum(example.corrected for example in lesson.examples),
        left_out=len(lesson.left_out),
        held_out=len(trials),
        right=right,
        accuracy=_share(right, len(trials)),
        low=low,
        high=high,
        threshold=threshold,
        confident=len(confident),
        confident_right=sum(trial.truth == trial.guess for trial in confident),
        calibration_error=calibration_error(trials),
    )


def calibration_error(trials: Sequence[Trial]) -> float:
    """The mean difference between confidence and accuracy over ten steps of confidence; 0 means that confidence can be
    believed."""
    bins: dict[int, list[Trial]] = {}
    for trial in trials:
        bins.setdefault(min(int(trial.confidence * _BINS), _BINS - 1), []).append(trial)
    off = (
        abs(sum(trial.truth == trial.guess for trial in bin) - math.fsum(trial.confidence for trial in bin))
        for bin in bins.values()
    )
    return round(math.fsum(off) / len(trials), 4) if trials else 0.0


def interval(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): wide where the sample is small; 0 to 1 where there is none."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = right / of, _Z * _Z
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return round(max(0.0, centre - half), 4), round(min(1.0, centre + half), 4)


def _share(part: int, of: int) -> float | None:
    return round(part / of, 4) if of else None
