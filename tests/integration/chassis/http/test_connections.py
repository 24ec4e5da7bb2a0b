"""What a server of ours does with callers who write no HTTP, never finish, or never read."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.chassis.http.connection import LARGEST_HEAD, LONGEST_ADDRESS, MOST_FIELDS
from tests.integration.chassis.http.raw import Served, parsed, served, told
from tests.waiting import eventually

HASTY = {"http_head_seconds": 1.0, "http_body_seconds": 1.0, "http_answer_seconds": 1.0, "http_idle_seconds": 3.0}
GET = b"GET /api/garden/v1/open HTTP/1.1\r\nHost: garden\r\n"
BOX = b"POST /api/garden/v1/boxes HTTP/1.1\r\nHost: garden\r\nContent-Type: application/json\r\n"
ONCE = b"Connection: close\r\n\r\n"


@pytest.fixture
async def plain(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as serving:
        yield serving


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, **HASTY) as serving:
        yield serving


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"\r\n",
        b"G",
        GET,
        GET + b"X-Long: a",
        b"POST /api/garden/v1/boxes HTTP/1.1\r\nHost: g\r\nContent-Length: 9\r\n",
    ],
)
async def test_a_head_that_stands_still_or_trickles_is_given_up(hasty: Served, begun: bytes) -> None:
    still, slow = await hasty.open(), await hasty.open()
    await still.send(begun)
    await slow.send(begun)
    answers = await asyncio.gather(still.rest(), slow.trickle(b"a" if len(begun) > 2 else b"\r\n"))
    for answer in answers:
        assert answer == b"" or told(answer)[0] in (400, 408)
    if begun.strip():
        assert told(answers[0]) == (408, "request.too-slow")
    await eventually(lambda: hasty.connections() == 0)


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 1000000\r\n\r\n[", b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n"]
)
async def test_a_body_that_stands_still_or_trickles_is_given_up(hasty: Served, framing: bytes) -> None:
    part = b" " if b"Length" in framing else b"1\r\n \r\n"
    still, slow = await hasty.open(), await hasty.open()
    await still.send(BOX + framing)
    await slow.send(BOX + framing)
    for answer in await asyncio.gather(still.rest(), slow.trickle(part)):
        assert told(answer) == (408, "request.too-slow")
    await eventually(lambda: hasty.connections() == 0)


async def test_a_chunk_without_end_is_no_body(plain: Served) -> None:
    wire = await plain.open()
    await wire.send(BOX + b"Transfer-Encoding: chunked\r\n\r\n1;")
    assert told(await wire.trickle(b"a=b;" * 1000, every=0.0)) == (400, "request.bad")


async def test_a_body_in_crumbs_costs_its_sender_no_less_than_us(plain: Served) -> None:
    chunked = BOX + b"Transfer-Encoding: chunked\r\n" + ONCE
    crumbs = b"1\r\n \r\n" * 100_000
    assert told(await plain.say(chunked + crumbs + b"0\r\n\r\n")) == (400, "request.bad")
    value = b'{"anything":"' + b"a" * 200_000 + b'"}'
    small = b"".join(b"8\r\n%b\r\n" % value[at : at + 8].ljust(8) for at in range(0, len(value), 8))
    answer = await plain.say(chunked + small + b"0\r\n\r\n")
    assert told(answer)[0] == 422 or answer.startswith(b"HTTP/1.1 200")


async def test_an_answer_that_nobody_fetches_is_given_up(hasty: Served) -> None:
    wire = await hasty.open()
    wire.reader._transport.pause_reading()  # type: ignore[attr-defined]  # as somebody who never reads
    ask = b"GET /api/garden/openapi.json HTTP/1.1\r\nHost: garden\r\n\r\n"
    for _ in range(2000):
        wire.writer.write(ask)
    await eventually(lambda: hasty.connections() == 1)
    await eventually(lambda: hasty.connections() == 0)


async def test_a_connection_is_kept_between_requests_and_for_slow_bodies_that_flow(hasty: Served) -> None:
    wire = await hasty.open()
    for _ in range(3):
        await wire.send(GET + b"\r\n")
        assert (await wire.answer())[0] == 200
    head, text, end = b'{"anything":{"a":[', b'"' + b"x" * 9_997 + b'",', b'""]}}'
    length = b"Content-Length: %d\r\n\r\n" % (len(head) + 40 * len(text) + len(end))
    await wire.send(BOX + length + head + text * 20)
    for _ in range(20):
        await wire.send(text)
        await asyncio.sleep(0.1)
    await wire.send(end)
    assert (await wire.answer())[0] == 200


async def test_an_unknown_caller_is_refused_before_the_body(plain: Served) -> None:
    wire = await plain.open()
    await wire.send(
        b"POST /api/garden/v1/plants HTTP/1.1\r\nHost: garden\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: 900000\r\n\r\n"
    )
    status, _, body = await wire.answer()
    assert (status, json.loads(body)["code"]) == (401, "token.missing")
    await wire.send(b" " * 900_000)  # what most clients send before they look
    await wire.send(GET + b"\r\n")
    assert (await wire.answer())[0] == 200


async def test_a_body_that_was_answered_is_not_read_for_ever(tmp_path: Path) -> None:
    async with served(tmp_path) as serving:
        wire = await serving.open()
        await wire.send(b"POST /api/garden/v1/plants HTTP/1.1\r\nHost: garden\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert (await wire.answer())[0] == 401
        part = b"%x\r\n%s\r\n" % (1 << 20, b" " * (1 << 20))
        assert await wire.trickle(part, every=0.0) == b""


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET /" + b"a" * (LONGEST_ADDRESS + 1) + b" HTTP/1.1\r\nHost: g\r\n\r\n", (414, "request.address-too-long")),
        (b"GET /?" + b"[" * (LONGEST_ADDRESS + 1) + b" HTTP/1.1\r\nHost: g\r\n\r\n", (414, "request.address-too-long")),
        (GET + b"X: " + b"a" * (LARGEST_HEAD + 100) + b"\r\n\r\n", (431, "request.head-too-large")),
        (GET + b"X: " + b"a" * (2 * LARGEST_HEAD) + b"\r\n\r\n", (431, "request.head-too-large")),
        (GET + b"X: a\r\n" * (MOST_FIELDS + 1) + b"\r\n", (431, "request.head-too-large")),
        (GET + b"X" * (2 * LARGEST_HEAD), (431, "request.head-too-large")),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", (400, "request.bad")),
        (b"GET\r\n\r\n", (400, "request.bad")),
        (b"GET / HTTP/9.9\r\n\r\n", (400, "request.bad")),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, "request.bad")),
        (b"HACK / HTTP/1.1\r\nHost: g\r\n\r\n", (400, "request.bad")),
        (b"CONNECT garden:443 HTTP/1.1\r\nHost: garden:443\r\n\r\n", (400, "request.bad")),
        (b"OPTIONS * HTTP/1.1\r\nHost: g\r\n" + ONCE, (404, "route.unknown")),
        (b"GET /\xff\xfe HTTP/1.1\r\nHost: g\r\n\r\n", (400, "request.bad")),
        (b"GET / HTTP/1.1\r\nHost : g\r\n\r\n", (400, "request.bad")),
        (b"GET / HTTP/1.1\r\nHost: g\r\nX: a\r\n b\r\n\r\n", (400, "request.bad")),
        (b"GET / HTTP/1.1\r\nHost: g\r\nX: \x00\r\n\r\n", (400, "request.bad")),
        (b"GET / HTTP/1.1\r\n" + ONCE, (400, "request.bad")),
        (b"GET / HTTP/1.1\r\nHost: g\r\nHost: g\r\n" + ONCE, (400, "request.ambiguous")),
        (BOX + b"Content-Type: text/plain\r\nContent-Length: 2\r\n" + ONCE + b"{}", (400, "request.ambiguous")),
        (BOX + b"Content-Length: 2\r\nContent-Length: 2\r\n" + ONCE + b"{}", (400, "request.bad")),
        (BOX + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n" + ONCE + b"0\r\n\r\n", (400, "request.bad")),
        (BOX + b"Content-Length: -2\r\n" + ONCE, (400, "request.bad")),
        (BOX + b"Transfer-Encoding: gzip\r\n" + ONCE, (400, "request.bad")),
        (BOX + b"Transfer-Encoding: chunked\r\n" + ONCE + b"zz\r\n", (400, "request.bad")),
        (GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n\r\n", (404, "route.unknown")),
    ],
)  # fmt: skip
async def test_bytes_that_are_no_request_are_refused_with_a_code(
    plain: Served, sent: bytes, expected: tuple[int, str]
) -> None:
    assert told(await plain.say(sent)) == expected
    await eventually(lambda: plain.connections() == 0)


async def test_another_protocol_is_not_taken_up_and_an_address_may_be_whole(plain: Served) -> None:
    for head in (
        GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
        b"GET http://garden/api/garden/v1/open HTTP/1.1\r\nHost: garden\r\n" + ONCE,
        b"GET /api/garden/v1/open HTTP/1.0\r\n\r\n",
    ):
        assert parsed((await plain.say(head)).partition(b"\r\n\r\n")[0])[0] == 200


@pytest.mark.parametrize("count", [2, 50, 3000])
async def test_requests_in_a_row_are_each_answered_in_order(plain: Served, count: int) -> None:
    asked = [b"GET /api/garden/v1/plants/%d HTTP/1.1\r\nHost: garden\r\n" % n for n in range(count)]
    wire = await plain.open()
    sending = asyncio.create_task(wire.send(b"\r\n".join(asked) + ONCE))
    got = await wire.rest()
    await sending
    assert re.findall(rb'"name":"(\d+) spring"', got) == [b"%d" % n for n in range(count)]


async def test_requests_before_one_that_is_none_are_answered(plain: Served) -> None:
    got = await plain.say(GET + b"\r\n" + GET + b"\r\n" + b"NO HTTP\r\n\r\n" + GET + b"\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", got) == [b"200", b"200", b"400"]


async def test_fields_after_a_body_change_nothing(plain: Served) -> None:
    late = plain.gateway.token()["Authorization"].encode()
    sent = (
        b"POST /api/garden/v1/boxes HTTP/1.1\r\nHost: garden\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nf\r\n"
        b'{"anything":{}}\r\n0\r\nContent-Type: text/plain\r\nAuthorization: ' + late + b"\r\n\r\n"
    )
    assert parsed((await plain.say(sent)).partition(b"\r\n\r\n")[0])[0] == 200


async def test_connections_are_bounded_and_the_idlest_makes_room(tmp_path: Path) -> None:
    async with served(tmp_path, http_connections=10) as serving:
        busy = await serving.open()
        await busy.send(BOX + b"Content-Length: 15\r\n\r\n{")
        await eventually(lambda: serving.connections() == 1)
        silent = [await serving.open() for _ in range(30)]
        await eventually(lambda: serving.connections() == 10)
        assert told_alive(await serving.say(b"GET /livez HTTP/1.1\r\nHost: g\r\n" + ONCE))
        await busy.send(b'"anything":{}}')
        assert (await busy.answer())[0] == 200
        for wire in silent:
            wire.writer.close()


async def test_half_sent_bodies_shut_nobody_out(tmp_path: Path) -> None:
    async with served(tmp_path, http_connections=10) as serving:
        flowing = await serving.open()
        await flowing.send(BOX + b"Content-Length: 5002\r\n\r\n{" + b" " * 5000)
        await eventually(lambda: serving.connections() == 1)
        stuck = []
        for _ in range(9):
            stuck.append(await serving.open())
            await stuck[-1].send(BOX + b"Content-Length: 15\r\n\r\n{")
        await eventually(lambda: serving.connections() == 10)
        for _ in range(3):
            assert told_alive(await serving.say(b"GET /livez HTTP/1.1\r\nHost: g\r\n" + ONCE))
        await flowing.send(b"}")
        assert (await flowing.answer())[0] in (200, 422)
        for wire in stuck:
            wire.writer.close()


def told_alive(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200") and b'"alive":true' in answer


_PIECES = (
    b"GET", b"POST", b"/", b"/livez", b"/api/garden/v1/boxes", b" ", b"\t", b"\r\n", b"\n", b"\r", b"HTTP/1.1",
    b"HTTP/1.0", b"Host: g", b"Host:", b": ", b"Content-Length: 3", b"Content-Length: 99999999999999999999",
    b"Content-Length: 0x3",
    b"Transfer-Encoding: chunked", b"Transfer-Encoding:\x0bchunked", b"Content-Type: application/json",
    b"Expect: 100-continue", b"Connection: close",
    b"Connection: Upgrade", b"Upgrade: websocket", b"Upgrade: h2c", b"Authorization: Bearer x.y.z",
    b"Range: bytes=0-", b"{}", b"[[[[", b"0\r\n\r\n", b"3\r\n{ }\r\n", b"ffffffffffffffff\r\n", b"\x00", b"\xff\xfe",
    b"?" + b"a[b]=" * 40, b"%", b"%00", b"..", b"http://g/", b"*", b"\r\n\r\n",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_written_nothing_breaks_and_nothing_hangs(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    async with served(tmp_path, **HASTY) as serving:

        async def write() -> bytes:
            made = b"".join(dice.choice(_PIECES) for _ in range(dice.randrange(1, 30)))
            if dice.random() < 0.7:  # else not even a beginning
                made = dice.choice((GET, BOX)) + made
            return await serving.say(made if dice.random() < 0.5 else made + b"\r\n\r\n")

        for _ in range(5):
            for answer in await asyncio.gather(*(write() for _ in range(20))):
                assert not re.search(rb"HTTP/1\.1 5\d\d", answer), answer
        await eventually(lambda: serving.connections() == 0)
