"""Where the real servers of a test run come from: addresses in the environment, else containers, else processes.

Each is started when it is first asked for, once, and stopped by `close`.
"""

import fcntl
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from deploy.local.containers import Contained, KafkaContainer, MongoContainer, usable
from deploy.local.kafka_server import KafkaServer
from deploy.local.mongo_members import MongoMembers
from deploy.local.mongo_server import MongoServer
from deploy.local.places import APPLICATION, Lock

C = TypeVar("C", bound=Contained)

_CACHE_MB_OF_BENCHES = 4096
"""A million cases with their indexes are 2.7 GB: as much as a deployment of that size would give its store."""


class Killable(Protocol):
    """A server that a test may treat badly. `start` after `kill` brings back the same data and address."""

    port: int

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...


class Mongo(Killable, Protocol):
    @property
    def url(self) -> str: ...


class Kafka(Killable, Protocol):
    @property
    def bootstrap(self) -> str: ...


class Servers:
    """The servers of one run, and a folder that ends with it.

    `on_disk`: where a real deployment has its data, too, and with as much memory for it; for benches.
    """

    def __init__(self, *, on_disk: bool = False) -> None:
        self._on_disk = on_disk
        self._locks = {"MONGODB_URL": threading.Lock(), "KAFKA_BOOTSTRAP": threading.Lock()}
        self._addresses: dict[str, str] = {}
        self._started: list[Killable] = []
        self._making_folder = threading.Lock()
        self._folder: _Folder | None = None
        self._contained: bool | None = None
        self._made: list[Contained] = []

    def mongodb(self) -> str:
        """The URL of a MongoDB for everybody.

        Raises:
            Trouble: there is none and none can be started.
        """
        return self._once("MONGODB_URL", self._start_mongodb)

    def kafka(self) -> str:
        """The bootstrap address of a Kafka for everybody.

        Raises:
            Trouble: there is none and none can be started.
        """
        return self._once("KAFKA_BOOTSTRAP", self._start_kafka)

    def own_mongo(self) -> Mongo:
        """A MongoDB for the caller alone, not started yet; never one from the environment."""
        if self._containers():
            return self._keep(MongoContainer())
        memory = {"cache_mb": _CACHE_MB_OF_BENCHES} if self._on_disk else {}
        return MongoServer(self._new_folder("mongodb"), **memory)

    def own_kafka(self) -> Kafka:
        """A Kafka for the caller alone, not started yet; never one from the environment."""
        if self._containers():
            return self._keep(KafkaContainer())
        return KafkaServer(self._new_folder("kafka"), quick=True, heap_mb=256, session_ms=2000)

    def own_members(self) -> MongoMembers:
        """A replica set of three processes for the caller alone, not started yet."""
        return MongoMembers(self._new_folder("members"))

    def own_kafka_behind(self, port: int) -> KafkaServer:
        """A Kafka of one process for the caller alone, not started yet, that clients reach only through `port`."""
        seen = {"advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}"}
        return KafkaServer(self._new_folder("kafka"), quick=True, heap_mb=256, session_ms=2000, settings=seen)

    def close(self) -> None:
        """Stop what was started; data is removed."""
        for server in reversed(self._started):
            server.stop()
        for container in self._made:
            container.remove()
        self._made.clear()
        self._started.clear()
        self._addresses.clear()
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def _once(self, variable: str, start: Callable[[], str]) -> str:
        with self._locks[variable]:
            if variable not in self._addresses:
                self._addresses[variable] = os.environ.get(variable) or start()
            return self._addresses[variable]

    def _start_mongodb(self) -> str:
        server = self.own_mongo()
        self._started.append(server)
        server.start()
        return server.url

    def _start_kafka(self) -> str:
        contained = self._containers()
        server: Kafka = (
            self._keep(KafkaContainer()) if contained else KafkaServer(self._new_folder("kafka"), quick=True)
        )
        self._started.append(server)
        server.start()
        return server.bootstrap

    def _containers(self) -> bool:
        if self._contained is None:
            self._contained = usable()
        return self._contained

    def _keep(self, container: C) -> C:
        """It is removed by `close`."""
        self._made.append(container)
        return container

    def _new_folder(self, title: str) -> Path:
        with self._making_folder:
            if self._folder is None:
                self._folder = _Folder(Path(tempfile.gettempdir()) if self._on_disk else _parent())
        return Path(tempfile.mkdtemp(prefix=f"{title}-", dir=self._folder.path))


_YOUNG = 60
"""Seconds within which a folder may belong to a run that has not locked it yet."""


_IN_MEMORY = Path("/dev/shm")  # noqa: S108  made for temporary files; the folder within has a name of its own
_ROOM = 6 * 1024**3


def _parent() -> Path:
    """Where the data of a run may stand: in memory where there is plenty, since a test makes many small collections,
    each of which a disk takes its time for; else where temporary files go, or where TMPDIR says."""
    roomy = os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free >= _ROOM
    return _IN_MEMORY if roomy and "TMPDIR" not in os.environ else Path(tempfile.gettempdir())


class _Folder:
    """A temporary folder that this process has locked; those that killed runs have left are removed."""

    _PREFIX = f"{APPLICATION}-servers-"

    def __init__(self, parent: Path) -> None:
        _remove_left_behind(parent, self._PREFIX)
        self.path = Path(tempfile.mkdtemp(prefix=self._PREFIX, dir=parent))
        self._lock = Lock(self.path / "lock")
        self._lock.acquire(wait=0)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.release()


def _remove_left_behind(parent: Path, prefix: str) -> None:
    for folder in parent.glob(f"{prefix}*"):
        try:
            if time.time() - folder.stat().st_mtime < _YOUNG:
                continue
            lock = (folder / "lock").open("r+b")
        except OSError:
            continue
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(folder, ignore_errors=True)
