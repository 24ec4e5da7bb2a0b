"""A gateway behind the server that processes have, and callers who write their requests byte by byte."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.commands.server import server_of
from tests.unit.chassis.http.gateway import Gateway
from tests.waiting import eventually, patiently

PATIENCE = patiently(20.0)
"""Seconds after which what should have ended by itself counts as hanging."""


@dataclass
class Wire:
    """One connection, as its caller sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def rest(self) -> bytes:
        """All that comes until the server closes."""
        try:
            return await asyncio.wait_for(self.reader.read(), PATIENCE)
        except ConnectionError:
            return b""

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer, which says how long it is."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)
        status, headers = parsed(head)
        body = await asyncio.wait_for(self.reader.readexactly(int(headers.get("content-length", "0"))), PATIENCE)
        return status, headers, body

    async def trickle(self, part: bytes, every: float = 0.05) -> bytes:
        """Send `part` again and again until the server has enough; what it said."""
        saying = asyncio.create_task(self.rest())
        while not saying.done():
            try:
                await self.send(part)
            except ConnectionError:
                break
            await asyncio.wait([saying], timeout=every)
        return await saying


def parsed(head: bytes) -> tuple[int, dict[str, str]]:
    """The status and the headers of an answer."""
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    return int(first.split(" ")[1]), {name.lower(): text.strip() for name, _, text in (x.partition(":") for x in lines)}


def told(answer: bytes) -> tuple[int, str]:
    """Status and code of the one refusal in `answer`."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return parsed(head)[0], json.loads(body)["code"]


@dataclass
class Served:
    """The gateway at a port."""

    gateway: Gateway
    port: int
    server: Any

    async def open(self) -> Wire:
        return Wire(*await asyncio.open_connection("127.0.0.1", self.port))

    async def say(self, data: bytes) -> bytes:
        """What comes back for `data` on a connection of its own, until the server closes it."""
        wire = await self.open()
        try:
            await wire.send(data)
            return await wire.rest()
        except ConnectionError:
            return b""
        finally:
            wire.writer.close()

    def connections(self) -> int:
        return len(self.server.server_state.connections)


@asynccontextmanager
async def served(directory: Path, **changes: Any) -> AsyncIterator[Served]:
    """A gateway whose server has `changes` of its settings."""
    calm = {"rate_limit_per_second": 0, "rate_limit_address_per_second": 0, "shutdown_seconds": 5}
    gateway = Gateway(directory, {**calm, **changes})
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = server_of(gateway.app, gateway.settings)
    serving = asyncio.create_task(server.serve([listening]))
    try:
        await eventually(lambda: server.started)
        yield Served(gateway, listening.getsockname()[1], server)
    finally:
        server.should_exit = True
        await serving
        listening.close()
