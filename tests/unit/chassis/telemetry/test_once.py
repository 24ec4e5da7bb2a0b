"""A condition is one line an interval, with a count; what is no condition is told each time."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from services.chassis.telemetry.logs import JsonLines
from services.chassis.telemetry.once import OnceHandler


class Log:
    """A logger with a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self._stream = io.StringIO()
        self.handler = OnceHandler(self._stream, interval=60, now=lambda: self.now)
        self.handler.setFormatter(JsonLines(messages=True))
        self.to = logging.Logger("aiokafka.conn")
        self.to.addHandler(self.handler)

    def told(self) -> list[tuple[str, Any]]:
        lines = [json.loads(line) for line in self._stream.getvalue().splitlines()]
        return [(line["message"], line.get("repeated")) for line in lines]


@pytest.fixture
def log() -> Iterator[Log]:
    made = Log()
    yield made
    made.handler.close()


def test_the_first_is_told_at_once_and_the_next_after_an_interval_with_a_count(log: Log) -> None:
    for second in range(121):
        log.now = float(second)
        log.to.error("Unable to connect to node %s", second)
    assert log.told() == [
        ("Unable to connect to node 0", None),
        ("Unable to connect to node 60", 59),
        ("Unable to connect to node 120", 59),
    ]


def test_the_end_of_a_condition_is_told_with_its_count(log: Log) -> None:
    for _ in range(5):
        log.to.warning("coordinator dead")
    log.now = 59.0
    log.handler.settle()
    assert log.told() == [("coordinator dead", None)]
    log.now = 60.0
    log.handler.settle()
    log.handler.settle()
    assert log.told() == [("coordinator dead", None), ("coordinator dead", 3)]
    log.to.warning("coordinator dead")
    assert log.told()[2:] == [("coordinator dead", None)]


def test_what_was_left_out_is_told_when_the_process_ends(log: Log) -> None:
    log.to.warning("away")
    log.to.warning("away")
    log.handler.close()
    assert log.told() == [("away", None), ("away", None)]


def test_numbers_and_arguments_make_no_other_condition_and_causes_do(log: Log) -> None:
    for number in range(3):
        log.to.warning(f"node {number} is gone")
        log.to.warning("not sent", extra={"error": f"Error{number}", "partition": number})
        log.to.error("not sent", extra={"error": "Error0", "id": number})
    assert [message for message, _ in log.told()].count("not sent") == 4
    assert len(log.told()) == 5


def test_what_happens_is_told_each_time(log: Log) -> None:
    for _ in range(3):
        log.to.info("lease won")
    assert len(log.told()) == 3


def test_conditions_without_end_take_no_memory_without_end(log: Log) -> None:
    for number in range(5000):
        log.to.warning("x" * number)
    assert len(log.handler._conditions) <= 500
