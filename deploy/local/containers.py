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

_START = 300

_START_KAFKA = """
printf '%s\\n' "$SETTINGS" > /tmp/server.properties
java="java -Xmx512m -Dlog4j2.level=WARN -cp /opt/kafka/libs/*"
set -f # the path is Java's to read, star and all
$java kafka.tools.StorageTool format --ignore-formatted --cluster-id 8sEqUz-RQUSbGJW4zBsiuA -c /tmp/server.properties
exec $java kafka.Kafka /tmp/server.properties
"""
"""A store is formatted once: what the image does itself at each start ends a second start in some of its builds."""


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
        """Let it finish its work and end; the data stays."""
        self._engine("stop", during=("running", "restarting"))

    def kill(self) -> None:
        """SIGKILL; the data stays."""
        self._engine("kill", during=("running", "restarting"))

    def freeze(self) -> None:
        """It keeps its connections and answers nothing until `thaw`."""
        self._engine("pause", during=("running",))

    def thaw(self) -> None:
        self._engine("unpause", during=("paused",))

    def remove(self) -> None:
        """End it and forget its data."""
        if self._container is not None:
            self._container.stop(force=True, delete_volume=True)
            self._container = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.remove()

    @abstractmethod
    def _create(self) -> Any:
        """A container that is not started yet."""

    @abstractmethod
    def _serves(self) -> bool: ...

    def _engine(self, order: str, during: tuple[str, ...]) -> None:
        """Give the engine an order, where the container is in a state that it means something in."""
        if self._container is None:
            return
        wrapped = self._container.get_wrapped_container()
        wrapped.reload()
        if wrapped.status in during:
            getattr(wrapped, order)()

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
            "node.id": "1",
            "process.roles": "broker,controller",
            "controller.quorum.voters": "1@localhost:9093",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://:{self.port},CONTROLLER://localhost:9093",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "log.dirs": "/var/lib/kafka/data",
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "750",
        }
        lines = "\n".join(f"{name}={value}" for name, value in settings.items())
        return self._image(KAFKA_IMAGE).with_env("SETTINGS", lines).with_command(["sh", "-euc", _START_KAFKA])

    def _serves(self) -> bool:
        return kafka_serves(self.port)
