"""A classifier of reports as an aggregate: asked for, trained or refused, and withdrawn when it has learnt from words
that must be erased.

The model's numbers are kept in `weights`; the aggregate holds what is known about it.
"""

from datetime import datetime

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.principal import Principal, Role
from services.chassis.values import Request
from services.contracts.issues.routing import (
    ModelStatus,
    PartFigures,
    RoutingModelAsked,
    RoutingModelRefused,
    RoutingModelState,
    RoutingModelTrained,
    RoutingModelWithdrawn,
)
from services.contracts.marks import Id, Thing

NOT_ENOUGH = "not-enough-examples"
FAILED = "training-failed"


class AskModel(Request):
    """Train a model on what this community's cases have taught so far."""

    community: Id


class RoutingModel(Aggregate):
    """One training and its result."""

    status: ModelStatus = ModelStatus.ASKED
    asked_at: datetime
    trained_at: datetime | None = None
    replaces: Thing[str | None] = None
    parts: tuple[PartFigures, ...] = ()
    refusal: Thing[str | None] = None

    def public(self) -> RoutingModelState:
        return RoutingModelState(**{name: getattr(self, name) for name in RoutingModelState.model_fields})


def ask_model(id: str, command: AskModel, by: Principal, now: datetime) -> Decision[RoutingModel]:
    """Ask, as staff, for a model to be trained."""
    by.require(command.community, Role.STAFF)
    model = RoutingModel(id=id, community=command.community, asked_at=now)
    return decided(model, event_from(RoutingModelAsked, model))


def successor_id(withdrawn: str) -> str:
    """The id of the model that replaces the model `withdrawn`."""
    return derived_id("routing-model", withdrawn)


def ask_successor(withdrawn: RoutingModel, now: datetime) -> Decision[RoutingModel]:
    """Ask for a model that replaces the withdrawn one, and learns without the erased words."""
    model = RoutingModel(
        id=successor_id(withdrawn.id), community=withdrawn.community, asked_at=now, replaces=withdrawn.id
    )
    return decided(model, event_from(RoutingModelAsked, model))


def conclude(
    model: RoutingModel, parts: tuple[PartFigures, ...], refusal: str | None, now: datetime
) -> Decision[RoutingModel]:
    """End the training: the model is ready with `parts`, or there is a `refusal`. A second call changes nothing."""
    if model.status is not ModelStatus.ASKED:
        return decided(model)
    if refusal is None:
        changed = model.model_copy(update={"status": ModelStatus.READY, "trained_at": now, "parts": parts})
        return decided(changed, event_from(RoutingModelTrained, changed))
    refused = {"status": ModelStatus.REFUSED, "refusal": refusal, "parts": parts}
    changed = model.model_copy(update=refused)
    return decided(changed, event_from(RoutingModelRefused, changed))


def withdraw(model: RoutingModel, now: datetime) -> Decision[RoutingModel]:
    """Withdraw the model, whose numbers are destroyed."""
    if model.status is ModelStatus.WITHDRAWN:
        return decided(model)
    changed = model.model_copy(update={"status": ModelStatus.WITHDRAWN})
    return decided(changed, event_from(RoutingModelWithdrawn, changed))
