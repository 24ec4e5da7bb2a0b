"""A route that changes one aggregate and answers with its view, for callers who may know of it."""

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
    """Changes `aggregates` over HTTP. `knows` tells whether a caller may know of an aggregate; everybody else gets the
    answer of an id that doesn't exist (404)."""

    def __init__(self, aggregates: Aggregates[A], knows: Callable[[A, Principal], bool]) -> None:
        self._aggregates = aggregates
        self._knows = knows

    async def __call__(
        self, id: str, command: Command, decide: Callable[[A, Principal, datetime], Decision[A]], view: View[A]
    ) -> Response:
        """Change the aggregate `id` as `decide` says for the caller, and answer with it as `view` shows it."""
        by = command.principal
        return await command.change(
            self._aggregates,
            id,
            lambda found, now: decide(found, by, now),
            view,
            known_to=lambda found: self._knows(found, by),
        )
