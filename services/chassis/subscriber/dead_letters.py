"""Lists, shows, replays and drops dead letters, for an operator.

A letter's name is `topic/partition/offset` of the `.dlq`. Each read begins at the earliest record: a `.dlq` is short,
or something is badly wrong and the operator wants to see all of it.

A batch is taken again after a crash or a lost commit, and a record that fails then lies in the `.dlq` more than once.
The operator sees one letter, under the name of the first, and settling that letter settles all of them.
"""

from collections.abc import AsyncIterator, Hashable, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.chassis.errors import Conflict, NotFound
from services.chassis.kafka import record_batches
from services.chassis.kafka.access import OPEN, Access, for_client
from services.chassis.kafka.producer import Producer
from services.chassis.kafka.repairs import repair
from services.chassis.subscriber import dead_letter
from services.chassis.subscriber.record import Record
from services.contracts.envelope import Headers


class UnknownLetter(
    NotFound, code="dead-letter-unknown", zh="没有死信 {name}。", en="There is no open dead letter {name}."
):
    """No open dead letter has this name."""


class NotReplayable(
    Conflict,
    code="dead-letter-not-replayable",
    zh="死信 {name} 不能重放：{why_zh}",
    en="The dead letter {name} can't be replayed: {why_en}",
):
    """A replay would do harm, or there is nothing left to replay."""


_OF_ITS_TIME = frozenset(dead_letter.PREFIX + name for name in ("time", "reason", "detail"))


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as it lies in the `.dlq`."""

    name: str
    key: bytes | None
    value: bytes | None
    headers: Headers

    def mark(self, name: str) -> str:
        """The value of our header `dlq-<name>`: topic, partition, offset, consumer, reason, detail or time."""
        return self.header(dead_letter.PREFIX + name)

    def header(self, name: str) -> str:
        """The value of the header `name` as text, empty where there is none."""
        return next((value or b"" for known, value in self.headers if known == name), b"").decode(errors="replace")

    @property
    def of(self) -> Hashable:
        """The record that failed and the consumer that it failed for: equal for letters that repeat one failure."""
        if not self.mark("offset"):
            return self.name
        kept = (header for header in self.headers if header[0] not in _OF_ITS_TIME)
        return self.key, self.value, tuple(kept)


class DeadLetters:
    """The dead letters of some topics."""

    def __init__(self, bootstrap: str, topics: Sequence[str], producer: Producer, *, access: Access = OPEN) -> None:
        self._bootstrap = bootstrap
        self._access = access
        self._topics = list(topics)
        self._producer = producer

    async def letters(self, *, consumer: str | None = None, reason: str | None = None) -> list[Letter]:
        """The open letters, oldest first within a partition, each once."""
        found: dict[str, Letter] = {}
        settled: set[str] = set()
        async for record in self._records():
            name = f"{record.topic}/{record.partition}/{record.offset}"
            letter = Letter(name, record.key, record.value, _written(record.headers))
            settles = letter.header(dead_letter.SETTLES)
            if settles:
                settled.add(settles)
            else:
                found[name] = letter
        done = {found[name].of for name in settled if name in found}
        firsts: dict[Hashable, Letter] = {}
        for letter in found.values():
            firsts.setdefault(letter.of, letter)
        return [
            letter
            for of, letter in firsts.items()
            if of not in done
            and (consumer is None or letter.mark("consumer") == consumer)
            and (reason is None or letter.mark("reason") == reason)
        ]

    async def letter(self, name: str) -> Letter:
        """The open letter of that name.

        Raises:
            UnknownLetter: there is none.
        """
        for letter in await self.letters():
            if letter.name == name:
                return letter
        raise UnknownLetter(name=name)

    async def replay(self, letter: Letter) -> None:
        """Send the record of `letter` to its topic again, for the consumer that failed, and settle the letter.

        A batch that could not be read is sent record by record, once this program can read it.

        Raises:
            KafkaError: Kafka did not take it; nothing is settled.
            NotReplayable: it is a state (its replay would become the latest one of its key), was too large to keep, or
                is a batch that still can't be read.
        """
        if letter.header(dead_letter.CUT):
            why = ("原消息过大，未保留内容。", "it was too large, only its marks were kept.")
            raise NotReplayable(name=letter.name, why_zh=why[0], why_en=why[1])
        topic, headers = dead_letter.for_replay(letter.headers)
        if topic.endswith(".state"):
            why = ("请重新发布该状态，然后丢弃此死信。", "publish the state again, then drop the letter.")
            raise NotReplayable(name=letter.name, why_zh=why[0], why_en=why[1])
        for key, value, own in _records_of(letter):
            await self._send(topic, key or b"", value, own + headers)
        await self._settle(letter, "replay")

    async def drop(self, letter: Letter) -> None:
        """Settle `letter` without any effect.

        Raises:
            KafkaError: Kafka did not take the mark.
        """
        await self._settle(letter, "drop")

    async def _settle(self, letter: Letter, by: str) -> None:
        topic = letter.name.rsplit("/", 2)[0]
        marks: Headers = [(dead_letter.SETTLES, letter.name.encode()), (dead_letter.SETTLED_BY, by.encode())]
        await self._send(topic, letter.key or b"", None, marks)

    async def _send(self, topic: str, key: bytes, value: bytes | None, headers: Headers) -> None:
        batch = self._producer.batch(await self._producer.place(topic, key))
        batch.add(key, value, headers)
        if await self._producer.send([batch]):
            raise KafkaError(f"{topic} did not take the record")

    async def _records(self) -> AsyncIterator[Record]:
        repair()
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            **for_client(self._access),
        )
        await consumer.start()
        try:
            partitions = [TopicPartition(t, p) for t in self._topics for p in await self._producer.partitions(t)]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            unread = {p for p in partitions if await consumer.position(p) < ends[p]}
            while unread:
                for partition, records in (await consumer.getmany(timeout_ms=1000)).items():
                    for record in records:
                        yield record
                    if await consumer.position(partition) >= ends[partition]:
                        unread.discard(partition)
        finally:
            await consumer.stop()


def _records_of(letter: Letter) -> Sequence[tuple[bytes | None, bytes | None, Headers]]:
    """Key, value and own headers of each record that a replay of `letter` sends again."""
    if not letter.header(dead_letter.BATCH):
        return [(letter.key, letter.value, [])]
    try:
        records = list(record_batches.read(letter.value or b""))
    except record_batches.Unreadable as error:
        why = (f"这一批消息仍无法读取（{error}）。", f"its batch still can't be read ({error}).")
        raise NotReplayable(name=letter.name, why_zh=why[0], why_en=why[1]) from error
    return [(record.key, record.value, _written(record.headers)) for record in records]


def _written(headers: record_batches.RecordHeaders) -> Headers:
    return [(record_batches.spelt(name), value or b"") for name, value in headers if name not in record_batches.MARKS]
