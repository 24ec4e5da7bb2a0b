"""`python -m tests.faults.rush` plays a rush on one activity and prints how it went.

Left to itself it is the large one: 5,000 registrations of random parties and 1,500 cancels from 64 connections on 300
places, with a `kill -9` in the middle. Two replicas under kills, with notify behind them: `--registrations 2000
--withdrawals 600 --replicas 2 --kills 4 --told`.
"""

import argparse
import asyncio
import tempfile
import uuid
from pathlib import Path

from deploy.local.servers import Servers
from services.chassis.kafka.topics import ensure_topics
from tests.e2e.house import environment
from tests.faults.rush.playing import Crowd, rush


async def main(crowd: Crowd) -> None:
    servers = Servers()
    try:
        with tempfile.TemporaryDirectory() as folder:
            name = f"rush{uuid.uuid4().hex[:6]}"
            found = environment(servers.mongodb(), servers.kafka(), f"{name}.", name, Path(folder))
            partitions = int(found["KAFKA_PARTITIONS"])
            await ensure_topics(found["KAFKA_BOOTSTRAP"], prefix=f"{name}.", partitions=partitions)
            print(f"held: {await rush(found, crowd)}")
    finally:
        servers.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults.rush", description=__doc__)
    for each in ("registrations", "withdrawals", "places", "connections", "replicas", "kills", "seed"):
        parser.add_argument(f"--{each}", type=int, default=getattr(Crowd, each))
    parser.add_argument("--told", action="store_true", help="with notify, and each message counted")
    asyncio.run(main(Crowd(**vars(parser.parse_args()))))
