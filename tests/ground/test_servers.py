"""The real servers: killed and back with their data, refused in one sentence, taken up after a kill."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import MongoClient

from deploy.local import servers
from deploy.local.kafka_server import KafkaServer
from deploy.local.mongo_server import MongoServer
from deploy.local.server import Server
from deploy.local.servers import Kafka, Mongo, Servers
from deploy.local.trouble import Trouble
from tests.rules.tree import ROOT
from tests.waiting import patiently


def _insert(url: str, value: int) -> None:
    with MongoClient[dict[str, Any]](url, w="majority") as client:
        client.ground.things.insert_one({"_id": value})


def _found(url: str) -> list[int]:
    with MongoClient[dict[str, Any]](url) as client:
        return sorted(thing["_id"] for thing in client.ground.things.find())


async def _create_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("things", 1, 1)])
    await admin.close()


async def _send(bootstrap: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.send_and_wait("things", value)


async def _read(bootstrap: str, count: int) -> list[bytes | None]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition("things", 0)])
        return [(await asyncio.wait_for(consumer.getone(), patiently(30))).value for _ in range(count)]


def test_mongodb_comes_back_with_its_data_and_address(own_mongo: Callable[[], Mongo]) -> None:
    server = own_mongo()
    _insert(server.url, 1)
    server.kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)
    server.start()
    _insert(server.url, 2)
    server.stop()
    server.start()
    assert _found(server.url) == [1, 2]


async def test_kafka_comes_back_with_its_data_and_address(own_kafka: Callable[[], Kafka]) -> None:
    server = await asyncio.to_thread(own_kafka)
    await _create_topic(server.bootstrap)
    await _send(server.bootstrap, b"1")
    server.kill()
    await asyncio.to_thread(server.start)
    await _send(server.bootstrap, b"2")
    assert await _read(server.bootstrap, 2) == [b"1", b"2"]


def test_mongodb_moves_to_another_port(tmp_path: Path) -> None:
    with MongoServer(tmp_path) as first:
        _insert(first.url, 1)
    with MongoServer(tmp_path) as second:
        assert second.port != first.port
        assert _found(second.url) == [1]


@pytest.fixture(params=[MongoServer, KafkaServer])
def kind(request: pytest.FixtureRequest) -> type[Server]:
    found: type[Server] = request.param
    return found


def test_a_taken_port_is_told(kind: type[Server], tmp_path: Path) -> None:
    server = kind(tmp_path)
    with (
        socket.create_server(("127.0.0.1", server.port)),
        pytest.raises(Trouble, match=rf"^Port {server.port}, which {server.title} needs, is taken: .*_PORT to another"),
    ):
        server.start()
    server.start()
    server.kill()


def test_a_second_server_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with MongoServer(tmp_path) as first, pytest.raises(Trouble, match=rf"^MongoDB \(process {first.pid}\) is already"):
        MongoServer(tmp_path).start()
    assert MongoServer(tmp_path).pid is None


_STARTER = """
    import sys
    from pathlib import Path
    from deploy.local.{module} import {name}

    server = {name}(Path(sys.argv[1]))
    {before}
    server.start()
    print("up", flush=True)
    sys.stdin.read()
"""


def _starter(kind: type[Server], folder: Path, before: str = "") -> "subprocess.Popen[str]":
    module = kind.__module__.rpartition(".")[2]
    program = textwrap.dedent(_STARTER).format(module=module, name=kind.__name__, before=before)
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_data_that_a_killed_run_left_is_taken_up(kind: type[Server], tmp_path: Path) -> None:
    """The run is killed, not the server: the kernel ends that one, and its locks stay behind in the folder."""
    starter = _starter(kind, tmp_path)
    assert starter.stdout is not None
    assert starter.stdout.readline() == "up\n"
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    with kind(tmp_path) as server:
        assert server.pid is not None


def test_a_kafka_that_was_killed_while_its_folder_was_made_starts(tmp_path: Path) -> None:
    kill = "import os; from deploy.local import kafka_server; Path.rename = lambda *_: os.kill(os.getpid(), 9)"
    assert _starter(KafkaServer, tmp_path, kill).wait() == -signal.SIGKILL
    assert (tmp_path / "log.part").is_dir()
    assert not (tmp_path / "log").exists()
    with KafkaServer(tmp_path, quick=True) as server:
        assert server.pid is not None


def test_why_a_server_stopped_is_told(tmp_path: Path) -> None:
    (tmp_path / "mongodb/db").mkdir(parents=True)
    (tmp_path / "mongodb/db/storage.bson").write_text("not what it writes")
    with pytest.raises(Trouble, match=r"^MongoDB stopped while it was starting \(.+\): see .*server\.log\.$"):
        MongoServer(tmp_path / "mongodb").start()
    (tmp_path / "kafka/log").mkdir(parents=True)
    with pytest.raises(Trouble, match=r"^Kafka stopped while it was starting \(.+\): see .*server\.log\.$"):
        KafkaServer(tmp_path / "kafka").start()


@pytest.mark.parametrize("first", [b"\xf8", b"\xfc"])
def test_a_kafka_whose_name_begins_with_a_dash_or_a_line_is_made(
    first: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uuid.uuid4", lambda: uuid.UUID(bytes=first + bytes(15)))
    server = KafkaServer(tmp_path)
    server._prepare()
    assert "cluster.id=" + {b"\xf8": "-", b"\xfc": "_"}[first] in (tmp_path / "log/meta.properties").read_text()


def test_what_nobody_asks_for_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = Servers()
    monkeypatch.setenv("MONGODB_URL", "mongodb://elsewhere.example")
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "elsewhere.example:9092")
    monkeypatch.setattr(Servers, "own_mongo", None)
    monkeypatch.setattr(Servers, "own_kafka", None)
    assert servers.mongodb() == "mongodb://elsewhere.example"
    assert servers.kafka() == "elsewhere.example:9092"
    servers.close()


def test_the_data_of_a_run_stands_in_memory_only_where_that_has_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(servers, "_IN_MEMORY", tmp_path)
    monkeypatch.setattr(servers, "_ROOM", 1)
    assert servers._parent() == tmp_path
    monkeypatch.setattr(servers, "_ROOM", 2**62)
    assert servers._parent() == Path(tempfile.gettempdir())
    monkeypatch.setattr(servers, "_ROOM", 1)
    monkeypatch.setenv("TMPDIR", "/elsewhere")
    assert servers._parent() == Path(tempfile.gettempdir())
