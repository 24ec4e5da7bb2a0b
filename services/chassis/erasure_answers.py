"""The room in which a service answers requests to erase a person: it erases them in all rooms, then says so once."""

from collections.abc import Callable
from typing import Any

from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.aggregates import Kind
from services.chassis.subscriber.erasure import Erasure, answer
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.event import Event


def erasure_answers(
    runtime: Runtime[ServiceSettings], kind: Kind[Erasure], asked: type[Event], saying: Callable[..., Event]
) -> Room:
    """The room that erases people and answers. `kind`: the answers of this service (`erasures_on`).

    `asked` is the event that asks, with `person`, `request` and `only` (a community, or None for all); `saying` makes
    the event that answers, from `person` and `request`.
    """
    erasures = runtime.aggregates(kind)

    def reactions(handlers: Handlers) -> None:
        @handlers.on(asked)
        async def forget(received: Received[Any]) -> None:
            """Erase the person, then say so. Done again after an interruption, it goes on where it was."""
            person, request = received.event.person, received.event.request
            await runtime.erasing.carry_out(person, received.event.only)
            answered = saying(person=person, request=request)
            await answer(erasures, received, person=person, request=request, saying=answered)

    return Room("erasures", kinds=(kind,), reactions=reactions)
