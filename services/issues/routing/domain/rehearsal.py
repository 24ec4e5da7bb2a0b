"""Rehearsal: compares what rules or a model would have done with past cases to what finally happened.

A rehearsal changes nothing but its own report. A case that a model was trained on proves nothing about the model, so
such cases are counted apart.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from pydantic import ConfigDict, model_validator

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.errors import Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Moment, Request
from services.contracts.issues.routing import RehearsalAsked, RehearsalDone
from services.contracts.marks import Id, Thing
from services.contracts.value import Value
from services.issues.routing.domain.model import RoutingModel
from services.issues.routing.domain.policy import Routing
from services.issues.routing.domain.rules import Rule

LONGEST = timedelta(days=366)
MAX_CASES = 20_000
SHOWN = 200


class What(StrEnum):
    """The thing that is rehearsed: the draft of rules, the rules that are on, or a model."""

    DRAFT = "draft"
    ON = "on"
    MODEL = "model"


class RehearsalTooLong(
    Invalid,
    code="rehearsal.too-long",
    zh="演练时段须有先后，且不超过 {days} 天。",
    en="A rehearsal begins before it ends, and spans {days} days at most.",
):
    """The period is empty, or longer than a year."""


class RehearseWithoutModel(
    Invalid,
    code="rehearsal.which-model",
    zh="演练模型时须指明模型，演练规则时不得指明。",
    en="Name the model when a model is rehearsed, and none when rules are.",
):
    """A model is to be rehearsed and none of the community is named, or a model is named and rules are to be
    rehearsed."""


class Rehearse(Request):
    """The request to compare `what` with the cases that were reported from `since` until before `until`."""

    community: Id
    what: What
    model: Id | None = None
    since: Moment
    until: Moment


class Differing(Value):
    """A past case that would have gone elsewhere."""

    model_config = ConfigDict(frozen=True)

    case: Thing[str]
    unit: Thing[str]
    rehearsed: Thing[str]
    rule: Thing[str | None] = None
    confidence: float | None = None


class RuleTally(Value):
    """The result of one rule: how often it matched, won, and won with the unit that finally did the work."""

    model_config = ConfigDict(frozen=True)

    rule: Thing[str]
    matched: int
    won: int
    agreed: int


class RehearsalReport(Value):
    """`looked_at` = `routed` + `unroutable`; `routed` = `agree` + `differ` + `open` + `learnt_from`.

    `open` counts cases whose work no unit has done yet. `learnt_from` counts cases that the model was trained on, which
    prove nothing; `learnt_agree` of these agree. `agreement` = agree ÷ (agree + differ). `cut_off`: there were more
    cases than one rehearsal looks at, and the newest were taken. `failed`: the rehearsal broke off, and its counts mean
    nothing. `differing` lists the first differing cases.
    """

    model_config = ConfigDict(frozen=True)

    looked_at: int = 0
    routed: int = 0
    agree: int = 0
    differ: int = 0
    open: int = 0
    learnt_from: int = 0
    learnt_agree: int = 0
    unroutable: int = 0
    agreement: float | None = None
    cut_off: bool = False
    failed: bool = False
    rules: tuple[RuleTally, ...] = ()
    differing: tuple[Differing, ...] = ()


class Rehearsal(Aggregate):
    """One rehearsal. `rules` are those of `edition` at the time when the rehearsal was asked for."""

    what: What
    edition: int | None = None
    rules: tuple[Rule, ...] = ()
    model: Thing[str | None] = None
    threshold: float
    since: datetime
    until: datetime
    asked_at: datetime
    done_at: datetime | None = None
    report: RehearsalReport | None = None

    @model_validator(mode="after")
    def _has_its_subject(self) -> Self:
        if (self.what is What.MODEL) != (self.model is not None):
            raise ValueError("a model is rehearsed, or rules are")
        return self


def ask_rehearsal(
    id: str, command: Rehearse, routing: Routing, model: RoutingModel | None, by: Principal, now: datetime
) -> Decision[Rehearsal]:
    """Ask, as staff, for a rehearsal. `model` is the one that the command names.

    Raises:
        RehearsalTooLong: the period is empty, or longer than a year.
        RehearseWithoutModel: a model is to be rehearsed and none of this community is named, or the other way round.
    """
    by.require(command.community, Role.STAFF)
    if not timedelta(0) < command.until - command.since <= LONGEST:
        raise RehearsalTooLong(days=LONGEST.days)
    if (command.what is What.MODEL) != (model is not None and model.community == command.community):
        raise RehearseWithoutModel()
    rules, edition = {
        What.DRAFT: (routing.draft_rules, routing.draft),
        What.ON: (routing.rules_on, routing.edition),
        What.MODEL: ((), None),
    }[command.what]
    rehearsal = Rehearsal(
        id=id,
        community=command.community,
        what=command.what,
        edition=edition,
        rules=rules,
        model=command.model,
        threshold=routing.threshold,
        since=command.since,
        until=command.until,
        asked_at=now,
    )
    return decided(rehearsal, RehearsalAsked(by=by.sub))


def finish(rehearsal: Rehearsal, report: RehearsalReport, now: datetime) -> Decision[Rehearsal]:
    """Give the rehearsal its report. A second call changes nothing."""
    if rehearsal.report is not None:
        return decided(rehearsal)
    changed = rehearsal.model_copy(update={"report": report, "done_at": now})
    return decided(changed, RehearsalDone(looked_at=report.looked_at))


@dataclass(frozen=True, slots=True)
class Scene:
    """A past case: the unit that would have got it, and the unit that did the work (None: open)."""

    case: str
    rehearsed: str | None
    unit: str | None
    rule: str | None = None
    matched: tuple[str, ...] = ()
    confidence: float | None = None
    learnt: bool = False


def tally(scenes: Iterable[Scene], *, cut_off: bool = False) -> RehearsalReport:
    """The report about `scenes`. Its memory grows with the number of rules, not of cases."""
    counts: Counter[str] = Counter()
    matched: Counter[str] = Counter()
    won: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    differing: list[Differing] = []
    for scene in scenes:
        outcome = _outcome(scene)
        counts[outcome] += 1
        matched.update(scene.matched)
        if scene.rule is not None:
            won[scene.rule] += 1
            agreed[scene.rule] += outcome == "agree"
        if outcome == "learnt_from":
            counts["learnt_agree"] += scene.rehearsed == scene.unit
        if outcome == "differ" and len(differing) < SHOWN:
            differing.append(_differing(scene))
    decided_ = counts["agree"] + counts["differ"]
    routed = decided_ + counts["open"] + counts["learnt_from"]
    return RehearsalReport(
        looked_at=routed + counts["unroutable"],
        routed=routed,
        agreement=round(counts["agree"] / decided_, 4) if decided_ else None,
        cut_off=cut_off,
        rules=tuple(RuleTally(rule=r, matched=matched[r], won=won[r], agreed=agreed[r]) for r in sorted(matched)),
        differing=tuple(differing),
        agree=counts["agree"],
        differ=counts["differ"],
        open=counts["open"],
        learnt_from=counts["learnt_from"],
        learnt_agree=counts["learnt_agree"],
        unroutable=counts["unroutable"],
    )


def _outcome(scene: Scene) -> str:
    if scene.rehearsed is None:
        return "unroutable"
    if scene.unit is None:
        return "open"
    if scene.learnt:
        return "learnt_from"
    return "agree" if scene.rehearsed == scene.unit else "differ"


def _differing(scene: Scene) -> Differing:
    return Differing(
        case=scene.case,
        unit=scene.unit or "",
        rehearsed=scene.rehearsed or "",
        rule=scene.rule,
        confidence=scene.confidence,
    )
