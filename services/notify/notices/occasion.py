"""What gives occasion to a message: an event of another service, or a broadcast."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Cause, Taken
from services.chassis.subscriber.handlers import Received


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something happened at `time`: `id` is its own, `about` that of its subject, as of the version `sequence`."""

    community: str
    id: str
    about: str
    sequence: int
    time: datetime
    cause: Cause
    taken: Taken | None = None


def occasion_of(received: Received[Any]) -> Occasion:
    """The occasion that an event gives."""
    envelope = received.envelope
    return Occasion(
        envelope.community,
        envelope.id,
        envelope.aggregate_id,
        envelope.sequence,
        envelope.time,
        received.cause,
        received.taken,
    )
