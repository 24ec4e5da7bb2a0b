"""The same two servers in containers, through testcontainers, where a Docker engine answers on this machine.

A killed container keeps its file system and its address, so that `start` brings back the same data.
"""

import os
import sys
import time
from abc import ABC, abstractmethod
from contextlib import closing
from types import TracebackType
from typing import Any, ClassVar, Self

from deploy.local import ports
from deploy.local.readiness import REPLICA_SET, kafka_serves, mongodb_serves
from deploy.local.trouble import Trouble

MONGODB_IMAGE = "mongo:8.0"
KAFKA_IMAGE = "apache/kafka:4.3.1"

_START = 90


def usable(pull: bool = False) -> bool:
    """Whether containers can be started here: an engine of this machine answers and has the images.

    Args:
        pull: let it get the images that it hasn't; where it can't, say so and go on without containers.
    """
    try:
        import docker
    except ImportError:
        return False
    try:
        with closing(docker.DockerClient.from_env(timeout=600 if pull else 5)) as client:
            return _is_here(client) and all(_has(client, image, pull) for image in (MONGODB_IMAGE, KAFKA_IMAGE))
    except (docker.errors.DockerException, OSError):
        return False


def _is_here(client: Any) -> bool:
    """A container of an engine elsewhere could not be reached on our loopback interface."""
    return bool(client.ping()) and str(client.api.base_url).startswith("http+docker://")


def _has(client: Any, image: str, pull: bool) -> bool:
    import docker

    try:
        client.images.get(image)
    except docker.errors.ImageNotFound:
        if not pull:
            return False
    else:
        return True
    print(f"Pulling {image} …", file=sys.stderr, flush=True)
    try:
        client.images.pull(image)
    except docker.errors.APIError as error:
        print(f"The Docker engine can't get {image} ({error.explanation}): going on without it.", file=sys.stderr)
        return False
    return True


class Contained(ABC):
    """One server in a container; it listens on the same port inside and outside."""

    title: ClassVar[str]

    def __init__(self) -> None:
        self._claim = ports.Claim()
        self.port = self._claim.port
        self._container: Any = None

    def start(self) -> None:
        """Start, again after `kill`, and wait until it serves.

        Raises:
            Trouble: the engine refused, or the server didn't come up.
        """
        from docker.errors import DockerException

        try:
            if self._container is None:
                self._container = self._create().start()
            else:
                self._container.get_wrapped_container().start()
        except DockerException as error:
            raise Trouble(f"The Docker engine did not start {self.title} ({error}): see `docker info`.") from error
        until = time.monotonic() + _START
        while not self._serves():
            if time.monotonic() > until:
                raise Trouble(f"{self.title} was not ready after {_START} seconds: see `docker logs`.")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it and forget its data."""
        if self._container is not None:
            self._container.stop(force=True, delete_volume=True)
            self._container = None

    def kill(self) -> None:
        """SIGKILL; the data stays."""
        self._engine("kill")

    def freeze(self) -> None:
        """It keeps its connections and answers nothing until `thaw`."""
        self._engine("pause")

    def thaw(self) -> None:
        self._engine("unpause")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    @abstractmethod
    def _create(self) -> Any:
        """A container that is not started yet."""

    @abstractmethod
    def _serves(self) -> bool: ...

    def _engine(self, order: str) -> None:
        if self._container is not None:
            getattr(self._container.get_wrapped_container(), order)()

    def _image(self, name: str) -> Any:
        os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
        from testcontainers.core.container import DockerContainer

        container: Any = DockerContainer(name)
        container.ports[f"{self.port}/tcp"] = ("127.0.0.1", self.port)
        return container


class MongoContainer(Contained):
    """MongoDB as a replica set of one."""

    title = "MongoDB"

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}"

    def _create(self) -> Any:
        command = f"mongod --replSet {REPLICA_SET} --port {self.port} --bind_ip_all"
        return self._image(MONGODB_IMAGE).with_command(command)

    def _serves(self) -> bool:
        return mongodb_serves(self.port)


class KafkaContainer(Contained):
    """Apache Kafka as broker and controller in one."""

    title = "Kafka"

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _create(self) -> Any:
        settings = {
            "NODE_ID": "1",
            "PROCESS_ROLES": "broker,controller",
            "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
            "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "LISTENERS": f"PLAINTEXT://:{self.port},CONTROLLER://:9093",
            "ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{self.port}",
            "LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "AUTO_CREATE_TOPICS_ENABLE": "false",
            "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
            "GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
            "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
            "TRANSACTION_STATE_LOG_MIN_ISR": "1",
            "BROKER_SESSION_TIMEOUT_MS": "3000",
            "BROKER_HEARTBEAT_INTERVAL_MS": "750",
        }
        container = self._image(KAFKA_IMAGE)
        for name, value in settings.items():
            container = container.with_env(f"KAFKA_{name}", value)
        return container

    def _serves(self) -> bool:
        return kafka_serves(self.port)
