"""A Kafka that is not there yet: an address where nobody listens until `come_up` is called."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def late_kafka(bootstrap: str) -> AsyncIterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """An address, and what makes the real Kafka answer behind it.

    Clients ask it for the brokers only; to these they connect directly.
    """
    host, port = bootstrap.split(",")[0].rsplit(":", 1)
    servers: list[asyncio.Server] = []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = probe.getsockname()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(_pipe(reader, to_writer), _pipe(to_reader, writer))

    async def come_up() -> None:
        servers.append(await asyncio.start_server(serve, *address))

    try:
        yield f"127.0.0.1:{address[1]}", come_up
    finally:
        for server in servers:
            server.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
