"""The load of the HTTP benchmarks, a process of its own.

`python -m tests.bench.load PORT TOKEN SECONDS CONNECTIONS < requests`, a line each: a path, a space, a JSON body;
before them `@`, a token and a space, where the caller is another one.

Keep-alive connections that each send the next request when they have the answer to the last, going round in their share
of the requests, or with 0 SECONDS each once; prints answers a second, and ends with an error when an answer is none of
success. Bare sockets, so that the generator takes little of the machine.
"""

import asyncio
import sys
import time
import uuid
from collections.abc import Sequence
from itertools import cycle

OK = (b"HTTP/1.1 200", b"HTTP/1.1 201")


async def connection(port: int, token: str, requests: Sequence[bytes], until: float) -> tuple[int, str]:
    """Requests until the time is up; how many succeeded, and the first other answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    made = [_request(line, token) for line in requests]
    done = 0
    try:
        for head, body in cycle(made) if until else made:
            if until and time.perf_counter() >= until:
                break
            writer.write(head + f"Idempotency-Key: {uuid.uuid4()}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(OK):
                return done, answer.decode(errors="replace") + (await reader.read(2000)).decode(errors="replace")
            await reader.readexactly(_length(answer))
            done += 1
    finally:
        writer.close()
    return done, ""


def _request(line: bytes, token: str) -> tuple[bytes, bytes]:
    if line.startswith(b"@"):
        own, _, line = line[1:].partition(b" ")
        token = own.decode()
    path, _, body = line.partition(b" ")
    head = (
        b"POST " + path + b" HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer " + token.encode() + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n"
    )
    return head, body


def _length(head: bytes) -> int:
    lower = head.lower()
    start = lower.index(b"content-length:") + 15
    return int(lower[start : lower.index(b"\r\n", start)])


async def main(port: int, token: str, seconds: float, connections: int, requests: Sequence[bytes]) -> None:
    """Drive the load and print the figure."""
    shares = [requests[n::connections] or requests for n in range(connections)]
    began = time.perf_counter()
    until = began + seconds if seconds else 0.0
    results = await asyncio.gather(*(connection(port, token, share, until) for share in shares))
    wrong = next((text for _, text in results if text), "")
    if wrong:
        sys.exit(f"refused: {wrong}")
    print(sum(done for done, _ in results) / (time.perf_counter() - began))


if __name__ == "__main__":
    lines = [line for line in sys.stdin.buffer.read().splitlines() if line]
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), lines))
