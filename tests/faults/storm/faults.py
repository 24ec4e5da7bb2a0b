"""The faults that a storm is made of: each does harm, lasts for a while, and puts the harm right again."""

import asyncio
import random
import resource
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tests.faults.replica import Replica
from tests.faults.scenarios.ground import Ground

Harm = Callable[[Ground, random.Random, float], Awaitable[str]]
"""Does harm for so many seconds; returns to whom."""


async def kill_replica(ground: Ground, dice: random.Random, seconds: float) -> str:
    """SIGKILL of a service, and a new process at the same address."""
    replica = dice.choice(_running(ground))
    await replica.kill()
    await asyncio.sleep(seconds / 4)
    await replica.start()
    return _name(ground, replica)


async def kill_leader(ground: Ground, dice: random.Random, seconds: float) -> str:
    """SIGKILL of the process that relays for a service."""
    service = dice.choice(sorted({replica.service for replica in ground.replicas}))
    replica = await ground.leader(service)
    await replica.kill()
    await asyncio.sleep(seconds / 4)
    await replica.start()
    return _name(ground, replica)


async def stop_replica(ground: Ground, dice: random.Random, seconds: float) -> str:
    """SIGTERM, as every roll-out sends it."""
    replica = dice.choice(_running(ground))
    await replica.stop()
    await replica.start()
    return _name(ground, replica)


async def freeze_replica(ground: Ground, dice: random.Random, seconds: float) -> str:
    """SIGSTOP, for longer than a lease where the dice say so."""
    replica = dice.choice(_running(ground))
    replica.freeze()
    try:
        await asyncio.sleep(seconds)
    finally:
        replica.thaw()
    return _name(ground, replica)


async def kill_primary(ground: Ground, dice: random.Random, seconds: float) -> str:
    """The member of the store that takes writes dies and comes back."""
    member = await ground.primary()
    await asyncio.to_thread(member.kill)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(member.start)
    return f"member {ground.members.members.index(member)}"


async def kill_secondary(ground: Ground, dice: random.Random, seconds: float) -> str:
    """A member that only follows dies and comes back."""
    member = dice.choice(list(ground.members.others(await ground.primary())))
    await asyncio.to_thread(member.kill)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(member.start)
    return f"member {ground.members.members.index(member)}"


async def freeze_primary(ground: Ground, dice: random.Random, seconds: float) -> str:
    """The primary stops answering; for longer than an election takes, and it wakes up deposed."""
    member = await ground.primary()
    member.freeze()
    try:
        await asyncio.sleep(seconds)
    finally:
        member.thaw()
    return f"member {ground.members.members.index(member)}"


async def step_down(ground: Ground, dice: random.Random, seconds: float) -> str:
    """The primary hands over, as it does for maintenance."""
    member = await ground.primary()
    await asyncio.to_thread(ground.members.step_down, member, 5)
    return f"member {ground.members.members.index(member)}"


async def no_majority(ground: Ground, dice: random.Random, seconds: float) -> str:
    """Both other members die under the primary: what is written meanwhile, no majority has."""
    primary = await ground.primary()
    others = list(ground.members.others(primary))
    for member in others:
        await asyncio.to_thread(member.kill)
    await asyncio.sleep(seconds / 2)
    if dice.random() < 0.5:
        await asyncio.to_thread(primary.kill)
    for member in others:
        await asyncio.to_thread(member.start)
    await asyncio.to_thread(primary.start)
    return f"all but member {ground.members.members.index(primary)}"


async def kill_kafka(ground: Ground, dice: random.Random, seconds: float) -> str:
    """The broker dies and comes back with its log."""
    await asyncio.to_thread(ground.site.kafka.kill)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(ground.site.kafka.start)
    return "broker"


async def fill_disk(ground: Ground, dice: random.Random, seconds: float) -> str:
    """The broker's disk takes nothing more, as one that is full; then there is room, and it is started again."""
    pid = ground.site.kafka.pid
    if pid is not None:
        with suppress(ProcessLookupError):  # another fault has killed it meanwhile
            _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    await asyncio.sleep(seconds)
    await asyncio.to_thread(ground.site.kafka.kill)
    await asyncio.to_thread(ground.site.kafka.start)
    return "broker"


async def freeze_kafka(ground: Ground, dice: random.Random, seconds: float) -> str:
    """The broker stops answering; requests that it has taken are answered much later."""
    ground.site.kafka.freeze()
    try:
        await asyncio.sleep(seconds)
    finally:
        ground.site.kafka.thaw()
    return "broker"


async def cut_kafka(ground: Ground, dice: random.Random, seconds: float) -> str:
    """All connections to the broker are reset, new ones refused."""
    ground.wire.cut()
    try:
        await asyncio.sleep(seconds)
    finally:
        ground.wire.mend()
    return "the wire to the broker"


async def keep_back(ground: Ground, dice: random.Random, seconds: float) -> str:
    """What is under way to the broker arrives late, some of it after its sender has given it up."""
    ground.wire.keep_back(new=dice.random() < 0.5)
    try:
        await asyncio.sleep(seconds)
    finally:
        ground.wire.deliver()
    return "the wire to the broker"


async def slow_wire(ground: Ground, dice: random.Random, seconds: float) -> str:
    """Every piece to and from the broker takes up to half a second."""
    ground.wire.slow_down(dice.uniform(0.05, 0.5))
    try:
        await asyncio.sleep(seconds)
    finally:
        ground.wire.slow_down(0.0)
    return "the wire to the broker"


HARMS: tuple[Harm, ...] = (
    kill_replica,
    kill_replica,
    kill_leader,
    stop_replica,
    freeze_replica,
    freeze_replica,
    kill_primary,
    kill_secondary,
    freeze_primary,
    step_down,
    no_majority,
    kill_kafka,
    freeze_kafka,
    fill_disk,
    cut_kafka,
    keep_back,
    slow_wire,
)
"""What the dice choose from; what stands twice comes twice as often."""


def _running(ground: Ground) -> list[Replica]:
    return [replica for replica in ground.replicas if replica.running]


def _name(ground: Ground, replica: Replica) -> str:
    return f"{replica.service} {ground.of(replica.service).index(replica)}"
