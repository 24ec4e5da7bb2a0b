"""Dead letters in an operator's hands: found, shown, replayed to who failed and to nobody else, dropped."""

from dataclasses import replace

import pytest

from services.chassis.clock import utc_now
from services.chassis.errors import StaleVersion
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.dead_letters import DeadLetters, Letter, NotReplayable, UnknownLetter
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.subscriber.intake import Intake
from tests.integration.chassis.lab import Lab, fact, same_span
from tests.integration.chassis.workshop import ME, ThingBumped, ThingMade, ThingState, bump, make
from tests.waiting import eventually


@pytest.fixture
def dead_letters(lab: Lab) -> DeadLetters:
    return DeadLetters(lab.kafka, [lab.dead_letters], lab.producer)


class Ward:
    """A consumer that refuses things until it is healed; the effect is a bump of a thing of its own, taken once."""

    def __init__(self, lab: Lab, name: str, *, healthy: bool = False) -> None:
        self.lab, self.name, self.healthy = lab, name, healthy
        self.handlers = Handlers()
        self.seen: list[str] = []
        things = lab.things()

        @self.handlers.on(ThingBumped)
        async def bumped(received: Received[ThingBumped]) -> None:
            self.seen.append(received.envelope.id)
            if received.envelope.sequence == 2 and not self.healthy:
                raise StaleVersion(version=2)
            await things.change(self.own, bump, received.cause, taken=received.taken)

        self.intake = Intake(f"{lab.prefix}{name}", self.handlers, lab.store, lab.producer, utc_now, span=same_span)
        self.consumer = Consumer(lab.kafka, self.intake, [lab.facts], group=self.intake.consumer)

    @property
    def own(self) -> str:
        return f"count-{self.name}"

    async def open(self) -> None:
        await self.lab.things().create(self.own, make(self.own), ME)
        await self.consumer.run()

    async def count(self) -> int:
        return (await self.lab.things().get(self.own)).aggregate.n


async def test_a_replay_reaches_only_the_consumer_that_failed_and_has_its_effect_after_later_events(
    lab: Lab, dead_letters: DeadLetters
) -> None:
    """Sequence 3 of the same aggregate was taken meanwhile: the replay of 2 is older and yet not a repetition."""
    ill, well = Ward(lab, "ill"), Ward(lab, "well", healthy=True)
    await ill.open()
    await well.open()
    for sequence in (2, 3):
        await lab.publish_fact("thing-1", sequence, ThingBumped(n=sequence))
    await eventually(lambda: len(ill.seen) == 2)
    await eventually(lambda: len(well.seen) == 2)
    (letter,) = await lab.letters()
    ill.healthy = True

    await dead_letters.replay(letter)
    await eventually(lambda: ill.seen == ["thing-1.2", "thing-1.3", "thing-1.2"])
    await eventually(lambda: well.intake.counts.passed_by == 1)
    await ill.consumer.stop()
    await well.consumer.stop()

    assert (await ill.count(), await well.count()) == (2, 2)
    assert well.seen == ["thing-1.2", "thing-1.3"]
    assert await dead_letters.letters() == []


async def test_a_replay_that_fails_again_is_a_new_letter_of_the_replay(lab: Lab, dead_letters: DeadLetters) -> None:
    ill = Ward(lab, "ill")
    await ill.open()
    await lab.publish_fact("thing-1", 2, ThingBumped(n=2))
    (first,) = await lab.letters()

    await dead_letters.replay(first)
    await eventually(lambda: len(ill.seen) == 2)
    (second,) = await lab.letters()
    await ill.consumer.stop()

    assert second.name != first.name
    assert int(second.mark("offset")) > int(first.mark("offset"))
    marks = [name for name, _ in second.headers if name.startswith("dlq-")]
    assert len(marks) == len(set(marks))
    assert [header for header in second.headers if header[0].startswith("ce_")] == [
        header for header in first.headers if header[0].startswith("ce_")
    ]


async def test_a_dropped_letter_is_settled_and_has_no_effect(lab: Lab, dead_letters: DeadLetters) -> None:
    ill = Ward(lab, "ill")
    await ill.open()
    await lab.publish_fact("thing-1", 2, ThingBumped(n=2))
    await lab.publish_fact("thing-2", 2, ThingBumped(n=2))
    letters = await lab.letters(at_least=2)
    dropped = next(letter for letter in letters if letter.key == b"thing-1")

    await dead_letters.drop(dropped)

    assert [letter.key for letter in await dead_letters.letters()] == [b"thing-2"]
    with pytest.raises(UnknownLetter):
        await dead_letters.letter(dropped.name)
    await ill.consumer.stop()
    assert await ill.count() == 0


async def test_letters_are_found_by_name_consumer_and_reason(lab: Lab, dead_letters: DeadLetters) -> None:
    for name in ("one", "other"):
        ward = Ward(lab, name)
        await ward.open()
        if name == "one":
            await lab.publish(b"thing-9", b"nonsense", [])
            await lab.publish_fact("thing-1", 2, ThingBumped(n=2))
        await lab.letters(at_least=2 if name == "one" else 4)
        await ward.consumer.stop()

    letters = await dead_letters.letters()

    assert len({letter.name for letter in letters}) == 4
    assert {letter.mark("reason") for letter in letters} == {"malformed-envelope", "rule-broken"}
    of_one = await dead_letters.letters(consumer=f"{lab.prefix}one", reason="rule-broken")
    assert [letter.key for letter in of_one] == [b"thing-1"]
    assert await dead_letters.letter(of_one[0].name) == of_one[0]
    with pytest.raises(UnknownLetter):
        await dead_letters.letter("nowhere/0/0")


async def test_a_malformed_record_is_replayed_as_it_came(lab: Lab, dead_letters: DeadLetters) -> None:
    key, value, headers = fact("thing-1", 2, ThingBumped(n=2))
    malformed = [(name, b"\xff" if name == "ce_type" else text) for name, text in headers]
    ward = Ward(lab, "one", healthy=True)
    await ward.open()
    await lab.publish(key, value, malformed)
    (letter,) = await lab.letters()
    await dead_letters.replay(letter)
    await eventually(lambda: ward.intake.counts.dead_letters == 2)
    await ward.consumer.stop()

    first, second = await lab.read(lab.facts)
    assert (second.key, second.value) == (first.key, first.value)
    assert list(second.headers)[:-1] == list(first.headers)
    assert second.headers[-1] == ("replay-for", ward.intake.consumer.encode())


async def test_a_state_is_not_replayed(lab: Lab, dead_letters: DeadLetters) -> None:
    """On a compacted topic the replay would be the latest record of its key, marked as not meant for anybody else."""
    handlers = Handlers()
    handlers.copy(ThingState, "copies")
    key, _, headers = fact("thing-1", 1, ThingMade(n=1))
    typed = [(name, ThingState.type.encode() if name == "ce_type" else text) for name, text in headers]
    await lab.publish(key, b"{}", typed, topic=lab.states)
    async with lab.subscribed(handlers):
        (letter,) = await lab.letters()

    with pytest.raises(NotReplayable) as refusal:
        await dead_letters.replay(letter)

    assert "publish the state again" in refusal.value.sentence("en")
    assert len(await lab.read(lab.states)) == 1
    assert [open_one.name for open_one in await dead_letters.letters()] == [letter.name]


async def test_a_letter_that_was_cut_is_not_replayed(dead_letters: DeadLetters) -> None:
    with pytest.raises(NotReplayable):
        await dead_letters.replay(Letter("t.dlq/0/0", b"", None, [("dlq-cut", b"3000000"), ("dlq-topic", b"t")]))


@pytest.mark.parametrize("settled", ["first", "again"])
async def test_a_failure_that_was_told_twice_is_one_letter_and_settled_at_once(
    lab: Lab, dead_letters: DeadLetters, settled: str
) -> None:
    """As after a crash between the letter and the commit; another record's letter, and another consumer's, stay."""
    key, value, own = fact("thing-1", 1, ThingMade(n=1))

    async def letter(offset: int, consumer: str, time: str) -> None:
        marks = {"topic": lab.facts, "partition": "0", "offset": str(offset), "consumer": consumer, "time": time}
        headers = own + [(f"dlq-{name}", mark.encode()) for name, mark in marks.items()]
        await lab.publish(key, value, headers, topic=lab.dead_letters)

    for time in ("first", "again"):
        await letter(1, "one", time)
    await letter(1, "other", "first")
    await letter(2, "one", "first")
    told = [(each.mark("offset"), each.mark("consumer"), each.mark("time")) for each in await dead_letters.letters()]
    assert told == [("1", "one", "first"), ("1", "other", "first"), ("2", "one", "first")]

    first = (await dead_letters.letters())[0]
    topic, partition, offset = first.name.rsplit("/", 2)
    name = first.name if settled == "first" else f"{topic}/{partition}/{int(offset) + 1}"
    await dead_letters.drop(replace(first, name=name))
    assert [(each.mark("offset"), each.mark("consumer")) for each in await dead_letters.letters()] == [
        ("1", "other"),
        ("2", "one"),
    ]
