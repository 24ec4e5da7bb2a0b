"""The load of the HTTP benchmark, a process of its own.

`python -m tests.bench.load PORT PATH BODY TOKEN SECONDS CONNECTIONS`

Keep-alive connections that each send the next request when they have the answer to the last; prints answers a second,
and ends with an error when an answer is not 201. Bare sockets, so that the generator takes little of the machine.
"""

import asyncio
import sys
import time
import uuid

CLOSED = -1


async def connection(port: int, head: bytes, body: bytes, until: float, keyed: bool) -> tuple[int, str]:
    """Requests until the time is up; how many were answered by 201, and the first other answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    try:
        while time.perf_counter() < until:
            key = f"Idempotency-Key: {uuid.uuid4()}\r\n".encode() if keyed else b""
            writer.write(head + key + b"\r\n" + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 201"):
                return done, answer.decode(errors="replace") + (await reader.read(2000)).decode(errors="replace")
            await reader.readexactly(_length(answer))
            done += 1
    finally:
        writer.close()
    return done, ""


def _length(head: bytes) -> int:
    lower = head.lower()
    start = lower.index(b"content-length:") + 15
    return int(lower[start : lower.index(b"\r\n", start)])


async def main(port: int, path: str, body: bytes, token: str, seconds: float, connections: int) -> None:
    """Drive the load and print the figure."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n"
    ).encode()
    began = time.perf_counter()
    until = began + seconds
    results = await asyncio.gather(*(connection(port, head, body, until, keyed=True) for _ in range(connections)))
    wrong = next((text for _, text in results if text), "")
    if wrong:
        sys.exit(f"not 201: {wrong}")
    print(sum(done for done, _ in results) / (time.perf_counter() - began))


if __name__ == "__main__":
    asyncio.run(
        main(int(sys.argv[1]), sys.argv[2], sys.argv[3].encode(), sys.argv[4], float(sys.argv[5]), int(sys.argv[6]))
    )
