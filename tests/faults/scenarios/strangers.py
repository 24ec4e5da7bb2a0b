"""Records that somebody else puts on our topics, which nobody can read: each is one dead letter, and nobody stops."""

from collections import Counter
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer

from services.chassis.clock import utc_now
from services.chassis.kafka.producer import Producer
from services.chassis.subscriber import dead_letter
from services.chassis.subscriber.dead_letters import DeadLetters
from services.contracts.envelope import Envelope, to_headers
from services.contracts.issues import CaseDispatched
from services.contracts.topics import ISSUES
from tests import raw_batches as raw
from tests.e2e.house import COMMUNITY
from tests.faults.scenarios.audit import audit
from tests.faults.scenarios.ground import READY, Ground, ground
from tests.faults.scenarios.hands import Hands
from tests.faults.scenarios.probes import all_consume
from tests.faults.scenarios.reading import Place
from tests.faults.scenarios.site import Site

_OF_FACTS = ("issues", "notify")
"""Who reads the facts of issues, dispatches among them: each finds for itself that a record can't be read."""
_OF_STATES = ("notify",)

Letter = tuple[Place, str, str]
"""Of which record (or last record of a batch), by whom, and why."""


@dataclass
class Stranger:
    """A producer that follows no rule. `placed`: its records; `wanted`: the letters that must come of them."""

    ground: Ground
    producer: AIOKafkaProducer
    placed: set[Place] = field(default_factory=set)
    wanted: set[Letter] = field(default_factory=set)

    async def put_something(self, number: int) -> None:
        """A batch of one to three records of one bad kind."""
        dice = self.ground.dice
        kind = dice.choice(list(_REASONS))
        name, readers = (ISSUES.state, _OF_STATES) if kind == "misnamed-state" else (ISSUES.name, _OF_FACTS)
        topic = self.ground.variables["KAFKA_TOPIC_PREFIX"] + name
        partition = dice.randrange(int(self.ground.variables["KAFKA_PARTITIONS"]))
        count = dice.randint(1, 3)
        batch = [_record(kind, f"stranger-{number}-{n}") for n in range(count)]
        packed = raw.ZSTD if kind == "compressed" else dice.choice([raw.NONE, raw.GZIP])
        first = await raw.send(self.producer, topic, partition, raw.batch(batch, compression=packed))
        places = [(topic, partition, first + n) for n in range(count)]
        self.placed |= set(places)
        for place in places[-1:] if kind == "compressed" else places:
            self.wanted |= {(place, reader, _REASONS[kind]) for reader in readers}


_REASONS = {
    "misnamed": dead_letter.MISNAMED_HEADER,
    "misnamed-state": dead_letter.MISNAMED_HEADER,
    "headless": dead_letter.MALFORMED_ENVELOPE,
    "null": dead_letter.UNEXPECTED_TOMBSTONE,
    "no-json": dead_letter.BAD_JSON,
    "no-data": dead_letter.WRONG_SCHEMA,
    "compressed": dead_letter.UNREADABLE_BATCH,
}


async def unreadable_records(site: Site, seed: int) -> None:
    """A stranger's records lie amid the traffic while a replica is started anew, in order or after SIGKILL."""
    async with ground(site, seed, ("issues", "issues", "notify", "notify")) as here:
        hands = Hands(here)
        await hands.prepare()
        producer = AIOKafkaProducer(bootstrap_servers=here.variables["KAFKA_BOOTSTRAP"])
        await producer.start()
        stranger = Stranger(here, producer)
        restarted, killed = here.dice.choice(here.replicas), here.dice.random() < 0.5
        try:
            async with hands.busy():
                for number in range(12):
                    await hands.more(here.dice.randint(0, 3))
                    await stranger.put_something(number)
                    if number == 4:
                        await (restarted.kill() if killed else restarted.stop())
                    if number == 8:
                        await restarted.start()
                await restarted.ready(READY)
                await hands.more(3)
        finally:
            await producer.stop()
        await all_consume(here, *_OF_FACTS)
        await audit(here, hands.acknowledged, foreign=stranger.placed)
        await hands.told_once()
        letters = await _letters(here)
        missing, invented = stranger.wanted - set(letters), set(letters) - stranger.wanted
        assert not missing, f"no letter: {sorted(missing)[:5]}"
        assert not invented, f"letters of what can be read: {sorted(invented)[:5]}"
        doubled = [letter for letter, times in letters.items() if times > 1]
        assert not doubled, {"more than one letter": doubled[:5]}


async def _letters(here: Ground) -> Counter[Letter]:
    """As an operator sees them."""
    prefix = here.variables["KAFKA_TOPIC_PREFIX"]
    producer = Producer(here.variables["KAFKA_BOOTSTRAP"], client_id="scenarios")
    await producer.run()
    try:
        letters = await DeadLetters(
            here.variables["KAFKA_BOOTSTRAP"], [prefix + ISSUES.dead_letters], producer
        ).letters()
    finally:
        await producer.stop()
    found: Counter[Letter] = Counter()
    for each in letters:
        place = (each.mark("topic"), int(each.mark("partition")), int(each.mark("offset")))
        found[place, each.mark("consumer").rpartition(".")[2], each.mark("reason")] += 1
    return found


def _record(kind: str, id: str) -> raw.RawRecord:
    envelope = Envelope(
        id=f"{id}.1",
        type=CaseDispatched.type,
        source="urn:community:issues",
        subject=f"case/{id}",
        time=utc_now(),
        sequence=1,
        partitionkey=id,
        community=COMMUNITY,
    )
    headers = [(name.encode(), value) for name, value in to_headers(envelope)]
    if kind.startswith("misnamed"):
        headers.append((b"tr\xff\xfeck", b"\x00\xff"))
    if kind == "headless":
        headers = [(name, value) for name, value in headers if name != b"ce_sequence"]
    value = {"null": None, "no-json": b"{\xff"}.get(kind, b"{}")
    return id.encode(), value, headers
