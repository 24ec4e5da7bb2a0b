"""One of each server for a whole run, and nothing of a test that outlives it."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import MongoClient

from deploy.local.servers import Servers
from deploy.local.trouble import Trouble
from tests.desk import Desk, Visitor
from tests.rules.tree import ROOT


class _Known(Servers):
    def mongodb(self) -> str:
        return "mongodb://here.example"

    def kafka(self) -> str:
        raise Trouble("Kafka needs Java 17 and none was found.")


def test_workers_ask_at_the_desk() -> None:
    desk = Desk(_Known())
    visitor = Visitor(desk.address, desk.key)
    assert visitor.mongodb() == "mongodb://here.example"
    with pytest.raises(Trouble, match="Java 17"):
        visitor.kafka()
    desk.close()


_TESTS = """
    import pytest
    from aiokafka.admin import AIOKafkaAdminClient, NewTopic
    from pymongo import MongoClient
    from tests.conftest import *

    @pytest.mark.parametrize("number", range(4))
    async def test_leaves_something(number, mongodb_url, kafka_bootstrap, database, topic_prefix):
        MongoClient(mongodb_url)[database].things.insert_one({})
        MongoClient(mongodb_url)[f"{database}_more"].things.insert_one({})
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(f"{topic_prefix}things", 1, 1)])
        await admin.close()
        with open("used", "a") as used:
            used.write(f"{database} {topic_prefix}\\n")

    @pytest.mark.parametrize("number", range(4))
    def test_alone(number):
        pass
"""


def _run(folder: Path, environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    (folder / "conftest.py").write_text("from tests.conftest import *\n")
    (folder / "test_inner.py").write_text(textwrap.dedent(_TESTS).replace("from tests.conftest import *\n", ""))
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
    )


async def test_topics_and_databases_end_with_their_test(tmp_path: Path, mongodb_url: str, kafka_bootstrap: str) -> None:
    environment = {"MONGODB_URL": mongodb_url, "KAFKA_BOOTSTRAP": kafka_bootstrap}
    done = _run(tmp_path, environment, "-n", "0")
    assert "8 passed" in done.stdout, done.stdout
    used = [line.split() for line in (tmp_path / "used").read_text().splitlines()]
    assert len({name for line in used for name in line}) == 8
    with MongoClient[dict[str, Any]](mongodb_url) as client:
        databases = client.list_database_names()
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    topics = await admin.list_topics()
    await admin.close()
    assert not [name for name, _ in used if any(found.startswith(name) for found in databases)]
    assert not [prefix for _, prefix in used if any(topic.startswith(prefix) for topic in topics)]


def test_a_server_that_can_not_be_had_is_told_only_to_those_that_ask(tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path), "JAVA_HOME": "", "MONGODB_URL": "mongodb://here.example", "KAFKA_BOOTSTRAP": ""}
    done = _run(tmp_path, {**nothing, "DOCKER_HOST": f"unix://{tmp_path}/none"}, "-n", "2")
    assert "4 passed, 4 errors" in done.stdout
    assert "Kafka needs Java 17 and none was found" in done.stdout
    assert "Traceback" not in done.stdout
