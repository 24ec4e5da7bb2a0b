"""No operation of any service takes a control character, wherever the request carries it: all of OpenAPI is walked."""

import json
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest

from services.chassis.http.texts import InvisibleText, check_texts
from services.contracts.text import UNFIT, fit
from tests.unit.applications import EACH, application, document

BAD = ["\0", "\b", "\x1b", "\x7f", "\x85", "\ufffe", "\uffff", "\u202e", "\u2066", "\ufdd0", "\U0001ffff", "\r", "\x0b"]
JSON = "application/json"
DEEPEST = 6


def texts(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Iterator[tuple[str, ...]]:
    """The way to each text that `schema` has a place for; lists are entered at their first item."""
    if depth > DEEPEST:
        return
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        yield from texts(document["components"]["schemas"][name], document, depth + 1)
    for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from texts(option, document, depth + 1)
    if schema.get("type") == "string":
        yield ()
    for name, inner in schema.get("properties", {}).items():
        for way in texts(inner, document, depth + 1):
            yield (name, *way)
    if isinstance(schema.get("items"), dict):
        for way in texts(schema["items"], document, depth + 1):
            yield ("0", *way)
    if isinstance(schema.get("additionalProperties"), dict):
        for way in texts(schema["additionalProperties"], document, depth + 1):
            yield ("any", *way)


def laid(way: tuple[str, ...], text: str) -> Any:
    """A body that holds `text` at the end of `way`, and nothing else."""
    for name in reversed(way):
        text = [text] if name == "0" else {name: text}  # type: ignore[assignment]
    return text


@pytest.fixture(params=EACH)
async def service(request: pytest.FixtureRequest) -> tuple[httpx.AsyncClient, dict[str, Any]]:
    app, token = application(request.param)
    known = {"authorization": f"Bearer {token}"}
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=known)
    return client, document(request.param)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


async def test_no_body_takes_one(service: tuple[httpx.AsyncClient, dict[str, Any]]) -> None:
    client, document = service
    characters, walked = cycle(BAD), 0
    for method, path, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        for kind in [kind for kind in content if kind.endswith("json")]:
            for way in dict.fromkeys(texts(content[kind]["schema"], document)):
                bad = next(characters)
                for sent in (orjson.dumps(laid(way, f"a{bad}b")), ascii_json(laid(way, f"a{bad}b"))):
                    answer = await client.request(
                        method, path.replace("{", "").replace("}", ""), content=sent, headers={"content-type": kind}
                    )
                    assert answer.status_code == 422, (method, path, way, answer.text)
                    assert answer.json()["code"] == "text.control-character"
                    assert answer.json()["params"]["field"] == "#" + "".join(f"/{name}" for name in way)
                walked += 1
    assert walked


def ascii_json(body: Any) -> bytes:
    """JSON as most clients write it: everything but ASCII is escaped."""
    return json.dumps(body).encode()


async def test_no_parameter_takes_one(service: tuple[httpx.AsyncClient, dict[str, Any]]) -> None:
    client, document = service
    characters = cycle(BAD)
    for method, path, operation in operations(document):
        plain = path.replace("{", "").replace("}", "")
        for parameter in operation.get("parameters", ()):
            bad = quote(f"a{next(characters)}b")
            if parameter["in"] == "query":
                target, field = f"{plain}?{parameter['name']}={bad}", parameter["name"]
            elif parameter["in"] == "path":
                target, field = (
                    path.replace("{" + parameter["name"] + "}", bad).replace("{", "").replace("}", ""),
                    "path",
                )
            else:
                continue
            answer = await client.request(method, target, headers={"accept-language": "en"})
            assert answer.status_code in (422, 400), (method, target, answer.text)  # Open311 has no 422
            assert "control character" in answer.text
            assert field in answer.text
            if answer.headers["content-type"].startswith("application/problem+json"):
                assert UNFIT.search(answer.json()["instance"]) is None  # nor is one given back


async def test_no_header_takes_one(service: tuple[httpx.AsyncClient, dict[str, Any]]) -> None:
    client, _ = service
    for header in ("idempotency-key", "if-match", "x-request-id", "accept-language", "user-agent"):
        answer = await client.get("/livez", headers=[(header.encode(), b"a\x1bb")])
        assert answer.status_code == 400, header


async def test_half_a_pair_is_no_json(service: tuple[httpx.AsyncClient, dict[str, Any]]) -> None:
    client, document = service
    paths = [path for method, path, body in operations(document) if method == "POST" and "requestBody" in body]
    path = next(path for path in paths if JSON in document["paths"][path]["post"]["requestBody"]["content"])
    answer = await client.post(path, content=rb'{"title":"a\ud800"}', headers={"content-type": JSON})
    assert answer.status_code == 400
    assert answer.json()["code"] == "body.not-json"


UNSEEN = [
    "\u200b",
    "\u200b\u200b",
    " \u2060\u3000",
    "\ufeff",
    "\u3164",
    "\u2800 ",
    "\u00ad\n",
    "\U000e0041",
    "\ufe0f\u200d",
]


@pytest.mark.parametrize("text", UNSEEN)
@pytest.mark.parametrize("ascii", [True, False])
def test_a_text_that_shows_nothing_is_refused_wherever_it_stands(text: str, ascii: bool) -> None:
    for body in ({"title": {"zh": text}}, [["a", text]], {"a": "x", "b": "好", "c": [text]}):
        with pytest.raises(InvisibleText):
            check_texts(json.dumps(body, ensure_ascii=ascii).encode())


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "a\u200b", "\u200b好", "👩\u200d👩", "1\ufe0f\u20e3", "。", "\u3000好"]
)
@pytest.mark.parametrize("ascii", [True, False])
def test_a_text_that_shows_something_is_taken(text: str, ascii: bool) -> None:
    check_texts(json.dumps({"title": text}, ensure_ascii=ascii).encode())


async def test_a_parameter_that_shows_nothing_is_refused(service: tuple[httpx.AsyncClient, dict[str, Any]]) -> None:
    client, _ = service
    answer = await client.get("/livez?q=%E2%80%8B%20")
    assert (answer.status_code, answer.json()["code"]) == (422, "text.invisible")


@pytest.mark.parametrize("bad", [*BAD, "\ud800"])
def test_what_comes_another_way_loses_them(bad: str) -> None:
    assert fit(f"a{bad}b") in ("ab", "a\nb")
    assert UNFIT.search(fit(f"a{bad}b")) is None


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\tb", "👩‍👩‍👧", "سلام", "阳光\u200b社区", "é", "\u2028"])
def test_what_people_write_stays(text: str) -> None:
    assert UNFIT.search(text) is None
