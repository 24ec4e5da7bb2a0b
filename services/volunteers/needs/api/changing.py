"""How a request carries out a decision about a need."""

from collections.abc import Awaitable, Callable

from fastapi import Response

from services.chassis.http.command import Command
from services.chassis.http.visibility import known_to
from services.chassis.store.aggregates import Aggregates
from services.volunteers.needs.domain.need import Decide, Need
from services.volunteers.needs.views import need_view


def changing_need(needs: Aggregates[Need], id: str, command: Command) -> Callable[[Decide], Awaitable[Response]]:
    """The change of a need by `command`. Answers and refusals show the caller as much of the need as they may see."""
    by = command.principal
    return lambda decide: command.change(
        needs,
        id,
        decide,
        lambda stored: need_view(stored, by),
        known_to=known_to(by),
        seen=lambda stored: need_view(stored, by),
    )
