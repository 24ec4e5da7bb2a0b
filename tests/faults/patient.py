"""A service that falls ill when it gets SIGUSR1: `python -m tests.faults.patient ILLNESS run notify --port N`.

The product has no hooks for faults; this process keeps hold of some objects of the product, and on the signal breaks
what hangs by them. ILLNESS:

inside         the tasks that fetch for the consumer, and keep its and the producer's metadata, die of an error
hung-effect    the next effect never comes back, not even when it is cancelled
blocked-loop   the event loop does not turn any more
"""

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from services import __main__ as command
from services.chassis.kafka.producer import Producer
from services.chassis.subscriber.intake import Intake
from services.chassis.subscriber.member import Member

_members: list[Member] = []
_producers: list[Producer] = []
_loops: list[asyncio.AbstractEventLoop] = []
_hung: list[bool] = []


class Unforeseen(RuntimeError):
    """What no library expects."""


def _unforeseen(*_: Any, **__: Any) -> Any:
    raise Unforeseen


def _die_inside() -> None:
    consumers = [member.consumer for member in _members[-1:] if member.consumer is not None]
    for consumer in consumers:
        consumer._fetcher._get_actions_per_node = _unforeseen
    clients = [consumer._client for consumer in consumers]
    clients += [producer._producer.client for producer in _producers if producer._producer is not None]
    for client in clients:
        client._metadata_update = _unforeseen
        client.force_metadata_update()


def _hang_the_next_effect() -> None:
    _hung.append(True)


def _block() -> None:
    _loops[0].call_soon_threadsafe(_sleep_for_ever)


def _sleep_for_ever() -> None:
    while True:
        time.sleep(3600)


ILLNESSES: dict[str, Callable[[], None]] = {
    "inside": _die_inside,
    "hung-effect": _hang_the_next_effect,
    "blocked-loop": _block,
}


def _keep_hold() -> None:
    join, run, react = Member.join, Producer.run, Intake._react

    async def joining(member: Member, patience: float) -> None:
        _members.append(member)
        await join(member, patience)

    async def running(producer: Producer) -> None:
        _producers.append(producer)
        _loops.append(asyncio.get_running_loop())
        await run(producer)

    async def reacting(intake: Intake, sieve: Any, queue: Any) -> None:
        while _hung:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue
        await react(intake, sieve, queue)

    for owner, name, method in ((Member, "join", joining), (Producer, "run", running), (Intake, "_react", reacting)):
        setattr(owner, name, method)


if __name__ == "__main__":
    _keep_hold()
    fall_ill = ILLNESSES[sys.argv[1]]
    signal.signal(signal.SIGUSR1, lambda *_: fall_ill())
    sys.argv = ["services", *sys.argv[2:]]
    sys.exit(command.main())
