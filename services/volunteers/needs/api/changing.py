"""How a request carries a decision about a need out."""

from fastapi import Response

from services.chassis.http.command import Command
from services.chassis.http.visibility import known_to
from services.volunteers.api.views import need_view
from services.volunteers.seats.service import Change
from services.volunteers.store import Store


def changing_need(store: Store, id: str, command: Command) -> Change[Response]:
    """The change of a need by `command`: its answers, refusals too, show what the caller may see of it."""
    by = command.principal
    return lambda decide: command.change(
        store.needs,
        id,
        decide,
        lambda stored: need_view(stored, by),
        known_to=known_to(by),
        seen=lambda stored: need_view(stored, by),
    )
