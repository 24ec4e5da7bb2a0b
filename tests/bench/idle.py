"""What each service takes when nothing happens: resident memory, and seconds from its start to ready."""

import asyncio
import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

from services.chassis.store import mongo
from tests.bench.ground import Servers, free_port, topics
from tests.bench.http import ROOT, ready

SERVICES = ("issues", "volunteers", "events", "notify")


async def run(servers: Servers) -> list[str]:
    """A line for each service process."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    client = mongo.connect(servers.mongodb, application="bench")
    lines = []
    try:
        async with topics(servers) as prefix:
            for service in SERVICES:
                lines.append(await _look(servers, prefix, name, service))
    finally:
        for service in SERVICES:
            await client.drop_database(f"{name}_{service}")
        client.close()
    return lines


async def _look(servers: Servers, prefix: str, name: str, service: str) -> str:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "ENVIRONMENT": "test",
            "MONGODB_URL": servers.mongodb,
            f"{service.upper()}_DATABASE": f"{name}_{service}",
            "KAFKA_BOOTSTRAP": servers.kafka,
            "KAFKA_TOPIC_PREFIX": prefix,
            "AUTH_DEVELOPMENT_KEY": str(Path(folder) / "key.json"),
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "services", "run", service, "--port", str(port)]
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT)
        try:
            await ready(f"http://127.0.0.1:{port}/livez")
            alive = time.perf_counter() - began
            await ready(f"http://127.0.0.1:{port}/readyz")
            seconds = time.perf_counter() - began
            megabytes = resident(process.pid)
        finally:
            process.terminate()
            await process.wait()
    return f"{f'idle: {service}':<46}{megabytes:>8,.0f} MB resident, alive in {alive:.1f} s, ready in {seconds:.1f} s"


def resident(pid: int) -> float:
    """The megabytes that the process has in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the process has ended")
