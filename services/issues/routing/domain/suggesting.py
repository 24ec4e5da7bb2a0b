"""Makes one suggestion for a case, with its reasons, from rules, model and catalogue, and says who decides on it.

A rule that matches comes first, because a person wrote it. Then comes the model, if it is sure enough; then the unit
that the catalogue names for the category, as a hint. A unit that has returned this case is not suggested for it again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict

from services.contracts.issues import CaseStatus
from services.contracts.issues.routing import Automatic, DispatchSource
from services.contracts.marks import Thing
from services.contracts.value import Value
from services.issues.cases.domain.case import Case
from services.issues.routing.domain.classifier import Guess
from services.issues.routing.domain.policy import Routing
from services.issues.routing.domain.rules import Facts, Loser, Reason, Verdict, evaluate

ALTERNATIVES = 3


class SuggestionReason(StrEnum):
    """The source of the suggested unit, or the reason why none can be relied on."""

    RULE = "rule"
    MODEL = "model"
    UNSURE = "model-unsure"
    CATALOGUE = "catalogue"
    NOTHING = "nothing"


class Likely(Value):
    """A label with its probability, 0 to 1."""

    model_config = ConfigDict(frozen=True)

    label: Thing[str]
    confidence: float


class Suggestion(Value):
    """The suggested `unit`, the reason `why`, and who decides: the platform, or a person.

    The rule `rule` of `edition` won, for `reasons`, before `losers`. `confidence` is the model's; `units` and
    `categories` are those that the model thinks likeliest, and `threshold` is the confidence from which on it is
    believed. `category` is the one under which the model would file the case, where it is sure.
    """

    model_config = ConfigDict(frozen=True)

    unit: Thing[str | None] = None
    why: SuggestionReason = SuggestionReason.NOTHING
    rule: Thing[str | None] = None
    edition: int | None = None
    reasons: tuple[Reason, ...] = ()
    losers: tuple[Loser, ...] = ()
    model: Thing[str | None] = None
    confidence: float | None = None
    threshold: float
    category: Thing[str | None] = None
    units: tuple[Likely, ...] = ()
    categories: tuple[Likely, ...] = ()

    @property
    def source(self) -> DispatchSource | None:
        """The source that would be recorded for a dispatch without a person; None where no such dispatch is
        possible."""
        return {SuggestionReason.RULE: DispatchSource.RULE, SuggestionReason.MODEL: DispatchSource.MODEL}.get(self.why)


@dataclass(frozen=True, slots=True)
class Opinion:
    """The guesses of the model that is on, the likeliest first; empty where the model lacks that part or knows none of
    the words."""

    model: str
    categories: Sequence[Guess] = ()
    units: Sequence[Guess] = ()


def suggest(
    routing: Routing, facts: Facts, opinion: Opinion | None, responsible: str | None, returned: Collection[str] = ()
) -> Suggestion:
    """The suggestion for a case. `responsible` is the catalogue's unit; `returned` are the units that returned the
    case."""
    verdict = evaluate((rule for rule in routing.rules_on if rule.unit not in returned), facts)
    units = [guess for guess in (opinion.units if opinion else ()) if guess.label not in returned]
    categories = opinion.categories if opinion else ()
    sure = bool(categories) and categories[0].confidence >= routing.threshold
    thought = Suggestion(
        threshold=routing.threshold,
        model=opinion.model if opinion else None,
        category=categories[0].label if sure else None,
        units=_likeliest(units),
        categories=_likeliest(categories),
    )
    return thought.model_copy(update=_choice(routing, verdict, units, responsible, returned))


def _choice(
    routing: Routing, verdict: Verdict, units: Sequence[Guess], responsible: str | None, returned: Collection[str]
) -> dict[str, Any]:
    """The fields of the suggestion that name the unit and what speaks for it."""
    if verdict.winner is not None:
        return {
            "unit": verdict.winner.unit,
            "why": SuggestionReason.RULE,
            "rule": verdict.winner.id,
            "edition": routing.edition,
            "reasons": verdict.reasons,
            "losers": verdict.losers,
        }
    if units and units[0].confidence >= routing.threshold:
        return {"unit": units[0].label, "why": SuggestionReason.MODEL, "confidence": units[0].confidence}
    if responsible is not None and responsible not in returned:
        return {"unit": responsible, "why": SuggestionReason.CATALOGUE}
    if units:
        return {"unit": units[0].label, "why": SuggestionReason.UNSURE, "confidence": units[0].confidence}
    return {}


def _likeliest(guesses: Sequence[Guess]) -> tuple[Likely, ...]:
    return tuple(Likely(label=g.label, confidence=round(g.confidence, 4)) for g in guesses[:ALTERNATIVES])


def is_for_the_platform(case: Case, suggestion: Suggestion, automatic: Automatic) -> bool:
    """Whether the platform dispatches the case without a person. It dispatches only new cases: a person should look at
    a case that a unit has returned or its reporter has reopened."""
    waiting = {
        Automatic.OFF: (),
        Automatic.FILED: (CaseStatus.ACCEPTED,),
        Automatic.REPORTED: (CaseStatus.ACCEPTED, CaseStatus.REPORTED),
    }[automatic]
    is_new = case.unit is None and case.returned == 0 and case.reopened == 0
    return is_new and case.status in waiting and suggestion.source is not None
