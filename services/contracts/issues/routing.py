"""Routing: which rules and which model a community uses, how good a model is, and how often a dispatch was right."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Internal, Office, OfficerId, Public, Thing
from services.contracts.topics import ISSUES


class DispatchSource(StrEnum):
    """Who or what chose the unit."""

    PERSON = "person"
    RULE = "rule"
    MODEL = "model"


class Routed(BaseModel):
    """What dispatched a case without a person: `rule` of `edition`, or `model` with its confidence."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: DispatchSource
    rule: Code | None = None
    edition: int | None = None
    model: Id | None = None
    confidence: float | None = None


class Automatic(StrEnum):
    """What the platform dispatches by itself: nothing; cases that a person has filed; or residents' reports too, which
    it files itself.
    """

    OFF = "off"
    FILED = "filed"
    REPORTED = "reported"


class Target(StrEnum):
    """What a part of a model suggests."""

    CATEGORY = "category"
    UNIT = "unit"


class ModelStatus(StrEnum):
    """`refused`: there is none, for the reason given. `withdrawn`: words it had learnt from were erased."""

    ASKED = "asked"
    READY = "ready"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class PartFigures(BaseModel):
    """How good a part of a model is, measured on examples it had not seen (`held_out` of them, each once).

    `accuracy`: `right` of `held_out`, with its 95 % interval. `confident`: guesses from `threshold` on.
    `calibration_error`: mean distance between confidence and accuracy. `left_out`: labels with too few examples.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    target: Target
    labels: int
    examples: int
    corrected: int
    left_out: int
    held_out: int
    right: int
    accuracy: float | None = None
    low: float
    high: float
    threshold: float
    confident: int
    confident_right: int
    calibration_error: float


class _Routing(BaseModel):
    edition: Public[int] = 0
    rules: Public[int] = 0
    model: Public[Id | None] = None
    automatic: Public[Automatic] = Automatic.OFF
    threshold: Public[float] = Field(default=0.4, ge=0, le=1)


class RoutingState(_Routing, State, type="cn.community.issues.routing.state.v1", topic=ISSUES):
    """How a community routes: by `rules` rules of `edition` (0: by none), and by the model from `threshold` on."""


class RoutingOpened(_Routing, Event, type="cn.community.issues.routing.opened.v1", topic=ISSUES, state=RoutingState):
    """A community begins to set its routing up. Carries the whole state."""


class RoutingDrafted(
    Event, type="cn.community.issues.routing.drafted.v1", topic=ISSUES, state=RoutingState, internal=True
):
    """Rules were written; they are not on yet. `text` is the rules as JSON."""

    draft: Internal[int]
    text: Internal[Office[str]]
    by: Internal[OfficerId]


class RoutingRulesSwitched(
    Event, type="cn.community.issues.routing.rules-switched.v1", topic=ISSUES, state=RoutingState
):
    """An edition of rules was switched on, or the rules were switched off (`edition` 0)."""

    edition: Public[int]
    rules: Public[int]
    by: Internal[OfficerId]


class RoutingModelSwitched(
    Event, type="cn.community.issues.routing.model-switched.v1", topic=ISSUES, state=RoutingState
):
    """A model was switched on, or the model was switched off (None)."""

    model: Public[Id | None]
    by: Internal[OfficerId]


class RoutingAutomated(Event, type="cn.community.issues.routing.automated.v1", topic=ISSUES, state=RoutingState):
    """The staff decided what is dispatched without a person, and how confident the model must be for it."""

    automatic: Public[Automatic]
    threshold: Public[float]
    by: Internal[OfficerId]


class _Model(BaseModel):
    status: Public[ModelStatus]
    asked_at: Public[datetime]
    trained_at: Public[datetime | None] = None
    replaces: Public[Id | None] = None
    parts: Public[tuple[PartFigures, ...]] = ()
    refusal: Public[Code | None] = None


class RoutingModelState(_Model, State, type="cn.community.issues.routing-model.state.v1", topic=ISSUES):
    """A classifier of reports. `replaces`: the withdrawn model whose place it takes. `refusal`: why there is none."""


class RoutingModelAsked(
    _Model, Event, type="cn.community.issues.routing-model.asked.v1", topic=ISSUES, state=RoutingModelState
):
    """Somebody wants a model trained. Carries the whole state."""


class RoutingModelTrained(
    Event, type="cn.community.issues.routing-model.trained.v1", topic=ISSUES, state=RoutingModelState
):
    """A model was trained; `parts` tell how good it is."""

    status: Public[ModelStatus]
    trained_at: Public[datetime | None]
    parts: Public[tuple[PartFigures, ...]]


class RoutingModelRefused(
    Event, type="cn.community.issues.routing-model.refused.v1", topic=ISSUES, state=RoutingModelState
):
    """There is too little to learn from, or the training failed."""

    status: Public[ModelStatus]
    refusal: Public[Code | None]
    parts: Public[tuple[PartFigures, ...]]


class RoutingModelWithdrawn(
    Event, type="cn.community.issues.routing-model.withdrawn.v1", topic=ISSUES, state=RoutingModelState
):
    """Its numbers were destroyed, because words it had learnt from were erased."""

    status: Public[ModelStatus]


class RehearsalAsked(Event, type="cn.community.issues.rehearsal.asked.v1", topic=ISSUES, internal=True):
    """Somebody wants to see what rules or a model would have done with past cases."""

    by: Internal[OfficerId]


class RehearsalDone(Event, type="cn.community.issues.rehearsal.done.v1", topic=ISSUES, internal=True):
    """The rehearsal's report stands. Nothing else has changed."""

    looked_at: Internal[int]


class AccuracyLine(BaseModel):
    """Of how many dispatches how many were right. A line for all, for a source, for a unit or for a category.

    `handled`: the unit did the work; `returned` (退单) and `reassigned`: it was the wrong one; the others are open.
    `accuracy` = handled ÷ (handled + returned + reassigned), with its 95 % interval; None below the smallest sample.
    `hops`: dispatches for each case, in the mean.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: DispatchSource | None = None
    unit: Thing[Id | None] = None
    category: Code | None = None
    dispatches: int
    cases: int
    handled: int
    returned: int
    reassigned: int
    decided: int
    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    hops: float | None = None


class _Accuracy(BaseModel):
    since: Public[datetime]
    until: Public[datetime]
    smallest_sample: Public[int]
    overall: Public[AccuracyLine]
    sources: Public[tuple[AccuracyLine, ...]] = ()
    units: Public[tuple[AccuracyLine, ...]] = ()
    categories: Public[tuple[AccuracyLine, ...]] = ()


class DispatchAccuracyState(_Accuracy, State, type="cn.community.issues.dispatch-accuracy.state.v1", topic=ISSUES):
    """How often a community's dispatches were right (派单准确率), among those between `since` and `until`."""


class DispatchAccuracyCounted(
    _Accuracy,
    Event,
    type="cn.community.issues.dispatch-accuracy.counted.v1",
    topic=ISSUES,
    state=DispatchAccuracyState,
):
    """The figures were counted again, once a day. Carries the whole state."""
