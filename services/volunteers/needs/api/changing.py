"""How a request carries out a decision about a need."""

from collections.abc import Awaitable, Callable

from fastapi import Response

from services.chassis.http.command import Command
from services.chassis.http.visibility import known_to
from services.chassis.store.aggregates import Aggregates
from services.volunteers.needs.domain.need import Decide, Need
from services.volunteers.needs.presenting import NeedPresenter


class Changing:
    """Changes of needs by requests. Answers and refusals show the caller as much of the need as they may see."""

    def __init__(self, needs: Aggregates[Need], shown: NeedPresenter) -> None:
        self._needs = needs
        self._shown = shown

    def of(
        self, id: str, command: Command, *people: str, filtered: bool = False
    ) -> Callable[[Decide], Awaitable[Response]]:
        """The function that carries out a decision about need `id` for the request `command`.

        `people` are the persons whom the command names. `filtered` has the meaning that it has in
        `NeedPresenter.answering`.
        """
        by = command.principal

        async def change(decide: Decide) -> Response:
            view = await self._shown.answering(by, id, *people, filtered=filtered)
            return await command.change(self._needs, id, decide, view, known_to=known_to(by), seen=view)

        return change
