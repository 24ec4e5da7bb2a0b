"""A Kafka record as the subscriber takes it, and counts of what became of the records taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Record(Protocol):
    """A Kafka record as aiokafka hands it out."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


@dataclass(slots=True)
class Counts:
    """What this consumer has done so far in this process."""

    received: int = 0
    effects: int = 0
    passed_by: int = 0
    retries: int = 0
    dead_letters: int = 0
