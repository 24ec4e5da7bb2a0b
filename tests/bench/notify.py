"""Notify as benchmarks stand it up: its rooms on a database, with the indexes of all of them, and nothing running."""

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.chassis.clock import utc_now
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.store.journal import Journal
from services.chassis.store.mongo import Database
from services.chassis.telemetry.metrics import Metrics
from services.notify.app import service
from services.notify.settings import NotifySettings
from tests.bench.ground import Servers

HERE = "sunshine"


@dataclass(frozen=True)
class Parts:
    """The rooms of notify, and what they are made of."""

    rooms: Sequence[Room]
    runtime: Runtime[NotifySettings]


async def opened(kept: Database, servers: Servers, **more: Any) -> Parts:
    """Notify on `kept`, under settings of its own."""
    settings = NotifySettings(
        environment="test",
        mongodb_url=servers.mongodb,
        database=kept.name,
        kafka_bootstrap="127.0.0.1:9",
        auth_development_key=Path(tempfile.mkdtemp()) / "key.json",
        smtp_host="127.0.0.1",
        smtp_sender="board@example.org",
        **more,
    )
    runtime: Runtime[NotifySettings] = Runtime(
        settings, utc_now, kept, Journal(kept), Metrics(), defaultdict(lambda: lambda document: None), service.kinds
    )
    rooms = service.rooms(runtime)
    for room in rooms:
        for collection, indexes in room.indexes.items():
            if indexes:
                await kept[collection].create_indexes(list(indexes))
    for kind in service.kinds:
        await kept[kind.collection].create_indexes(runtime.aggregates(kind).indexes())
    return Parts(rooms, runtime)
