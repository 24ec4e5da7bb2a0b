"""Bodies: how large, how deep, and that JSON is JSON."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import orjson
import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.http.body import DEEPEST, check_json
from services.chassis.http.body_budget import room_of
from services.chassis.http.demands import BULKY
from services.chassis.http.refusals import BodyNotJson, BodyTooDeep, NumberOutOfRange
from services.chassis.http.routes import NotInPieces, RouteIndex
from tests.unit.chassis.http.gateway import Gateway
from tests.waiting import eventually

LIMIT = 2048
UPLOAD = 8192
BOXES = "/api/garden/v1/boxes"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def small(tmp_path: Path) -> Gateway:
    return Gateway(tmp_path, {"max_body_bytes": LIMIT, "max_upload_bytes": UPLOAD})


def sized(size: int) -> bytes:
    frame = b'{"anything":{"a":""}}'
    return frame[:-3] + b"x" * (size - len(frame)) + frame[-3:]


async def chunked(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 100):
        yield body[start : start + 100]


class Endless:
    """A body without end that says how much of it was read."""

    read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.read += 1000
            yield b" " * 1000


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


async def test_a_body_at_the_limit_passes_declared_or_not(small: Gateway) -> None:
    assert (await small.client.post(BOXES, content=sized(LIMIT), headers=JSON)).status_code == 200
    assert (await small.client.post(BOXES, content=chunked(sized(LIMIT)), headers=JSON)).status_code == 200


async def test_a_body_beyond_it_is_refused_declared_or_not(small: Gateway) -> None:
    declared = await small.client.post(BOXES, content=sized(LIMIT + 1), headers=JSON)
    streamed = await small.client.post(BOXES, content=chunked(sized(LIMIT + 1)), headers=JSON)
    for answer in (declared, streamed):
        assert (answer.status_code, code(answer)) == (413, "body.too-large")
        assert answer.json()["params"] == {"limit": LIMIT}


@pytest.mark.parametrize("kind", ["application/json", "application/merge-patch+json"])
async def test_an_endless_body_is_not_read_to_its_end(small: Gateway, kind: str) -> None:
    body = Endless()
    answer = await small.client.post(BOXES, content=body, headers={"Content-Type": kind})
    assert (answer.status_code, code(answer)) == (413, "body.too-large")
    assert body.read <= LIMIT + 2000


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json, text/plain",
        "text/plain; application/json",
        "text/json",
    ],
)
async def test_a_kind_that_the_route_does_not_read_is_refused_unread(small: Gateway, kind: str) -> None:
    body = Endless()
    answer = await small.client.post(BOXES, content=body, headers={"Content-Type": kind})
    assert (answer.status_code, code(answer)) == (415, "media-type.unsupported")
    assert body.read == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/garden/v1/plants"),
        ("POST", "/api/garden/v1/nothing"),
        ("PUT", "/api/garden/v1/plants"),
        ("GET", "/api/garden/v1/closed"),
        ("GET", "/api/garden/v1/open"),
        ("POST", "/api/garden/v1/shed/tools/spade"),
        ("POST", "/api/garden/v1/shed/seeds"),
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
async def test_no_body_is_read_of_an_unknown_caller_or_where_the_route_reads_none(
    small: Gateway, method: str, path: str, kind: str
) -> None:
    for token in ({}, {"Authorization": "Bearer x.y.z"}):
        body = Endless()
        headers = {"Content-Type": kind, **token}
        answer = await small.client.request(method, path, content=body, headers=headers)
        assert answer.status_code in {200, 401, 404, 405}
        assert body.read == 0


async def test_a_declared_size_is_refused_before_anything_is_read(small: Gateway) -> None:
    body = Endless()
    headers = {**JSON, "Content-Length": str(LIMIT + 1)}
    assert (await small.client.post(BOXES, content=body, headers=headers)).status_code == 413
    assert body.read == 0


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "٣"])
async def test_a_size_that_is_no_number_is_refused(small: Gateway, length: str) -> None:
    headers = [(b"content-length", length.encode()), (b"content-type", b"application/json")]
    answer = await small.client.post(BOXES, content=chunked(b"{}"), headers=headers)
    assert (answer.status_code, code(answer)) == (400, "request.bad")


async def test_uploads_have_a_limit_of_their_own(small: Gateway) -> None:
    def post(size: int) -> dict[str, tuple[str, bytes]]:
        return {"file": ("a.jpg", b"x" * size)}

    answer = await small.client.post("/api/garden/v1/photos", files=post(UPLOAD - 1000))
    assert (answer.status_code, answer.json()) == (200, UPLOAD - 1000)
    refused = await small.client.post("/api/garden/v1/photos", files=post(UPLOAD + 1))
    assert (refused.status_code, refused.json()["params"]) == (413, {"limit": UPLOAD})


def many(size: int) -> bytes:
    return b"[" + b",".join([b'{"anything":{"a":[[1]]}}'] * (size // 25)) + b"]"


DEPTHS = [33, 34, 254, 255, 500, 900, *range(976, 1026, 7), 1024, 1025, 5000, 100_000]


@pytest.mark.parametrize("frame", [("[", "]"), ('{"a":', "}"), ("[1,", "]")])
@pytest.mark.parametrize(
    "kind", ["application/json", "application/merge-patch+json", "application/json; charset=utf-16"]
)
async def test_json_beyond_the_bound_of_depth_is_refused_at_every_depth(
    gateway: Gateway, frame: tuple[str, str], kind: str
) -> None:
    for depth in DEPTHS:
        for path in (BOXES, "/api/garden/v1/7/boxes", "/api/garden/v1/plants"):
            headers = {**gateway.token(), "Content-Type": kind, "Idempotency-Key": "k"}
            answer = await gateway.client.post(path, content=nested(depth, frame), headers=headers)
            assert (answer.status_code, code(answer)) == (400, "body.too-deep"), (depth, path)


async def test_small_bodies_that_hold_too_much_are_refused(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    full = b'{"anything":{"a":[' + b"[]," * 60_000 + b"[]]}}"
    answer = await gateway.client.post(BOXES, content=full, headers=JSON)
    assert (answer.status_code, code(answer)) == (413, "body.too-many-values")


async def test_json_parsed_in_pieces_is_what_was_sent(tmp_path: Path) -> None:
    wide = Gateway(tmp_path, {"max_upload_bytes": 4_000_000})
    answer = await wide.client.post("/api/garden/v1/2/boxes", content=many(2_000_000), headers=JSON)
    assert answer.json() == 160_000
    wrong = many(2_000_000)[:-2] + b",]"
    refused = await wide.client.post("/api/garden/v1/2/boxes", content=wrong, headers=JSON)
    assert (refused.status_code, code(refused)) == (400, "body.not-json")
    assert refused.json()["params"]["column"] > 1_900_000


async def test_others_have_their_turn_while_a_large_body_is_read(tmp_path: Path) -> None:
    wide = Gateway(tmp_path, {"max_upload_bytes": 8_000_000})
    content = b"[" + b",".join([b'{"anything":{"a":"' + b"x" * 200 + b'"}}'] * 30_000) + b"]"
    asking = asyncio.create_task(wide.client.post("/api/garden/v1/1/boxes", content=content, headers=JSON))
    answered = 0
    while not asking.done():
        assert (await wide.client.get("/livez")).status_code == 200
        answered += 1
        await asyncio.sleep(0)
    assert (await asking).json() == 30_000
    assert answered > 50


async def test_a_route_for_many_things_must_be_read_in_pieces() -> None:
    plain = APIRouter()
    plain.add_api_route("/many", lambda: None, methods=["POST"], openapi_extra=BULKY)
    with pytest.raises(NotInPieces):
        RouteIndex(plain.routes)


async def test_bodies_that_are_read_share_one_room(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, {"max_reading_bytes": 1_048_576 + 64, "max_upload_bytes": 900_000})
    token = gateway.token()
    go_on = asyncio.Event()

    async def held(size: int) -> AsyncIterator[bytes]:
        yield many(size)[:-1]
        await go_on.wait()
        yield b"]"

    async def post(size: int, headers: dict[str, str]) -> httpx.Response:
        headers = {**JSON, **headers}
        return await gateway.client.post("/api/garden/v1/1/boxes", content=held(size), headers=headers)

    room = room_of(1_048_576 + 64)
    first = asyncio.create_task(post(800_000, token))
    await eventually(lambda: room.taken >= 800_000)
    full = await post(300_000, token)
    assert (full.status_code, code(full)) == (503, "server.busy")
    assert full.headers["retry-after"]
    stranger = await post(270_000, {})
    assert (stranger.status_code, code(stranger)) == (503, "server.busy")
    little = await gateway.client.post(BOXES, content=b'{"anything":{}}', headers=JSON)
    assert little.status_code == 200
    go_on.set()
    assert (await first).status_code == 200
    assert room.taken == 0
    assert (await post(300_000, token)).status_code == 200
    upload = {"file": ("a.jpg", b"x" * 300_000)}
    assert (await gateway.client.post("/api/garden/v1/photos", files=upload)).json()["code"] == "server.busy"
    assert (await gateway.client.post("/api/garden/v1/photos", files=upload, headers=token)).status_code == 200
    assert room.taken == 0


async def test_a_route_for_many_things_at_once_takes_as_much_as_an_upload(small: Gateway) -> None:
    row = "/api/garden/v1/7/boxes"
    answer = await small.client.post(row, content=many(UPLOAD - 100), headers=JSON)
    assert (answer.status_code, answer.json()) == (200, (UPLOAD - 100) // 25 * 7)
    for path, limit in ((row, UPLOAD), (BOXES, LIMIT)):
        refused = await small.client.post(path, content=many(UPLOAD + 100), headers=JSON)
        assert (refused.status_code, refused.json()["params"]) == (413, {"limit": limit})
    said = (await small.client.get("/api/garden/openapi.json")).json()["paths"]["/api/garden/v1/{row}/boxes"]["post"]
    assert said["x-body-limit"] == "upload"


async def test_long_json_is_checked_like_any_other(tmp_path: Path) -> None:
    wide = Gateway(tmp_path, {"max_upload_bytes": 1_048_576})
    for body, refusal in ((many(400_000)[:-1], "body.not-json"), (b"[" * 300_000 + b"]" * 300_000, "body.too-deep")):
        answer = await wide.client.post("/api/garden/v1/7/boxes", content=body, headers=JSON)
        assert (answer.status_code, code(answer)) == (400, refusal)
    deep = b"[" + b"[" * DEEPEST + b"]" * DEEPEST + b",1" * 200_000 + b"]"
    answer = await wide.client.post("/api/garden/v1/7/boxes", content=deep, headers=JSON)
    assert (answer.status_code, code(answer)) == (400, "body.too-deep")


async def test_an_upload_of_unknown_size_is_cut_off(small: Gateway) -> None:
    whole = httpx.Request("POST", "http://x", files={"file": ("a.jpg", b"x" * UPLOAD * 2)})
    headers = {"Content-Type": whole.headers["content-type"]}
    answer = await small.client.post("/api/garden/v1/photos", content=chunked(whole.read()), headers=headers)
    assert (answer.status_code, code(answer)) == (413, "body.too-large")


async def test_compressed_bodies_are_not_unpacked(small: Gateway) -> None:
    answer = await small.client.post(BOXES, content=b"x", headers={**JSON, "Content-Encoding": "gzip"})
    assert (answer.status_code, code(answer)) == (415, "media-type.unsupported")


NO_JSON = [
    b"{",
    b"{'a': 1}",
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": 1e999}',
    b'{"a": ' + b"1" * 5000 + b"}",
    b'{"a": "\xff"}',
    b'{"a": "\\ud800"}',
    b'\xef\xbb\xbf{"a": 1}',
    b"{} {}",
]


@pytest.mark.parametrize("body", NO_JSON)
async def test_a_body_that_is_no_json_is_refused(gateway: Gateway, body: bytes) -> None:
    answer = await gateway.client.post(BOXES, content=body, headers=JSON)
    assert (answer.status_code, code(answer)) == (400, "body.not-json")


async def test_the_refusal_tells_where_json_breaks(gateway: Gateway) -> None:
    answer = await gateway.client.post(BOXES, content=b'{"anything":\n  oops}', headers=JSON)
    assert answer.json()["params"] == {"line": 2, "column": 3}


def nested(depth: int, frame: tuple[str, str]) -> bytes:
    return (frame[0] * depth + "1" + frame[1] * depth).encode()


@pytest.mark.parametrize("frame", [("[", "]"), ('{"a":', "}"), ("[1,", "]")])
def test_depth_is_bounded(frame: tuple[str, str]) -> None:
    check_json(nested(DEEPEST, frame))
    with pytest.raises(BodyTooDeep):
        check_json(nested(DEEPEST + 1, frame))


def test_breadth_is_not_depth() -> None:
    check_json(b"[" + b",".join([b"[]"] * 500) + b"]")
    check_json(b'{"text":"' + b"[{" * 500 + b'"}')


@pytest.mark.parametrize("number", ["9223372036854775807", "-9223372036854775808", "0.1234567890123456789012345"])
def test_numbers_of_64_bits_pass(number: str) -> None:
    check_json(f'{{"a": {number}}}'.encode())


@pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775809", "1" * 30, "1" * 300])
def test_larger_numbers_would_break_the_store(number: str) -> None:
    with pytest.raises(NumberOutOfRange):
        check_json(f'{{"a": [{number}]}}'.encode())


def test_long_rows_of_digits_in_text_are_text() -> None:
    check_json(b'{"card": "62220212345678901234567890"}')


@given(st.binary(max_size=200))
def test_any_body_is_either_plain_json_or_refused(body: bytes) -> None:
    with suppress(BodyNotJson, BodyTooDeep, NumberOutOfRange):
        check_json(body)
        orjson.loads(body)


async def test_a_control_character_is_found_in_a_large_body_too(tmp_path: Path) -> None:
    wide = Gateway(tmp_path, {"max_upload_bytes": 4_000_000})
    body = b"[" + b",".join([b'{"anything":{"a":"' + b"x" * 200 + b'"}}'] * 3_000) + b',{"anything":{"a":"\\u001b"}}]'
    answer = await wide.client.post("/api/garden/v1/1/boxes", content=body, headers=JSON)
    assert (answer.status_code, code(answer)) == (422, "text.control-character")
    assert answer.json()["params"]["field"] == "#/3000/anything/a"
