"""A model that has learnt from erased words is destroyed, and another one is trained without them."""

from collections.abc import Collection
from contextlib import suppress

from services.chassis.errors import AlreadyExists
from services.chassis.store.aggregates import Cause
from services.contracts.issues.routing import ModelStatus
from services.issues.routing.domain.model import ask_successor, successor_id, withdraw
from services.issues.routing.domain.policy import lose_model, routing_id
from services.issues.routing.store import RoutingKept


async def forget(kept: RoutingKept, cases: Collection[str], cause: Cause) -> None:
    """Destroy every model that has learnt from one of `cases`. A second call after an interruption goes on where the
    first ended."""
    for model in await kept.weights.learnt_from(cases):
        await forget_model(kept, model, cause)


async def forget_model(kept: RoutingKept, id: str, cause: Cause) -> None:
    """Destroy the model `id`. If it is on, a person decides until its successor is ready."""
    await kept.weights.destroy(id)
    model = (await kept.models.get(id)).aggregate
    if model.status is ModelStatus.ASKED:
        return
    await kept.models.change(id, withdraw, cause)
    routing = await kept.routing_of(model.community)
    if id in (routing.model, routing.awaiting):
        await kept.routings.change(routing_id(model.community), lambda r, now: lose_model(r, id, cause.actor), cause)
        with suppress(AlreadyExists):
            await kept.models.create(successor_id(id), lambda now: ask_successor(model, now), cause)
    await kept.weights.forget_list(id)
