"""Logs are JSON, lead to a trace, and hold no personal data."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from services.chassis.errors import UnknownAggregate
from services.chassis.telemetry.logs import configure_logs
from services.chassis.telemetry.serving import Serving, serve_as
from services.chassis.telemetry.trace import span_from


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """What production would log, read when asked for."""
    yield from _lines(messages=False)


@pytest.fixture
def talkative() -> Iterator[list[dict[str, Any]]]:
    """What development would log."""
    yield from _lines(messages=True)


class _Lines(list[dict[str, Any]]):
    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._stream.getvalue().split("\n") if line]


def _lines(*, messages: bool) -> Iterator[_Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("INFO", messages=messages, to=stream)
    yield _Lines(stream)
    root.handlers[:] = handlers
    root.setLevel(level)


def fail(message: str) -> None:
    try:
        raise ValueError(message)
    except ValueError:
        logging.getLogger("services.part").exception("it failed")


async def test_a_line_says_when_where_and_in_which_trace(lines: _Lines) -> None:
    serve_as(Serving("issues"))
    with span_from(None, "act") as traceparent:
        logging.getLogger("services.part").info("done %s", 3, extra={"kind": "case", "records": 3})
    (line,) = lines.read()
    assert line["message"] == "done 3"
    assert (line["level"], line["logger"], line["service"]) == ("INFO", "services.part", "issues")
    assert (line["kind"], line["records"]) == ("case", 3)
    assert traceparent.split("-")[1:3] == [line["trace"], line["span"]]


def test_one_event_is_one_line_whatever_is_in_it(lines: _Lines) -> None:
    logging.getLogger("services.part").info("one\ntwo \u2028 三", extra={"odd": object(), "bytes": b"x"})
    (line,) = lines.read()
    assert line["message"] == "one\ntwo \u2028 三"
    assert line["odd"] == "<object>"


def test_what_cannot_be_encoded_does_not_lose_the_line(lines: _Lines) -> None:
    logging.getLogger("services.part").info("lone \ud800 surrogate", extra={"big": 2**70})
    (line,) = lines.read()
    assert "surrogate" in line["message"]


def test_an_exceptions_message_stays_out_of_production(lines: _Lines) -> None:
    fail("duplicate key: 13800138000")
    (line,) = lines.read()
    assert "13800138000" not in json.dumps(line)
    assert line["exception"]["type"] == "builtins.ValueError"
    assert any("test_logs.py" in frame and frame.endswith("fail") for frame in line["exception"]["frames"])


def test_development_shows_the_message(talkative: _Lines) -> None:
    fail("duplicate key")
    assert talkative.read()[0]["exception"]["message"] == "duplicate key"


def test_a_refusal_is_told_by_its_code_and_its_cause_by_type(lines: _Lines) -> None:
    try:
        try:
            raise KeyError("13800138000")
        except KeyError as error:
            raise UnknownAggregate(kind="case", id="case-1") from error
    except UnknownAggregate:
        logging.getLogger("services.part").exception("refused")
    (line,) = lines.read()
    assert line["exception"]["code"] == "not-found"
    assert line["exception"]["cause"]["type"] == "builtins.KeyError"
    assert "13800138000" not in json.dumps(line)


@pytest.mark.parametrize("library", ["pymongo.command", "aiokafka.consumer", "httpx", "uvicorn.access"])
def test_libraries_do_not_tell_addresses_and_queries(lines: _Lines, library: str) -> None:
    logging.getLogger(library).info("GET /api/notify/v1/persons?phone=13800138000")
    assert lines.read() == []
