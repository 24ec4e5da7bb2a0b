"""Leaves people who were erased out of the records that arrive, in whatever order these come.

A fact that is about an erased person alone is passed by; a fact that names them among others is taken without them. A
state is copied with a stand-in for them. After everything is written, tombstones are asked for once more (`gone`),
because an erasure may have run at the same time.
"""

from collections import defaultdict
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel

from services.chassis.errors import PersonGone
from services.chassis.store.gone import Gone
from services.chassis.store.mongo import Document
from services.chassis.subscriber.handlers import Received
from services.contracts.holding import ERASED, forgotten, people, without

_NOBODY = frozenset({ERASED})
E = TypeVar("E", bound=BaseModel)


@dataclass(slots=True)
class Sieve:
    """The people whom one batch names, by community, and which of them were erased."""

    gone: Gone | None
    named: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    erased: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def note(self, community: str, model: type[BaseModel], value: Any) -> set[str]:
        """Note the people whom `value` names, a `model` or a document of one, and return their ids."""
        if named := people(model, value):
            self.named[community] |= named
        return named

    async def look(self) -> None:
        """Ask the tombstones which of the people noted were erased."""
        if self.gone is not None:
            self.erased = {where: await self.gone.among(named, where) for where, named in self.named.items()}

    async def look_after(self) -> None:
        """Ask the tombstones once more, after everything was written, and erase what was written in spite of them."""
        if self.gone is None:
            return
        for where, named in self.named.items():
            with suppress(PersonGone):  # raised after `gone` has erased what was written
                await self.gone.look_after(named - self._among(where), where)

    async def again(self, received: Received[Any]) -> Received[Any] | None:
        """`received` without the people who are erased by now; None where nothing is left of it."""
        alone = Sieve(self.gone)
        envelope = received.envelope
        named = alone.note(envelope.community, type(received.event), received.event)
        await alone.look()
        event = alone.fact(envelope.community, received.event, named)
        return None if event is None else replace(received, event=event)

    def fact(self, community: str, event: E, named: Set[str]) -> E | None:
        """`event`, which names `named`, without those who were erased; None where it was about them alone."""
        gone = self._among(community)
        if named.isdisjoint(gone):
            return event
        model = type(event)
        data = without(model, event.model_dump(mode="json", exclude_unset=True), gone)
        return None if data is None else model.model_validate(data)

    def state(self, community: str, model: type[BaseModel], document: Document) -> Document:
        """`document`, a state as it was published, with a stand-in for each person who was erased."""
        for person in sorted(people(model, document) & self._among(community)):
            document = forgotten(model, document, person)
        return document

    def _among(self, community: str) -> frozenset[str]:
        erased = self.erased.get(community)
        return _NOBODY | erased if erased else _NOBODY
