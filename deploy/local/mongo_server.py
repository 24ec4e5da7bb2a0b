"""MongoDB as a replica set of one, so that it has change streams and transactions."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.local.fetch_mongod import mongod
from deploy.local.readiness import REPLICA_SET, mongodb_serves
from deploy.local.server import Server

_FILES = "file_manager=(close_idle_time=5,close_scan_interval=2,close_handle_minimum=200)"
"""Each collection and each index is a file. Those of dropped databases are let go soon, not after ten minutes: a test
run makes some ten thousand of them, and a process may have so many open at most."""


class MongoServer(Server):
    """`mongod` on 127.0.0.1 without users.

    Args:
        folder: its data and its log.
        port: None takes a free one.
        cache_mb: memory of the storage engine.
        oplog_mb: how much of the past a change stream can still be resumed from; at least 1.
    """

    title = "MongoDB"
    port_variable = "MONGODB_PORT"

    def __init__(self, folder: Path, port: int | None = None, *, cache_mb: int = 256, oplog_mb: int = 512) -> None:
        super().__init__(folder, port)
        self.cache_mb = cache_mb
        self.oplog_mb = oplog_mb

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}"

    def _prepare(self) -> None:
        (self.folder / "db").mkdir(exist_ok=True)

    def _command(self) -> Sequence[str]:
        options: dict[str, Any] = {
            "dbpath": self.folder / "db",
            "port": self.port,
            "bind_ip": "127.0.0.1",
            "replSet": REPLICA_SET,
            "oplogSize": self.oplog_mb,
            "wiredTigerCacheSizeGB": self.cache_mb / 1024,
            "wiredTigerEngineConfigString": _FILES,
        }
        parameters = {
            "diagnosticDataCollectionEnabled": "false",
            "shutdownTimeoutMillisForSignaledShutdown": 500,
            "minSnapshotHistoryWindowInSeconds": 0,
        }
        return [
            str(mongod()),
            "--nounixsocket",
            "--quiet",
            *(part for name, value in options.items() for part in (f"--{name}", str(value))),
            *(part for name, value in parameters.items() for part in ("--setParameter", f"{name}={value}")),
        ]

    def _ready(self) -> bool:
        return mongodb_serves(self.port)

    def _reason(self) -> str:
        """The first error among the JSON lines of the log; what follows it is its consequence."""
        told = [json.loads(line) for line in self._said_lines() if line.startswith("{") and line.endswith("}")]
        bad = [line for line in told if line.get("s") in {"E", "F"}]
        if not bad:
            return super()._reason()
        return f"{bad[0]['msg'].strip()} {json.dumps(bad[0].get('attr', {}), ensure_ascii=False)}"[:300]

    def _said_lines(self) -> list[str]:
        return self._child.said().splitlines() if self._child is not None else []
