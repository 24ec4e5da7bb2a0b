"""Trains the classifier with scikit-learn, which no other module imports, and this one only when it trains.

The same examples give the same model. The result is numbers for `domain/classifier`, which makes the same predictions
by them as scikit-learn does. Training takes processor time: call it in a thread.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.contracts.issues.routing import PartFigures, Target
from services.issues.routing.domain.classifier import Model, grams, is_known, plain
from services.issues.routing.domain.learning import FOLDS, MIN_CASES, Example, Trial, figures, lesson

MAX_GRAMS = 8000
_SEED = 20240129
_HOTTEST = 1.5
"""The logarithm of the largest number that scores may be divided by."""


def train(examples: Sequence[Example], target: Target, threshold: float) -> tuple[Model, PartFigures] | None:
    """Train the part `target` of a model, and measure it on examples that it had not seen; None where there is too
    little to learn from.

    Scores are divided by the number, at least 1, that makes the held-out guesses likeliest, so that confidence can be
    believed. Scores are never sharpened, however well the guesses went, because later texts may be unlike any example.
    """
    taught = lesson(examples, target)
    if not taught.is_enough:
        return None
    texts, labels = [e.text for e in taught.examples], [e.label(target) or "" for e in taught.examples]
    weights = [e.weight for e in taught.examples]
    pipeline = _fitted(texts, labels, weights)
    if pipeline is None:
        return None
    unseen = _held_out(texts, labels, weights)
    heat = _heat(unseen)
    soften(pipeline, heat)
    return exported(pipeline), figures(target, taught, [_trial(each, heat) for each in unseen], threshold)


@dataclass(frozen=True, slots=True)
class _Unseen:
    """An example and its scores by a model that saw neither this example nor another one with the same text.

    `labels` are in the order of the scores. `is_known`: whether the model knows enough of the text to have an opinion.
    """

    truth: str
    labels: Sequence[str]
    scores: Sequence[float]
    is_known: bool


def vocabulary(texts: Sequence[str]) -> list[str]:
    """The most frequent runs of characters that stand in enough different cases, in a fixed sequence."""
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


def _held_out(texts: Sequence[str], labels: Sequence[str], weights: Sequence[float]) -> list[_Unseen]:
    """Every example, judged once by a model that did not see it; none where there are too few different texts to hold
    some out."""
    from sklearn.model_selection import StratifiedGroupKFold

    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=_SEED)
    groups = [plain(text) for text in texts]
    unseen: list[_Unseen] = []
    if len(set(groups)) < FOLDS:
        return unseen
    for learn, ask in folds.split(texts, labels, groups):
        fold = _fitted([texts[i] for i in learn], [labels[i] for i in learn], [weights[i] for i in learn])
        if fold is None:
            continue
        classes, learnt = [str(label) for label in fold.classes_], fold[0].vocabulary_
        for index, row in zip(ask, _scores(fold, [texts[i] for i in ask]), strict=True):
            unseen.append(_Unseen(labels[index], classes, row, is_known(learnt, texts[index])))
    return unseen


def _scores(pipeline: Any, texts: Sequence[str]) -> list[list[float]]:
    """A row for each text with a score for each label. Of two labels scikit-learn scores only the second, and the first
    is added here."""
    raw = pipeline.decision_function(texts)
    if raw.ndim == 1:
        return [[0.0, float(value)] for value in raw]
    return [[float(value) for value in row] for row in raw]


def _heat(unseen: Sequence[_Unseen]) -> float:
    """The number to divide scores by (temperature scaling, Guo et al. 2017), at least 1."""
    import numpy
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    judged = [(numpy.array(each.scores), each.labels.index(each.truth)) for each in unseen if each.truth in each.labels]
    if not judged:
        return 1.0

    def unlikeliness(log_heat: float) -> float:
        heat = float(numpy.exp(log_heat))
        return -sum(float(log_softmax(scores / heat)[truth]) for scores, truth in judged) / len(judged)

    found = minimize_scalar(unlikeliness, bounds=(0.0, _HOTTEST), method="bounded")
    return float(numpy.exp(found.x))


def _trial(unseen: _Unseen, heat: float) -> Trial:
    """The guess that would have been made about the example; none, with confidence 0, where the model had no
    opinion."""
    import numpy
    from scipy.special import softmax

    if not unseen.is_known:
        return Trial(unseen.truth, "", 0.0)
    chances = softmax(numpy.array(unseen.scores) / heat)
    best = int(chances.argmax())
    return Trial(unseen.truth, unseen.labels[best], float(chances[best]))


def soften(pipeline: Any, heat: float) -> None:
    """Divide the scores of `pipeline` by `heat`, by changing its weights."""
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
