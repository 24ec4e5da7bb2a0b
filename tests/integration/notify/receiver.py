"""An HTTP server on loopback that answers as it is told: at once, late, wrongly, or by hanging up half-way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Asked:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with each of `answers` in turn, the last one for ever: a status with body and headers, or a fault."""

    answers: list[tuple[int, str] | str] = field(default_factory=lambda: [(200, '{"errcode":0,"code":"OK"}')])
    headers: str = ""
    port: int = 0
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.asked.append(Asked(first.split()[1], headers, body))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer == "silent":
                await reader.read()  # until the other side hangs up
            elif answer == "drip":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not reader.at_eof():
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0.02)
            elif answer == "hang up":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nha")
            elif isinstance(answer, tuple):
                status, text = answer
                raw = text.encode()
                head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(raw)}\r\n{self.headers}"
                writer.write(f"{head}Connection: close\r\n\r\n".encode() + raw)
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def receiving(*answers: tuple[int, str] | str, headers: str = "") -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver(list(answers), headers) if answers else Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
