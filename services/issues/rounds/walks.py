"""Records a walk: one visit or many, sent once or again, each with its own outcome.

A long walk is recorded in parts. For each part the store is asked once which visits are recorded already, and once for
the photos; then the new visits are recorded, some side by side. So a long walk does not hold up other requests.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, Protocol

from pydantic import ValidationError

from services.chassis.aggregate import Decision, Naming
from services.chassis.errors import AlreadyExists, CommunityError, Invalid
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Cause, Stored
from services.chassis.store.secret import naming_with
from services.issues.catalogue.domain.catalogue import Catalogue
from services.issues.catalogue.store import Catalogues
from services.issues.places.domain.places import Place
from services.issues.rounds.domain.fixed_photos import shown_as_fixed, stale_photos
from services.issues.rounds.domain.record_fields import field_named, is_known
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import (
    Fault,
    FoundHere,
    RecordedOtherwise,
    RecordVisit,
    Visit,
    faults_in,
    record_visit,
    require_walker,
    visit_id,
    visit_of,
)
from services.issues.shared.cache import AggregateCache
from services.issues.shared.values import PhotoOrigin, called
from services.issues.uploads.photos import NotYourPhoto, Photos

PART = 250
"""How many visits are recorded in one part."""

SIDE_BY_SIDE = 32
"""How many visits of a walk are on their way to the store at once. When reading is behind, each waits for its turn,
one after the other; with more of them, the last would be refused because of the walk's own."""


class LooksAtPhotos(Protocol):
    """Looks up the photos that show a fix, before a visit shows them."""

    async def on_walks(
        self, wanted: Mapping[str, Sequence[str]], community: str
    ) -> Mapping[str, Mapping[str, PhotoOrigin]]:
        """The origin of each photo that the visits in `wanted` (ids of photos by id of visit) are to show, by visit and
        photo. The photos are held for these visits."""
        ...

    async def let_go(self, visit: str, ids: Sequence[str]) -> None:
        """Hold the photos `ids` no longer for `visit`, which was refused."""
        ...


class MalformedVisit(
    Invalid,
    code="visit.malformed",
    zh="第 {record} 条记录有误：{field}。",
    en="In record {record}, {field} is wrong.",
):
    """One record of a batch can't be read. `index` counts from 0, for programs, and `record` from 1, for people."""


class Outcome(StrEnum):
    """The outcome of one record."""

    RECORDED = "recorded"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one record: the visit in the store, or the refusal and the faulty findings."""

    outcome: Outcome
    client_id: str | None
    stored: Stored[Visit] | None = None
    error: CommunityError | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Facts:
    """The facts from the store that recording one part needs."""

    recorded: Mapping[str, Stored[Visit]]
    photos: frozenset[str]
    origins: Mapping[str, Mapping[str, PhotoOrigin]]
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Walks:
    """Opens walks in `rounds`. A visit shows `photos` of its walker, and names places and categories. `evidence` looks
    up the photos that show fixes."""

    rounds: Aggregates[Round]
    visits: Aggregates[Visit]
    places: AggregateCache[Place]
    catalogues: Catalogues
    photos: Photos
    evidence: LooksAtPhotos

    async def open(self, round_id: str, by: Principal, cause: Cause) -> "Walk":
        """Open a walk in the round `round_id` for `by`, who must be allowed to record in it.

        Raises:
            UnknownAggregate: there is no such round in a community of `by`.
            NotYours: somebody else walks the round, and `by` is not staff.
        """
        round = (await known(self.rounds, round_id, known_to(by))).aggregate
        require_walker(round, by)
        catalogue, naming = await self.catalogues.of(round.community), await naming_with(self.visits.secret)
        return Walk(self, round, catalogue, by, cause, naming)


class Walk:
    """A walk under way: records visits in one round for one person."""

    def __init__(
        self, walks: Walks, round: Round, catalogue: Catalogue, by: Principal, cause: Cause, naming: Naming
    ) -> None:
        self._walks = walks
        self._round = round
        self._catalogue = catalogue
        self._by = by
        self._cause = cause
        self._naming = naming

    async def record(self, command: RecordVisit) -> tuple[Outcome, Stored[Visit]]:
        """Record a visit. A repetition gets the visit that was recorded first, even when the round is over.

        Raises:
            RecordedOtherwise: another content was recorded under the visit's id.
            NotYourPhoto: the visit shows a photo that the caller has not uploaded.
            FixPhotoUsed, FixPhotoOld: a photo can't show the fix.
        """
        return await self._record(command, await self._facts([command]))

    async def record_all(self, records: Sequence[Any]) -> list[Result]:
        """Record each of `records` by itself, so that a fault of one does not affect the others.

        Trouble of the store raises its error, since the rest would fail as well. Visits that were recorded stay, and
        the walk may be sent again.
        """
        results: list[Result] = []
        for start in range(0, len(records), PART):
            if start:
                self._round = (await self._walks.rounds.get(self._round.id)).aggregate
            results += await self._part(start, records[start : start + PART])
        return results

    async def _part(self, start: int, records: Sequence[Any]) -> list[Result]:
        read = []
        for index, record in enumerate(records, start):
            read.append(_read(index, record))
            await asyncio.sleep(0)
        commands = [command for command in read if isinstance(command, RecordVisit)]
        facts = await self._facts(commands)
        done = iter(await _side_by_side(self._result(command, facts) for command in commands))
        results = [next(done) if isinstance(each, RecordVisit) else each for each in read]
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [result for result in results if isinstance(result, Result)]

    async def _facts(self, commands: Sequence[RecordVisit]) -> _Facts:
        """The facts for `commands`. Photos of visits that are recorded already are not asked for, because they may have
        been deleted since."""
        ids = [visit_id(self._round.id, command.id) for command in commands]
        known = await self._walks.visits.select({"_id": {"$in": ids}}, limit=len(ids) or 1)
        recorded = {stored.aggregate.id: stored for stored in known.items}
        new = [command for id, command in zip(ids, commands, strict=True) if id not in recorded]
        findings = [finding for command in new for finding in command.findings]
        photos = await self._walks.photos.owned(
            chain.from_iterable(_shown(finding) for finding in findings), self._round.community, self._by
        )
        named = {command.building for command in new} | {finding.at for finding in findings if finding.at is not None}
        wanted = {
            visit_id(self._round.id, command.id): [id for id in shown_as_fixed(command) if id in photos]
            for command in new
        }
        origins = await self._walks.evidence.on_walks(wanted, self._round.community)
        return _Facts(recorded, frozenset(photos), origins, await self._walks.places.those_of(sorted(named)))

    async def _result(self, command: RecordVisit, facts: _Facts) -> Result:
        try:
            outcome, stored = await self._record(command, facts)
        except CommunityError as error:
            if error.status >= 500:
                raise
            faults = tuple(self._faults(command, facts))
            blamed = any(type(fault.error) is type(error) for fault in faults)
            return Result(Outcome.REFUSED, command.id, error=error, faults=faults if blamed else ())
        return Result(outcome, command.id, stored)

    async def _record(self, command: RecordVisit, facts: _Facts) -> tuple[Outcome, Stored[Visit]]:
        id = visit_id(self._round.id, command.id)
        known = facts.recorded.get(id)
        if known is None:
            try:
                stored = await self._walks.visits.create(id, lambda now: self._decide(command, facts, now), self._cause)
            except AlreadyExists:
                known = await self._walks.visits.get(id)
            except CommunityError:
                await self._walks.evidence.let_go(id, shown_as_fixed(command))
                raise
            else:
                return Outcome.RECORDED, stored
        same = visit_of(self._round, command, known.aggregate.visited_at, self._naming)
        if not known.aggregate.says_the_same_as(same):
            raise RecordedOtherwise(client_id=command.id)
        return Outcome.ALREADY, known

    def _decide(self, command: RecordVisit, facts: _Facts, now: Any) -> Decision[Visit]:
        decision = record_visit(self._round, command, facts.places, self._catalogue, self._by, now, self._naming)
        for fault in self._photo_faults(command, facts):
            raise fault.error
        return decision

    def _faults(self, command: RecordVisit, facts: _Facts) -> Iterator[Fault]:
        yield from faults_in(command, facts.places, self._catalogue)
        yield from self._photo_faults(command, facts)

    def _photo_faults(self, command: RecordVisit, facts: _Facts) -> Iterator[Fault]:
        yield from _strange_photos(command, facts.photos)
        known = facts.origins.get(visit_id(self._round.id, command.id), {})
        yield from stale_photos(self._round, command, known)


async def _side_by_side(results: Iterable[Coroutine[Any, Any, Result]]) -> list[Result | BaseException]:
    """Run all of `results`, `SIDE_BY_SIDE` at once. Each is begun in its own turn of the event loop, since beginning
    one with many findings takes a while."""
    under_way: list[asyncio.Task[Result]] = []
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def placed(result: Coroutine[Any, Any, Result]) -> Result:
        try:
            return await result
        finally:
            places.release()

    try:
        for result in results:
            await places.acquire()
            under_way.append(asyncio.create_task(placed(result)))
            await asyncio.sleep(0)
        return await asyncio.gather(*under_way, return_exceptions=True)
    except asyncio.CancelledError:
        for task in under_way:
            task.cancel()
        raise


def _strange_photos(command: RecordVisit, photos: frozenset[str]) -> Iterator[Fault]:
    for index, finding in enumerate(command.findings):
        missing = next((photo for photo in _shown(finding) if photo not in photos), None)
        if missing is not None:
            yield Fault(index, finding.id, NotYourPhoto(photo=called(missing, _shown(finding))))


def _shown(finding: FoundHere) -> Sequence[str]:
    return (*finding.before, *finding.after)


def _read(index: int, record: Any) -> RecordVisit | Result:
    try:
        return RecordVisit.model_validate(record)
    except ValidationError as error:
        wrong = [_malformed(index, mistake["loc"]) for mistake in error.errors(include_url=False, include_input=False)]
    faults = {
        where[1]: Fault(where[1], _id_of(record["findings"][where[1]]), refusal)
        for where, refusal in reversed(wrong)
        if len(where) > 1 and where[0] == "findings" and isinstance(where[1], int)
    }
    in_order = tuple(faults[at] for at in sorted(faults))
    return Result(Outcome.REFUSED, _id_of(record), error=wrong[0][1], faults=in_order)


def _malformed(index: int, loc: Sequence[int | str]) -> tuple[Sequence[int | str], MalformedVisit]:
    """The place and refusal of a malformed field at `loc` of the record at `index`. A name that is no field of ours is
    not repeated, because it may be anything."""
    where = [part for part in loc if isinstance(part, int) or is_known(part)]
    return where, MalformedVisit(index=index, record=index + 1, field=field_named(where))


def _id_of(record: Any) -> str | None:
    id = record.get("id") if isinstance(record, dict) else None
    return id if isinstance(id, str) else None
