"""The conditions that a replica's log tells: its lines from WARNING on, each by what makes it one of its kind."""

import json
from collections.abc import Iterator
from typing import Any

AT_MOST = 20
"""Such lines, per replica and outage of a minute."""

_CAUSES = ("error", "reason", "handler", "part", "why")


def warnings(said: bytes) -> Iterator[dict[str, Any]]:
    """The lines from WARNING on, in their order."""
    for line in said.splitlines():
        if line.startswith(b"{"):
            told: dict[str, Any] = json.loads(line)
            if told["level"] not in {"INFO", "DEBUG"}:
                yield told


def condition(line: dict[str, Any]) -> tuple[str, ...]:
    """What a line says besides its particulars."""
    causes = [str(line.get(name)) for name in _CAUSES]
    return line["logger"], line["level"], line["message"], str(line.get("exception", {}).get("type")), *causes


def conditions(said: bytes) -> list[tuple[str, ...]]:
    """The condition of each line from WARNING on."""
    return [condition(line) for line in warnings(said)]
