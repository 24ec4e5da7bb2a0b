"""A community's routing: its draft of rules, the rules and the model that are on, and which cases are dispatched
without a person.

Rules are drafted, rehearsed if the staff like, switched on as the edition that was drafted, and switched off again.
Changing the draft does not change the rules that are on, so that only rules which somebody switched on are in force.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Request
from services.chassis.words import Worded
from services.contracts.issues.routing import (
    Automatic,
    ModelStatus,
    RoutingAutomated,
    RoutingDrafted,
    RoutingModelSwitched,
    RoutingOpened,
    RoutingRulesSwitched,
    RoutingState,
)
from services.contracts.marks import Id, Thing
from services.issues.routing.domain.model import RoutingModel
from services.issues.routing.domain.rules import MAX_RULES, Rule

THRESHOLD = 0.4
"""The default confidence below which a person decides (Amsterdam uses the same)."""


class RuleTwice(
    Invalid,
    code="routing.rule-twice",
    zh="规则编号“{rule}”出现了两次。",
    en="There are two rules with the id {rule}.",
):
    """Two rules have one id, by which people are told which rule won."""


class NotThatDraft(
    Conflict,
    code="routing.not-that-draft",
    zh="当前草稿是第 {draft} 版，不是第 {edition} 版；请核对后再启用。",
    en="The draft is edition {draft}, not {edition}; look at it before you switch it on.",
):
    """The draft has changed since the caller looked at it."""


_STATUS_WORDS: Mapping[ModelStatus, Worded] = {
    ModelStatus.ASKED: Worded("asked", "训练中", "being trained"),
    ModelStatus.READY: Worded("ready", "可用", "ready"),
    ModelStatus.REFUSED: Worded("refused", "未能训练", "not trained"),
    ModelStatus.WITHDRAWN: Worded("withdrawn", "已撤回", "withdrawn"),
}


class ModelNotReady(
    Conflict,
    code="routing.model-not-ready",
    zh="该模型不可用（状态：{status}）。",
    en="That model can't be used: it is {status}.",
):
    """The model is not trained, or is of another community."""


class DraftRules(Request):
    """The whole draft: all rules as they shall be."""

    community: Id
    rules: Annotated[tuple[Rule, ...], Field(max_length=MAX_RULES)]


class SwitchRules(Request):
    """The order to switch on the draft that is `edition`, or (None) to switch all rules off."""

    community: Id
    edition: Annotated[int, Field(ge=1, le=2**31)] | None


class SwitchModel(Request):
    """The order to switch `model` on, or (None) to use no model."""

    community: Id
    model: Id | None


class Automate(Request):
    """The kinds of cases that are dispatched without a person, and the confidence from which on the model may
    decide."""

    community: Id
    automatic: Automatic
    threshold: Annotated[float, Field(ge=0.05, le=1)] = THRESHOLD


class Routing(Aggregate):
    """The routing of one community. With `edition` 0 no rules are on. `awaiting` is the withdrawn model that is being
    replaced."""

    draft: int = 0
    draft_rules: tuple[Rule, ...] = ()
    edition: int = 0
    rules_on: tuple[Rule, ...] = ()
    model: Thing[str | None] = None
    awaiting: Thing[str | None] = None
    automatic: Automatic = Automatic.OFF
    threshold: float = THRESHOLD

    def public(self) -> RoutingState:
        return RoutingState(
            edition=self.edition,
            rules=len(self.rules_on),
            model=self.model,
            automatic=self.automatic,
            threshold=self.threshold,
        )


def routing_id(community: str) -> str:
    """The id of the community's routing."""
    return derived_id("routing", community)


@lru_cache(maxsize=256)
def not_set_up(community: str) -> Routing:
    """The routing of a community that has set up nothing: a person decides every case."""
    return Routing(id=routing_id(community), community=community)


def open_routing(community: str, by: Principal) -> Decision[Routing]:
    """Create the routing of a community, which a member of its staff sets up."""
    _require(community, by)
    routing = not_set_up(community)
    return decided(routing, event_from(RoutingOpened, routing))


def draft_rules(routing: Routing, command: DraftRules, by: Principal, now: datetime) -> Decision[Routing]:
    """Replace the draft; the rules that are on stay on. The same rules again make no new edition.

    Raises:
        RuleTwice: two rules have one id.
    """
    _require(routing.community, by)
    seen: set[str] = set()
    for rule in command.rules:
        if rule.id in seen:
            raise RuleTwice(rule=rule.id)
        seen.add(rule.id)
    if routing.draft > 0 and command.rules == routing.draft_rules:
        return decided(routing)
    changed = routing.model_copy(update={"draft": routing.draft + 1, "draft_rules": command.rules})
    text = command.model_dump_json(include={"rules"})
    return decided(changed, RoutingDrafted(draft=changed.draft, text=text, by=by.sub))


def switch_rules(routing: Routing, command: SwitchRules, by: Principal, now: datetime) -> Decision[Routing]:
    """Switch the draft on, or all rules off.

    Raises:
        NotThatDraft: somebody has changed the draft meanwhile.
    """
    _require(routing.community, by)
    edition = command.edition or 0
    if edition == routing.edition:
        return decided(routing)
    if edition not in (0, routing.draft):
        raise NotThatDraft(draft=routing.draft, edition=edition)
    rules = routing.draft_rules if edition else ()
    changed = routing.model_copy(update={"edition": edition, "rules_on": rules})
    return decided(changed, event_from(RoutingRulesSwitched, changed, by=by.sub))


def switch_model(
    routing: Routing, command: SwitchModel, model: RoutingModel | None, by: Principal, now: datetime
) -> Decision[Routing]:
    """Switch on `model`, which the command names, or (None) switch the model off.

    Raises:
        ModelNotReady: the model is not trained, or is of another community.
    """
    _require(routing.community, by)
    if model is not None and model.community != routing.community:
        raise ModelNotReady(status=Worded("elsewhere", "属于其他社区", "of another community"))
    if model is not None and model.status is not ModelStatus.READY:
        raise ModelNotReady(status=_STATUS_WORDS[model.status])
    if command.model == routing.model:
        return decided(routing)
    changed = routing.model_copy(update={"model": command.model, "awaiting": None})
    return decided(changed, event_from(RoutingModelSwitched, changed, by=by.sub))


def lose_model(routing: Routing, model: str, by: str) -> Decision[Routing]:
    """Switch off `model`, which was withdrawn. A person decides until its successor is ready."""
    if routing.model != model:
        return decided(routing)
    changed = routing.model_copy(update={"model": None, "awaiting": model})
    return decided(changed, event_from(RoutingModelSwitched, changed, by=by))


def replace_model(routing: Routing, model: RoutingModel, by: str) -> Decision[Routing]:
    """Switch on the successor of a withdrawn model, unless somebody has switched another model on or off meanwhile."""
    if routing.awaiting is None or routing.awaiting != model.replaces or model.status is not ModelStatus.READY:
        return decided(routing)
    changed = routing.model_copy(update={"model": model.id, "awaiting": None})
    return decided(changed, event_from(RoutingModelSwitched, changed, by=by))


def automate(routing: Routing, command: Automate, by: Principal, now: datetime) -> Decision[Routing]:
    """Decide which cases are dispatched without a person."""
    _require(routing.community, by)
    if (command.automatic, command.threshold) == (routing.automatic, routing.threshold):
        return decided(routing)
    changed = routing.model_copy(update={"automatic": command.automatic, "threshold": command.threshold})
    return decided(changed, event_from(RoutingAutomated, changed, by=by.sub))


def _require(community: str, by: Principal) -> None:
    by.require(community, Role.STAFF)
