"""One round of the relay: the events of some aggregates packed for Kafka and for the journal.

All events of an aggregate in a round lie in one batch, in order. Events that do not fit wait for the next round.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.chassis.kafka.producer import PartitionBatch, Place, Producer
from services.chassis.store.aggregates import Kind
from services.chassis.store.journal import document
from services.chassis.store.mongo import Document, UpdateMany
from services.chassis.store.outbox import covered
from services.contracts.envelope import SOURCE, Envelope, to_headers
from services.contracts.event import Event, events

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The consecutive events of one aggregate that a round carries, and the partitions they go to."""

    first: int
    last: int
    places: frozenset[Place]


@dataclass(slots=True)
class PackedRound:
    """The batches and journal entries of one round. `left_over`: some events had to wait for the next round."""

    batches: dict[Place, PartitionBatch] = field(default_factory=dict)
    journal: list[Document] = field(default_factory=list)
    stretches: dict[str, Stretch] = field(default_factory=dict)
    left_over: bool = False

    @property
    def doubtful(self) -> set[str]:
        """The ids of aggregates whose records lie in a doubtful batch, which may arrive later than Kafka's answer
        says."""
        places = {place for place, batch in self.batches.items() if batch.doubtful}
        return (
            {id for id, stretch in self.stretches.items() if not stretch.places.isdisjoint(places)} if places else set()
        )

    def arrived(self, failed: set[Place]) -> dict[str, Stretch]:
        """The stretches, by aggregate, that arrived at all of their places. An aggregate with a stretch in a `failed`
        place stops there."""
        if not failed:
            return self.stretches
        return {id: stretch for id, stretch in self.stretches.items() if stretch.places.isdisjoint(failed)}


def clearing(arrived: Iterable[Mapping[str, Stretch]]) -> list[UpdateMany]:
    """The writes that take exactly the arrived events out of the outboxes: one write for all aggregates that have the
    same stretch."""
    alike: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for stretches in arrived:
        for id, stretch in stretches.items():
            alike[stretch.first, stretch.last].append(id)
    return [
        UpdateMany({"_id": {"$in": ids}}, {"$pull": {"outbox": {"seq": {"$gte": first, "$lte": last}}}})
        for (first, last), ids in alike.items()
    ]


def published(entry: Document, model: type[Event]) -> tuple[str, Document] | None:
    """The type and the data that are published of the outbox entry; None where nothing of it is.

    What stays inside is said by the version that wrote the entry, which may have fields that this one does not know.
    Entries of versions that did not say it have those fields that `model` publishes.
    """
    if model.internal:
        return None
    if "told" not in entry:
        veil, data = entry.get("veil", {}), entry["data"]
        shown = model.public_fields & data.keys() if "hidden" not in entry else data.keys() - entry["hidden"]
        return model.type, {name: veil.get(name, value) for name, value in data.items() if name in shown}
    return None if entry["told"] is None else (entry["told"]["type"], entry["told"]["data"])


class Packer:
    """Packs the events of one kind of aggregate."""

    def __init__(self, kind: Kind[Any], producer: Producer, prefix: str) -> None:
        self._kind = kind
        self._producer = producer
        self._facts = prefix + kind.topic.name
        self._states = prefix + kind.topic.state
        self._state_type = "" if kind.state is None else kind.state.type
        self._source = SOURCE.format(service=kind.topic.service)

    async def pack(self, into: PackedRound, found: Document, sent: int) -> None:
        """Pack the events of one aggregate after sequence `sent`, as many as fit.

        Raises:
            KafkaError: the topic is not known.
        """
        id, community = found["_id"], found["state"]["community"]
        outbox = [entry for entry in covered(found["outbox"]) if entry["seq"] > sent]
        if not outbox:
            return
        key = id.encode()
        facts = await self._batch(into, self._facts, key)
        places, reached, model = [facts.place], 0, None
        for entry in outbox:
            model = events().get(entry["type"])
            if model is None:
                # A newer version of the service wrote this event during a roll-out. Its aggregate waits for a relay
                # that knows the event; other aggregates go on.
                log.error("unknown type of event", extra={"event": entry["type"], "aggregate": id})
                break
            if (told := published(entry, model)) is not None:
                type, public = told
                if not facts.add(key, orjson.dumps(public), to_headers(self._envelope(id, community, entry, type))):
                    break
            into.journal.append(document(id, self._kind.name, community, entry))
            reached = entry["seq"]
        last = outbox[-1]
        if reached == last["seq"] == found["v"] and "state" in last:
            if await self.pack_state(into, id, community, last, last["state"], last.get("state_type")):
                places.append((await self._batch(into, self._states, key)).place)
            else:
                reached -= 1  # the last event stays, so that its state travels with the next round
        if reached >= outbox[0]["seq"]:
            into.stretches[id] = Stretch(outbox[0]["seq"], reached, frozenset(places))
        into.left_over |= reached < last["seq"] and model is not None

    async def pack_state(
        self,
        into: PackedRound,
        id: str,
        community: str,
        entry: Document,
        state: bytes | None,
        type: str | None = None,
    ) -> bool:
        """Pack the state of the aggregate `id` as of `entry`; a `state` of None is a tombstone. Returns False when it
        does not fit.

        A state whose `type` is not the kind's own is preceded by a tombstone of the kind's own type, so that a consumer
        which knows only that type drops its copy.
        """
        key, batch = id.encode(), await self._batch(into, self._states, id.encode())
        if type not in (None, self._state_type):
            gone = self._envelope(id, community, entry, self._state_type, mark=".gone")
            if not batch.add(key, None, to_headers(gone)):
                return False
        envelope = self._envelope(id, community, entry, type or self._state_type, mark=".state")
        return batch.add(key, state, to_headers(envelope))

    async def _batch(self, into: PackedRound, topic: str, key: bytes) -> PartitionBatch:
        place = await self._producer.place(topic, key)
        batch = into.batches.get(place)
        if batch is None:
            batch = into.batches[place] = self._producer.batch(place)
        return batch

    def _envelope(self, id: str, community: str, entry: Document, type: str, *, mark: str = "") -> Envelope:
        """The envelope of a record. Cause and trace of a withheld event are left out, because they tell who asked and
        what the event belongs to."""
        seen = {} if "told" in entry else entry
        return Envelope(
            id=f"{id}.{entry['seq']}{mark}",
            type=type,
            source=self._source,
            subject=f"{self._kind.name}/{id}",
            time=entry["time"],
            sequence=entry["seq"],
            partitionkey=id,
            community=community,
            causationid=seen.get("cause"),
            traceparent=seen.get("trace"),
        )
