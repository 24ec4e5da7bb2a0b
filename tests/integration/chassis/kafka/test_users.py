"""A Kafka that asks everybody who they are: each service does its own work there, and all else is refused."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from deploy.local.kafka_server import KafkaServer
from services.chassis.kafka.access import for_client
from services.chassis.kafka.grants import NameOfServices, of_service
from services.chassis.kafka.topics import TopicRefused, ensure_topics
from services.chassis.kafka.users import Users, UsersRefused
from services.chassis.settings.service_settings import KafkaSettings
from services.commands import access
from services.contracts.topics import ISSUES, NOTICES, TOPICS, VOLUNTEERS
from services.topology import SERVICES

ADMIN, BROKER = "of-the-administrator", "of-the-brokers"
_PLAIN = f'org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="{BROKER}"'
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


class Locked(KafkaServer):
    """As deploy/kubernetes/overlays/one-node/kafka.sh has it, without what leaves the host."""

    def _broker(self, data: Path) -> dict[str, str]:
        return {
            **super()._broker(data),
            "listeners": f"INSIDE://{self.bootstrap},CONTROLLER://127.0.0.1:{self._controller_port}",
            "advertised.listeners": f"INSIDE://{self.bootstrap}",
            "inter.broker.listener.name": "INSIDE",
            "listener.security.protocol.map": "INSIDE:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
            "listener.name.inside.sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
            "listener.name.inside.scram-sha-512.sasl.jaas.config": _SCRAM,
            "listener.name.inside.plain.sasl.jaas.config": f'{_PLAIN} user_broker="{BROKER}" user_admin="{ADMIN}";',
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config": f'{_PLAIN} user_broker="{BROKER}";',
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "sasl.mechanism.controller.protocol": "PLAIN",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:broker;User:admin",
        }

    def _ready(self) -> bool:
        """Who is nobody is told nothing; so somebody asks."""
        try:
            Users(self.known_as("admin", ADMIN, "PLAIN"), patience=5).names()
        except UsersRefused:
            return False
        return True

    def known_as(self, name: str, password: str, mechanism: str = "SCRAM-SHA-512") -> KafkaSettings:
        """The settings of somebody who comes under `name`."""
        return KafkaSettings.model_validate(
            {
                "environment": "test",
                "kafka_bootstrap": self.bootstrap,
                "kafka_security_protocol": "SASL_PLAINTEXT",
                "kafka_sasl_mechanism": mechanism,
                "kafka_username": name,
                "kafka_password": password,
            }
        )


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    """A broker whose administrator alone is known."""
    server = Locked(tmp_path_factory.mktemp("kafka"), quick=True, heap_mb=256)
    server.start()
    yield server
    server.stop()


def _command() -> argparse.ArgumentParser:
    """`python -m services access`."""
    command = argparse.ArgumentParser()
    command.set_defaults(env_file=None)
    access.add_arguments(command)
    return command


async def _write(settings: KafkaSettings, topic: str) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap, acks="all", **for_client(settings.kafka_access)
    )
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"{}", key=b"person-1")
    finally:
        await producer.stop()


async def _read(settings: KafkaSettings, topic: str, group: str | None) -> int:
    """How many records there are."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        **for_client(settings.kafka_access),
    )
    try:
        await consumer.start()
        return sum(len(records) for records in (await consumer.getmany(timeout_ms=10_000)).values())
    finally:
        await consumer.stop()


async def _behind(settings: KafkaSettings, group: str) -> int:
    """How many records wait for a group, as whoever scales it asks: what it has done, and where its topics end."""
    way = for_client(settings.kafka_access)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap, **way)
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, **way)
    try:
        await admin.start()
        done = await admin.list_consumer_group_offsets(group)
        await consumer.start()
        ends = await consumer.end_offsets(list(done))
        return sum(ends[partition] - done[partition].offset for partition in done)
    finally:
        await consumer.stop()
        await admin.close()


async def test_each_service_does_its_own_work_and_nothing_else(
    locked: Locked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    administrator = locked.known_as("admin", ADMIN, "PLAIN")
    for name in ("kafka_bootstrap", "kafka_security_protocol", "kafka_sasl_mechanism", "kafka_username"):
        monkeypatch.setenv(name.upper(), str(getattr(administrator, name)))
    monkeypatch.setenv("KAFKA_PASSWORD", ADMIN)
    monkeypatch.setenv("ENVIRONMENT", "test")
    for name in SERVICES:
        (tmp_path / name).write_text(f"of-{name}")
    (tmp_path / "keda").write_text("of-keda")
    await ensure_topics(locked.bootstrap, partitions=1, access=administrator.kafka_access)

    command = _command()
    for _ in range(2):
        services = command.parse_args(["services", str(tmp_path)])
        assert services.command(services) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2] for line in said[5:]] == ["0 rights added, 0 taken away"] * 5

    by = {name: locked.known_as(name, f"of-{name}") for name in SERVICES}
    for topic in TOPICS:
        for name in (topic.name, topic.state):
            await _write(by[topic.service], name)
    assert await _read(by["volunteers"], NOTICES.name, "community.volunteers") == 1
    await _write(by["volunteers"], NOTICES.dead_letters)

    await _write(by["notify"], NOTICES.name)
    keda = locked.known_as("keda", "of-keda")
    assert await _behind(keda, "community.volunteers") == 1
    with pytest.raises(TopicAuthorizationFailedError):
        await _read(keda, NOTICES.name, None)
    with pytest.raises(GroupAuthorizationFailedError):
        await _read(keda, NOTICES.name, "community.volunteers")
    with pytest.raises(TopicAuthorizationFailedError):
        await _write(keda, NOTICES.name)

    with pytest.raises(TopicAuthorizationFailedError):
        await _write(by["volunteers"], ISSUES.name)
    with pytest.raises(TopicAuthorizationFailedError):
        await _read(by["events"], ISSUES.name, "community.events")
    with pytest.raises(GroupAuthorizationFailedError):
        await _read(by["volunteers"], NOTICES.name, "community.issues")
    for forger in ("issues", "volunteers", "events"):  # an erasure request is a fact of notify's
        with pytest.raises(TopicAuthorizationFailedError):
            await _write(by[forger], NOTICES.name)
    with pytest.raises(TopicRefused):
        await ensure_topics(locked.bootstrap, partitions=2, access=by["issues"].kafka_access, wait=20)
    with pytest.raises(UsersRefused):
        Users(by["issues"], patience=10).put("stranger", "of-stranger", of_service("notify"))
    for stranger in (locked.known_as("notify", "guessed"), locked.known_as("stranger", "guessed")):
        with pytest.raises(KafkaError):
            await _write(stranger, NOTICES.name)

    subscriber = command.parse_args(["subscriber", "city-desk", "--topic", ISSUES.name])
    subscriber.command(subscriber)
    told = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    city = locked.known_as(told["sasl.username"], told["sasl.password"])
    assert await _read(city, ISSUES.name, told["group.id"]) == 1
    assert await _read(city, ISSUES.state, "city-desk.mirror") == 1
    with pytest.raises(TopicAuthorizationFailedError):
        await _write(city, ISSUES.name)
    for unseen in (ISSUES.dead_letters, VOLUNTEERS.name):
        with pytest.raises(TopicAuthorizationFailedError):
            await _read(city, unseen, "city-desk")
    with pytest.raises(GroupAuthorizationFailedError):
        await _read(city, ISSUES.name, "community.notify")

    among_services = command.parse_args(["subscriber", "community"])
    with pytest.raises(NameOfServices):
        among_services.command(among_services)
    assert "community" not in Users(administrator).names()
    revoked = command.parse_args(["revoke", "city-desk"])
    revoked.command(revoked)
    with pytest.raises(KafkaError):
        await _read(city, ISSUES.name, "city-desk")
    users = Users(administrator)
    assert users.names() == sorted([*SERVICES, "keda"])
    users.put("volunteers", "of-volunteers", of_service("volunteers") | of_service("notify"))
    assert users.put("volunteers", "of-volunteers", of_service("volunteers"), keep=True) == (0, 0)
    added, taken = users.put("volunteers", "of-volunteers", of_service("volunteers"))
    assert (added, taken) == (0, len(of_service("notify") - of_service("volunteers")))


@pytest.mark.parametrize("name", ["notify", "admin", "broker", "City", "x", "a b"])
def test_a_subscriber_has_a_name_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = _command()
    with pytest.raises(SystemExit):
        command.parse_args(["subscriber", name])
    assert "is no subscriber" in capsys.readouterr().err
