"""Apache Kafka as one process that is broker and controller (KRaft)."""

import base64
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

from deploy.local.fetch_kafka import java, kafka_libraries
from deploy.local.readiness import kafka_serves
from deploy.local.server import Server
from deploy.local.trouble import Trouble

_LOG4J = """<Configuration status="ERROR">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c{1})%n"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
"""


class KafkaServer(Server):
    """A broker on 127.0.0.1 in plain text.

    Args:
        folder: its data and its log.
        port: None takes a free one; the controller always does.
        heap_mb: memory of the virtual machine.
        session_ms: how long after a kill the broker's old registration stands in the way of its new one.
        quick: compile less, which starts sooner and runs slower; for tests.
        settings: broker settings that are added or replaced.
    """

    title = "Kafka"
    port_variable = "KAFKA_PORT"

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        heap_mb: int = 512,
        session_ms: int = 6000,
        quick: bool = False,
        settings: dict[str, str] | None = None,
    ) -> None:
        super().__init__(folder, port)
        self.heap_mb = heap_mb
        self.session_ms = session_ms
        self.quick = quick
        self._settings = settings or {}
        self._controller_port = self._claim_port()

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _prepare(self) -> None:
        (self.folder / "log4j2.xml").write_text(_LOG4J)
        self._configure(self.folder / "log")
        if not (self.folder / "log").is_dir():
            self._format()

    def _configure(self, data: Path) -> Path:
        config = self.folder / "server.properties"
        lines = {**self._broker(data), **self._settings}
        config.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        return config

    def _broker(self, data: Path) -> dict[str, str]:
        own, controller = f"127.0.0.1:{self.port}", f"127.0.0.1:{self._controller_port}"
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://{own},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{own}",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(data),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "broker.session.timeout.ms": str(self.session_ms),
            "broker.heartbeat.interval.ms": str(min(2000, self.session_ms // 4)),
            "log.cleaner.dedupe.buffer.size": "16777216",
            "log.segment.delete.delay.ms": "1000",
            "num.network.threads": "2",
            "num.io.threads": "4",
            "background.threads": "4",
        }

    def _format(self) -> None:
        """Make the data folder, complete or not at all: it is formatted under another name."""
        part = self.folder / "log.part"
        shutil.rmtree(part, ignore_errors=True)
        config = self._configure(part)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = [*self._java("-XX:TieredStopAtLevel=1"), "kafka.tools.StorageTool", "format"]
        done = subprocess.run(
            [*tool, f"--cluster-id={cluster}", f"--config={config}"],  # an id may begin with a dash
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            lines = (done.stdout + done.stderr).strip().splitlines() or ["no reason given"]
            raise Trouble(f"Kafka could not prepare {self.folder} ({lines[-1]}): remove that folder and try again.")
        part.rename(self.folder / "log")
        self._configure(self.folder / "log")

    def _java(self, *options: str) -> list[str]:
        return [
            str(java()),
            f"-Xmx{self.heap_mb}m",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            *options,
            f"-Dlog4j2.configurationFile={self.folder / 'log4j2.xml'}",
            "-cp",
            f"{kafka_libraries()}/*",
        ]

    def _command(self) -> Sequence[str]:
        compiler = ["-XX:TieredStopAtLevel=1"] if self.quick else []
        return [*self._java(*compiler), "kafka.Kafka", str(self.folder / "server.properties")]

    def _ports(self) -> Sequence[int]:
        return (self.port, self._controller_port)

    def _ready(self) -> bool:
        return kafka_serves(self.port)
