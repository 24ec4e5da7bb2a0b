"""Takes down a walk: one visit or many, sent once or again, each with its own outcome."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from services.chassis.errors import AlreadyExists, CommunityError, Invalid
from services.chassis.principal import Principal
from services.chassis.store import Cause, Stored
from services.issues.domain.catalogue import Catalogue
from services.issues.domain.places import Place
from services.issues.domain.rounds import Round
from services.issues.domain.visits import (
    FoundHere,
    RecordedOtherwise,
    RecordVisit,
    Visit,
    record_visit,
    require_walker,
    visit_id,
    visit_of,
)
from services.issues.store import Store

_AT_ONCE = 16
_FIELDS = RecordVisit.model_fields.keys() | FoundHere.model_fields.keys()


class MalformedVisit(
    Invalid,
    code="visit.malformed",
    zh="第 {index} 条记录的 {field} 不正确。",
    en="In record {index}, {field} is wrong.",
):
    """One record of a batch can't be read."""


class Outcome(StrEnum):
    """What became of one record."""

    RECORDED = "recorded"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one record; either what stands in the store, or why nothing does."""

    outcome: Outcome
    client_id: str | None
    stored: Stored[Visit] | None = None
    error: CommunityError | None = None


class Walk:
    """Recording in one round by one person."""

    def __init__(
        self,
        store: Store,
        round: Round,
        buildings: Mapping[str, Place],
        catalogue: Catalogue,
        by: Principal,
        cause: Cause,
    ) -> None:
        self._store = store
        self._round = round
        self._buildings = buildings
        self._catalogue = catalogue
        self._by = by
        self._cause = cause
        self._turns = asyncio.Semaphore(_AT_ONCE)

    @classmethod
    async def open(cls, store: Store, round_id: str, by: Principal, cause: Cause) -> "Walk":
        """A walk in the round `round_id`; refused at once to who may not record in it."""
        round = (await store.rounds.get(round_id)).aggregate
        require_walker(round, by)
        buildings = await store.places.those_of(round.buildings)
        return cls(store, round, buildings, await store.catalogues.of(round.community), by, cause)

    @property
    def community(self) -> str:
        """The community of the round."""
        return self._round.community

    async def record(self, command: RecordVisit) -> tuple[Outcome, Stored[Visit]]:
        """Record a visit; sent again, the first one is the answer, even when the round is over.

        Raises:
            RecordedOtherwise: something else was recorded under its id.
        """
        id = visit_id(self._round.id, command.id)
        known = await self._store.visits.find(id)
        if known is None:
            try:
                stored = await self._store.visits.create(
                    id,
                    lambda now: record_visit(self._round, command, self._buildings, self._catalogue, self._by, now),
                    self._cause,
                )
            except AlreadyExists:
                known = await self._store.visits.get(id)
            else:
                return Outcome.RECORDED, stored
        same = visit_of(self._round, command, self._catalogue, known.aggregate.visited_at)
        if not known.aggregate.says_the_same_as(same):
            raise RecordedOtherwise(client_id=command.id)
        return Outcome.ALREADY, known

    async def record_all(self, records: Sequence[Mapping[str, Any]]) -> list[Result]:
        """Record each of `records` by itself; what is wrong with one is no matter of the others.

        Trouble of the store ends the whole, for then the rest would fail as well; what is recorded stays, and the
        walk may be sent again.
        """
        return await asyncio.gather(*(self._result(index, record) for index, record in enumerate(records)))

    async def _result(self, index: int, record: Mapping[str, Any]) -> Result:
        client_id = record.get("id")
        client_id = client_id if isinstance(client_id, str) else None
        async with self._turns:
            try:
                command = _read(index, record)
                photos = [p for finding in command.findings for p in (*finding.before, *finding.after)]
                await self._store.photos.require(photos, self._round.community, self._by)
                outcome, stored = await self.record(command)
            except CommunityError as error:
                if error.status >= 500:
                    raise
                return Result(Outcome.REFUSED, client_id, error=error)
        return Result(outcome, client_id, stored)


def _read(index: int, record: Mapping[str, Any]) -> RecordVisit:
    try:
        return RecordVisit.model_validate(record)
    except ValidationError as error:
        where = [part for part in error.errors()[0]["loc"] if isinstance(part, int) or part in _FIELDS]
        raise MalformedVisit(index=index, field=".".join(map(str, where)) or "unknown field") from None
