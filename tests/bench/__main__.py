"""Ours beside its floors, in one run: `python -m tests.bench [http] [costs] [chain] [relay] [subscriber] [walk]
[possible] [reading] [searching] [following] [matching] [helping] [seats] [booking] [board] [fanout] [sending]
[live] [idle]`; and all of them with `make bench`.

Servers come from MONGODB_URL and KAFKA_BOOTSTRAP, else from containers, else they are started on this machine.
"""

import asyncio
import logging
import sys
from importlib import import_module

import uvloop

from deploy.local.servers import Servers as Source
from tests.bench.ground import HEADING, Servers, machine

ALL = (
    "http",
    "costs",
    "chain",
    "relay",
    "subscriber",
    "walk",
    "possible",
    "reading",
    "searching",
    "following",
    "matching",
    "helping",
    "seats",
    "booking",
    "board",
    "fanout",
    "sending",
    "live",
    "idle",
)


async def main(names: list[str]) -> None:
    """Run the benchmarks named, or all of them, and print a line for each figure."""
    source = Source(on_disk=True)
    try:
        servers = Servers(source.mongodb(), source.kafka())
        print(machine())
        print(HEADING, flush=True)
        for name in names or ALL:
            for figure in await import_module(f"tests.bench.{name}").run(servers):
                print(figure, flush=True)
    finally:
        source.close()


if __name__ == "__main__":
    logging.disable(logging.ERROR)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # floors and ours run as services are run
        runner.run(main(sys.argv[1:]))
