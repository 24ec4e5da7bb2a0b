"""Trains the classifier with scikit-learn, which is imported when it is needed and by nothing else.

The same examples give the same model. What comes out is numbers for `domain/classifier`, which predicts with them what
scikit-learn would. Takes processor time: call it in a thread.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.contracts.issues.routing import PartFigures, Target
from services.issues.domain.classifier import Model, grams, plain
from services.issues.domain.learning import FOLDS, MIN_CASES, Example, Trial, figures, lesson

MAX_GRAMS = 8000
_SEED = 20240129


def train(examples: Sequence[Example], target: Target, threshold: float) -> tuple[Model, PartFigures] | None:
    """A part of a model and how good it is on examples it had not seen; None where there is too little to learn from.

    Confidence is made honest: the scores are divided by the number that makes the held-out guesses likeliest.
    """
    taught = lesson(examples, target)
    if not taught.is_enough:
        return None
    texts, labels = [e.text for e in taught.examples], [e.label(target) or "" for e in taught.examples]
    weights = [e.weight for e in taught.examples]
    pipeline = _fitted(texts, labels, weights)
    if pipeline is None:
        return None
    scores, truths, known = _held_out(texts, labels, weights)
    heat = _heat(scores, truths)
    soften(pipeline, heat)
    return exported(pipeline), figures(target, taught, _trials(scores, truths, known, heat), threshold)


def vocabulary(texts: Sequence[str]) -> list[str]:
    """The runs of characters that stand in enough different cases, the most frequent ones; in a fixed sequence."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(grams(text)))
    frequent = sorted((-count, run) for run, count in seen.items() if count >= MIN_CASES)
    return sorted(run for _, run in frequent[:MAX_GRAMS])


def _fitted(texts: Sequence[str], labels: Sequence[str], weights: Sequence[float]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    runs = vocabulary(texts)
    if not runs or len(set(labels)) < 2:
        return None
    pipeline = make_pipeline(
        TfidfVectorizer(analyzer=grams, vocabulary=runs, sublinear_tf=True),
        LogisticRegression(C=10.0, max_iter=1000, random_state=_SEED),
    )
    return pipeline.fit(texts, labels, logisticregression__sample_weight=weights)


def _held_out(
    texts: Sequence[str], labels: Sequence[str], weights: Sequence[float]
) -> tuple[list[list[float]], list[int], list[list[str]]]:
    """Scores of every example by a model that saw neither it nor another one with the same text.

    Returns: the scores of each, the column of the truth (-1: that model didn't know the label), the columns' labels.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=_SEED)
    groups = [plain(text) for text in texts]
    scores: list[list[float]] = []
    truths: list[int] = []
    known: list[list[str]] = []
    if len(set(groups)) < FOLDS:
        return scores, truths, known
    for learn, ask in folds.split(texts, labels, groups):
        fold = _fitted([texts[i] for i in learn], [labels[i] for i in learn], [weights[i] for i in learn])
        if fold is None:
            continue
        classes = [str(label) for label in fold.classes_]
        for index, row in zip(ask, _scores(fold, [texts[i] for i in ask]), strict=True):
            scores.append(row)
            truths.append(classes.index(labels[index]) if labels[index] in classes else -1)
            known.append([*classes, labels[index]])
    return scores, truths, known


def _scores(pipeline: Any, texts: Sequence[str]) -> list[list[float]]:
    """One row for each text, one score for each label; of two labels scikit-learn scores the second alone."""
    raw = pipeline.decision_function(texts)
    if raw.ndim == 1:
        return [[0.0, float(value)] for value in raw]
    return [[float(value) for value in row] for row in raw]


def _heat(scores: Sequence[Sequence[float]], truths: Sequence[int]) -> float:
    """The number to divide scores by (temperature scaling, Guo et al. 2017); 1 where there is nothing to judge by."""
    import numpy
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    judged = [(row, truth) for row, truth in zip(scores, truths, strict=True) if truth >= 0]
    if len(judged) < 2:
        return 1.0

    def unlikeliness(log_heat: float) -> float:
        heat = float(numpy.exp(log_heat))
        return -sum(float(log_softmax(numpy.array(row) / heat)[truth]) for row, truth in judged) / len(judged)

    found = minimize_scalar(unlikeliness, bounds=(-1.5, 1.5), method="bounded")
    return float(numpy.exp(found.x))


def _trials(
    scores: Sequence[Sequence[float]], truths: Sequence[int], known: Sequence[Sequence[str]], heat: float
) -> list[Trial]:
    import numpy
    from scipy.special import softmax

    trials: list[Trial] = []
    for row, truth, labels in zip(scores, truths, known, strict=True):
        chances = softmax(numpy.array(row) / heat)
        best = int(chances.argmax())
        trials.append(Trial(labels[truth], labels[best], float(chances[best])))
    return trials


def soften(pipeline: Any, heat: float) -> None:
    """Divide the scores of `pipeline` by `heat`, in its own numbers."""
    regression = pipeline[-1]
    regression.coef_ = regression.coef_ / heat
    regression.intercept_ = regression.intercept_ / heat


def exported(pipeline: Any) -> Model:
    """The numbers of a fitted pipeline."""
    counting, regression = pipeline[0], pipeline[-1]
    rows, bias = regression.coef_.tolist(), regression.intercept_.tolist()
    if len(rows) == 1:
        rows, bias = [[0.0] * len(rows[0]), rows[0]], [0.0, bias[0]]
    return Model(
        labels=tuple(str(label) for label in regression.classes_),
        places={str(run): int(place) for run, place in counting.vocabulary_.items()},
        rarity=array("d", counting.idf_.tolist()),
        weights=array("d", [value for row in rows for value in row]),
        bias=tuple(bias),
    )
