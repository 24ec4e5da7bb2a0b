"""The parts of a service together: they start in any order of what they need, and stop in one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from services.chassis.background import Background
from services.chassis.clock import utc_now
from services.chassis.kafka.producer import Producer
from services.chassis.relay.relay import Lane
from services.chassis.store.lease import Lease
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.handlers import Handlers, Received
from tests.integration.chassis.lab import Lab, first_arrivals
from tests.integration.chassis.late import late_kafka
from tests.integration.chassis.workshop import ME, ThingMade, bump, make
from tests.waiting import eventually


class Plant:
    """One process of a service: its machinery, what reached its handlers, what died."""

    def __init__(self, lab: Lab, name: str, kafka: str, ttl: float = 1.0) -> None:
        self.seen: list[str] = []
        self.died: list[str] = []
        handlers = Handlers()

        @handlers.on(ThingMade)
        async def made(received: Received[ThingMade]) -> None:
            self.seen.append(received.envelope.id)

        self.producer = Producer(kafka, client_id=name, time_out=2.0)
        self.leading = Lease(lab.store, "relay", ttl=timedelta(seconds=ttl), holder=name)
        self._lab = lab
        self._handlers, self._kafka, self._name = handlers, kafka, name
        self.lane: Lane
        self.background: Background

    async def build(self) -> Background:
        lab = self._lab
        self.lane = await lab.lane(self.leading, producer=self.producer)
        self.consumer = Consumer(self._kafka, lab.intake(self._handlers), [lab.facts], group=lab.group)
        self.background = Background(
            database=lab.store,
            clock=utc_now,
            producer=self.producer,
            consumer=self.consumer,
            leading=self.leading,
            sweeping=Lease(lab.store, "sweeps", ttl=timedelta(seconds=1), holder=self._name),
            lanes=[self.lane],
            relayed=self.lane.relayed,
            indexes={"things": lab.things().indexes()},
            sweeps=(),
            on_death=self.died.append,
        )
        return self.background


@asynccontextmanager
async def plant(lab: Lab, name: str, kafka: str = "") -> AsyncIterator[Plant]:
    """A process that runs until the end of the block."""
    one = Plant(lab, name, kafka or lab.kafka)
    background = await one.build()
    background.start()
    try:
        yield one
    finally:
        await background.stop()


async def test_it_starts_at_once_while_kafka_is_away_and_goes_on_when_it_comes(lab: Lab) -> None:
    async with late_kafka(lab.kafka) as (address, come_up), plant(lab, "one", address) as one:
        things = lab.things(one.lane.committed)
        await things.create("thing-1", make("thing-1"), ME)
        await eventually(lambda: one.background.indexed and one.leading.held)
        assert not one.background.joined
        assert (await one.background.backlog()).waiting == 1

        await come_up()
        await eventually(lambda: one.seen == ["thing-1.1"])

        assert one.background.joined
        await eventually(lab.relayed)
        assert one.died == []


async def test_a_stop_gives_the_lease_up_so_that_the_next_process_relays_at_once(lab: Lab) -> None:
    async with plant(lab, "one") as one:
        await eventually(lambda: one.leading.held)
    lease = await lab.lease("two", seconds=60)
    assert lease.held


async def test_a_stop_while_kafka_never_came_returns(lab: Lab) -> None:
    async with late_kafka(lab.kafka) as (address, _), plant(lab, "one", address) as one:
        await eventually(lambda: one.leading.held)
    assert one.died == []


async def test_two_processes_relay_everything_once_led_by_one(lab: Lab) -> None:
    """The one that leads stops in the middle; whoever commits, it is relayed."""
    async with plant(lab, "two") as two:
        async with plant(lab, "one") as one:
            await eventually(lambda: one.leading.held or two.leading.held)
            for number in range(6):
                await lab.things().create(f"thing-{number}", make(f"thing-{number}"), ME)
        for number in range(6):
            await lab.things().change(f"thing-{number}", bump, ME)
        await eventually(lab.relayed)
        assert two.leading.held
    assert first_arrivals(await lab.read(lab.facts)) == {f"thing-{number}": [1, 2] for number in range(6)}
    assert await lab.journal() == {f"thing-{number}": [1, 2] for number in range(6)}


async def test_a_part_that_dies_is_told(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that answers and no longer relays would be worse than one that restarts."""

    async def die(*_args: object) -> None:
        raise ZeroDivisionError

    async with plant(lab, "one") as one:
        monkeypatch.setattr(one.lane, "_pass", die)
        one.lane.nudge()
        await eventually(lambda: one.died == ["relay of thing"])
