"""Changes one aggregate over HTTP, as many routes do: who may know of it changes it, and is shown it."""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from fastapi import Response
from pydantic import BaseModel

from services.chassis.aggregate import Aggregate, Decision
from services.chassis.http.command import Command
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored

A = TypeVar("A", bound=Aggregate)

View = Callable[[Stored[A]], BaseModel]


class Changing(Generic[A]):
    """Changes of `aggregates`. `knows` says who may know of one: to everybody else it is not there."""

    def __init__(self, aggregates: Aggregates[A], knows: Callable[[A, Principal], bool]) -> None:
        self._aggregates = aggregates
        self._knows = knows

    async def __call__(
        self, id: str, command: Command, decide: Callable[[A, Principal, datetime], Decision[A]], view: View[A]
    ) -> Response:
        """Change the aggregate `id` as `decide` says for the caller; the answer shows it by `view`."""
        by = command.principal
        return await command.change(
            self._aggregates,
            id,
            lambda found, now: decide(found, by, now),
            view,
            known_to=lambda found: self._knows(found, by),
        )
