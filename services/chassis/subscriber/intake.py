"""Takes a batch of Kafka records to its effects: every record is taken, refused with a reason, or passed by.

Order: within a key, records are taken one after the other; across keys, side by side. Passing trouble (the store or
Kafka away) is waited out in place with back-off, so nothing overtakes; what can never succeed becomes a dead letter.
When `take` returns, every effect of the batch is stored and its offsets may be committed.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import orjson
from aiokafka.errors import KafkaError
from pydantic import BaseModel, ValidationError

from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, PersonGone, TooMuchContention, Unavailable
from services.chassis.kafka import record_batches
from services.chassis.kafka.producer import Producer
from services.chassis.store.gone import Gone
from services.chassis.store.journal import happened
from services.chassis.store.mongo import (
    BulkWriteError,
    Database,
    Document,
    PyMongoError,
    UpdateOne,
    WriteOp,
    is_passing,
)
from services.chassis.subscriber import dead_letter as dead_letters
from services.chassis.subscriber.dead_letter import Reason
from services.chassis.subscriber.handlers import Handlers, NotYet, Reaction, Received, copied
from services.chassis.subscriber.record import Counts, Record
from services.chassis.subscriber.sifting import Sieve
from services.contracts.envelope import Envelope, MalformedEnvelope, from_headers
from services.contracts.event import State

log = logging.getLogger(__name__)
T = TypeVar("T")


Span = Callable[[str | None, str], AbstractContextManager[str | None]]

_BACK_OFF = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_TRIES_OF_A_BUG = 3
_DUPLICATE = 11000
_NOBODY: frozenset[str] = frozenset()


class Stopping(Exception):
    """The process shuts down; the rest of the batch is left to whoever comes next."""


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A record that was read: its envelope, the people whom it names, and its value: a fact, a state as a document, or
    None where the aggregate was erased."""

    record: Record
    envelope: Envelope
    said: Any
    named: Set[str]


@dataclass(slots=True)
class _Sorted:
    """A batch that was read: effects of reactions by key, and operations for the store in bulk."""

    sieve: Sieve
    reactions: dict[bytes, list[tuple[Record, Received[Any], Reaction]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    writes: dict[str, list[tuple[Record, WriteOp]]] = field(default_factory=lambda: defaultdict(list))
    understood: int = 0


class Intake:
    """The way from records to effects of one consumer."""

    def __init__(
        self,
        consumer: str,
        handlers: Handlers,
        database: Database,
        producer: Producer,
        clock: Clock,
        *,
        span: Span,
        prefix: str = "",
        side_by_side: int = 16,
        wait_for_others: float = 30.0,
        gone: Gone | None = None,
    ) -> None:
        self.consumer = consumer
        self.counts = Counts()
        self.stopping = asyncio.Event()
        self.stirred = time.monotonic()
        """The monotonic time at which an effect last ended, well or not."""
        self._handlers = handlers
        self._database = database
        self._producer = producer
        self._clock = clock
        self._span = span
        self._prefix = prefix
        self._places = asyncio.Semaphore(side_by_side)
        self._wait_for_others = wait_for_others
        self._gone = gone

    async def take(self, records: Sequence[Record]) -> None:
        """Take a batch to its effects.

        Raises:
            Stopping: the process shuts down and something of the batch is not done; nothing may be committed.
        """
        self.counts.received += len(records)
        batch = _Sorted(Sieve(self._gone))
        read = [arrived for record in records if (arrived := await self._read(batch.sieve, record)) is not None]
        await self._outlast(batch.sieve.look)
        for arrived in read:
            try:
                self._sort(batch, arrived)
            except _Refused as error:
                await self._bury(arrived.record, error.reason)
        for collection, operations in batch.writes.items():
            if not operations:
                continue  # the events had nothing to be written
            await self._write(collection, operations)
        await self._outlast(batch.sieve.look_after)
        if batch.reactions:
            results = await asyncio.gather(
                *(self._react(batch.sieve, queue) for queue in batch.reactions.values()), return_exceptions=True
            )
            for result in results:
                if isinstance(result, BaseException):
                    raise result
        self.counts.effects += batch.understood

    async def _read(self, sieve: Sieve, record: Record) -> _Arrived | None:
        """The content of `record`; None where it is not for this consumer, or became a dead letter."""
        if dead_letters.meant_for_other(record.headers, self.consumer):
            self.counts.passed_by += 1
            return None
        if (odd := _oddity(record)) is not None:
            await self._bury(record, odd)
            return None
        try:
            envelope = from_headers(record.headers, record.key)
            model: type[BaseModel]
            said: Any
            if copies := self._handlers.copies.get(envelope.type):
                model, said = copies[0].state, self._state(copies[0].state, record)
            elif (known := self._handlers.model(envelope.type)) is not None:
                if record.value is None:
                    raise _Refused(dead_letters.UNEXPECTED_TOMBSTONE, "a fact has no data")
                said = known.model_validate_json(record.value)
                if (collection := self._handlers.veils.get(envelope.type)) is not None:
                    envelope, said = await self._unveiled(collection, envelope, said)
                model = type(said)
            else:
                self.counts.passed_by += 1
                return None
            named = _NOBODY if said is None else sieve.note(envelope.community, model, said)
            return _Arrived(record, envelope, said, named)
        except MalformedEnvelope as error:
            await self._bury(record, Reason(dead_letters.MALFORMED_ENVELOPE, str(error)))
        except _Refused as error:
            await self._bury(record, error.reason)
        except ValidationError as error:
            await self._bury(record, _reason_of(error))
        except orjson.JSONDecodeError:
            await self._bury(record, Reason(dead_letters.BAD_JSON, "the data is not JSON"))
        return None

    async def _unveiled(self, collection: str, envelope: Envelope, veil: Any) -> tuple[Envelope, Any]:
        """The event that `veil` stands for, from the journal of this service; `veil` itself where no event is
        withheld."""
        found = await self._outlast(
            lambda: happened(self._database, collection, envelope.aggregate_id, envelope.sequence)
        )
        model = None if found is None else self._handlers.model(found["type"])
        if found is None or model is None:
            return envelope, veil
        as_it_was = replace(
            envelope, type=found["type"], causationid=found.get("cause"), traceparent=found.get("trace")
        )
        return as_it_was, model.model_validate(found["data"])

    def _state(self, model: type[State], record: Record) -> Document | None:
        if record.value is None:
            return None
        model.model_validate_json(record.value)
        return cast(Document, orjson.loads(record.value))

    def _sort(self, batch: _Sorted, arrived: _Arrived) -> None:
        """Add the effects of `arrived` to `batch`. Raises `_Refused` where the record can never have its effect."""
        if arrived.envelope.type in self._handlers.copies:
            self._sort_state(batch, arrived.record, arrived.envelope, arrived.said)
        else:
            self._sort_fact(batch, arrived)
        batch.understood += 1

    def _sort_state(self, batch: _Sorted, record: Record, envelope: Envelope, state: Document | None) -> None:
        for copy in self._handlers.copies[envelope.type]:
            if state is not None:
                state = batch.sieve.state(envelope.community, copy.state, state)
            operation = UpdateOne(
                {"_id": envelope.aggregate_id, "seq": {"$lte": envelope.sequence}}, copied(envelope, state), upsert=True
            )
            batch.writes[copy.collection].append((record, operation))

    def _sort_fact(self, batch: _Sorted, arrived: _Arrived) -> None:
        record, envelope = arrived.record, arrived.envelope
        event = batch.sieve.fact(envelope.community, arrived.said, arrived.named)
        if event is None:
            return
        for write in self._handlers.writes.get(envelope.type, ()):
            try:
                operations = write.function(Received(envelope, event, write.name))
            except CommunityError as error:
                raise _Refused(dead_letters.RULE_BROKEN, str(error)) from error
            except Exception as error:
                log.exception("handler failed", extra={"handler": write.name, "event": envelope.id})
                raise _Refused(dead_letters.HANDLER_FAILED, type(error).__name__) from error
            batch.writes[write.collection].extend((record, operation) for operation in operations)
        for name, reaction in self._handlers.reactions.get(envelope.type, ()):
            batch.reactions[record.key or b""].append((record, Received(envelope, event, name), reaction))

    async def _write(self, collection: str, operations: Sequence[tuple[Record, WriteOp]]) -> None:
        """Carry out one bulk write. An operation that the store refuses becomes a dead letter, unless it is a
        repetition."""

        async def bulk() -> list[dict[str, Any]]:
            try:
                await self._database[collection].bulk_write([op for _, op in operations], ordered=False)
            except BulkWriteError as error:
                details = error.details or {}
                if details.get("writeConcernErrors"):
                    raise
                return [failure for failure in details.get("writeErrors", []) if failure.get("code") != _DUPLICATE]
            return []

        try:
            failures = await self._outlast(bulk)
        except (PyMongoError, Stopping):
            raise
        except Exception as error:
            await self._write_singly(collection, operations, error)
            return
        for failure in failures:
            record = operations[failure["index"]][0]
            await self._bury(record, Reason(dead_letters.HANDLER_FAILED, f"the store refused: {failure.get('code')}"))

    async def _write_singly(
        self, collection: str, operations: Sequence[tuple[Record, WriteOp]], error: Exception
    ) -> None:
        """Write operations one by one after the driver failed to encode them together: the one that can't be encoded
        becomes a dead letter, and the others are stored."""
        if len(operations) == 1:
            await self._bury(operations[0][0], Reason(dead_letters.HANDLER_FAILED, type(error).__name__))
            return
        for operation in operations:
            await self._write(collection, [operation])

    async def _react(self, sieve: Sieve, queue: Sequence[tuple[Record, Received[Any], Reaction]]) -> None:
        async with self._places:
            for record, received, reaction in queue:
                await self._react_to(sieve, record, received, reaction)
                self.stirred = time.monotonic()

    async def _react_to(self, sieve: Sieve, record: Record, received: Received[Any], reaction: Reaction) -> None:
        with self._span(received.envelope.traceparent, f"{self.consumer} {received.by}") as traceparent:
            traced = replace(received, traceparent=traceparent)
            try:
                await self._outlast(_sifted(sieve, traced, reaction))
            except NotYet as error:
                await self._bury(record, Reason(dead_letters.NOT_YET, str(error)))
            except CommunityError as error:
                await self._bury(record, Reason(dead_letters.RULE_BROKEN, str(error)))
            except Stopping:
                raise
            except Exception as error:
                log.exception("handler failed", extra={"handler": received.by, "event": received.envelope.id})
                await self._bury(record, Reason(dead_letters.HANDLER_FAILED, type(error).__name__))

    async def _outlast(self, effect: Callable[[], Awaitable[T]]) -> T:
        """Run `effect` until it ends well. Passing trouble is waited out for as long as it takes, `NotYet` for a while;
        any other error is a bug, and gets a few tries."""
        attempt, waited = 0, 0.0
        while True:
            try:
                return await effect()
            except Exception as error:
                self.stirred = time.monotonic()
                if isinstance(error, NotYet | PersonGone):
                    if waited >= self._wait_for_others:
                        raise
                elif isinstance(error, CommunityError):
                    if not isinstance(error, Unavailable | TooMuchContention):
                        raise
                elif not _passes(error) and attempt + 1 >= _TRIES_OF_A_BUG:
                    raise
                pause = _BACK_OFF[min(attempt, len(_BACK_OFF) - 1)]
                self.counts.retries += 1
                log.warning("trying again", extra={"consumer": self.consumer, "error": type(error).__name__})
            attempt += 1
            waited += pause
            await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Stopping()

    async def _bury(self, record: Record, reason: Reason) -> None:
        """Send `record` to its `.dlq` as a dead letter, however long Kafka takes."""
        marked = dead_letters.headers(
            record.headers,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            consumer=self.consumer,
            reason=reason,
            now=self._clock(),
        )
        key, value, letter = dead_letters.fitting(record.key or b"", record.value, marked)

        async def send() -> None:
            topic = f"{record.topic.removesuffix('.state')}.dlq"
            batch = self._producer.batch(await self._producer.place(topic, key))
            batch.add(key, value, letter)
            if await self._producer.send([batch]):
                raise KafkaError("the dead letter was not taken")

        await self._outlast(send)
        self.counts.dead_letters += 1
        log.error(
            "dead letter",
            extra={
                "topic": record.topic,
                "partition": record.partition,
                "offset": record.offset,
                "reason": reason.code,
            },
        )


class _Refused(Exception):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = Reason(code, detail)


def _oddity(record: Record) -> Reason | None:
    """The reason why a record becomes a dead letter before its envelope is read; None where it is read."""
    mark = record_batches.mark(record.headers)
    if mark is None:
        return None
    if mark == record_batches.UNREADABLE:
        return Reason(dead_letters.UNREADABLE_BATCH, record_batches.why(record.headers))
    return Reason(dead_letters.MISNAMED_HEADER, "a header's name is not UTF-8")


def _sifted(sieve: Sieve, received: Received[Any], reaction: Reaction) -> Callable[[], Awaitable[None]]:
    """The effect of a reaction. Where it is refused because somebody was erased meanwhile, it is tried without them."""
    first = True

    async def effect() -> None:
        nonlocal first
        left = received if first else await sieve.again(received)
        first = False
        if left is not None:
            await reaction(left)

    return effect


def _passes(error: Exception) -> bool:
    return is_passing(error) or isinstance(error, KafkaError | TimeoutError | ConnectionError)


def _reason_of(error: ValidationError) -> Reason:
    """The reason `error` as places and kinds of mistakes, without the values, which may be personal."""
    mistakes = error.errors(include_url=False, include_input=False, include_context=False)
    if mistakes and mistakes[0]["type"] == "json_invalid":
        return Reason(dead_letters.BAD_JSON, "the data is not JSON")
    places = "; ".join(f"{'.'.join(map(str, m['loc'])) or 'data'}: {m['type']}" for m in mistakes[:5])
    return Reason(dead_letters.WRONG_SCHEMA, places)
