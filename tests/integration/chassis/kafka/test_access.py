"""A Kafka that is encrypted and asks who comes: every client of ours gets in as the settings say, and nobody else."""

import asyncio
import datetime
import ipaddress
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deploy.local.kafka_server import KafkaServer
from services.chassis.kafka.access import OPEN, Access, access
from services.chassis.kafka.producer import Producer
from services.chassis.kafka.topics import KafkaAway, ensure_topics
from services.chassis.settings.service_settings import KafkaSettings
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.dead_letters import DeadLetters
from services.chassis.subscriber.handlers import Handlers, Received
from tests.integration.chassis.lab import Lab, fact
from tests.integration.chassis.workshop import WORKSHOP, ThingMade
from tests.waiting import eventually, patiently

PASSWORD = "open-sesame"


class Guarded(KafkaServer):
    """It listens at two more ports: one asks for a name and a password, one for a certificate; both are encrypted."""

    def __init__(self, folder: Path, certificates: Path) -> None:
        super().__init__(folder, quick=True, heap_mb=256)
        self._certificates = certificates
        self.by_password, self.by_certificate = f"127.0.0.1:{self._claim_port()}", f"127.0.0.1:{self._claim_port()}"

    def _broker(self, data: Path) -> dict[str, str]:
        own = super()._broker(data)
        more = f",SASL_SSL://{self.by_password},SSL://{self.by_certificate}"
        return {
            **own,
            "listeners": own["listeners"] + more,
            "advertised.listeners": own["advertised.listeners"] + more,
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self._certificates / "broker.pem"),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self._certificates / "ca.pem"),
            "listener.name.ssl.ssl.client.auth": "required",
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_ssl.plain.sasl.jaas.config": (
                f'org.apache.kafka.common.security.plain.PlainLoginModule required user_community="{PASSWORD}";'
            ),
        }


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a broker and a client signed by it, and a stranger that signed itself."""
    folder = tmp_path_factory.mktemp("certificates")
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("ca", key, None, key)
    (folder / "ca.pem").write_bytes(_pem(authority))
    for name, issuer in (("broker", authority), ("client", authority), ("stranger", None)):
        own = ec.generate_private_key(ec.SECP256R1())
        signed = _certificate(name, own, issuer, key if issuer else own)
        (folder / f"{name}.pem").write_bytes(_pem(own) + _pem(signed))
    return folder


@pytest.fixture(scope="module")
def guarded(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    server = Guarded(tmp_path_factory.mktemp("kafka"), certificates)
    server.start()
    yield server
    server.stop()


def settings(bootstrap: str, **more: object) -> KafkaSettings:
    return KafkaSettings(_env_file=None, environment="test", kafka_bootstrap=bootstrap, **more)  # type: ignore[arg-type]


def by_password(server: Guarded, certificates: Path, password: str = PASSWORD) -> KafkaSettings:
    return settings(
        server.by_password,
        kafka_security_protocol="SASL_SSL",
        kafka_sasl_mechanism="PLAIN",
        kafka_username="community",
        kafka_password=password,
        kafka_ca_file=certificates / "ca.pem",
    )


def by_certificate(server: Guarded, certificates: Path, name: str = "client") -> KafkaSettings:
    return settings(
        server.by_certificate,
        kafka_security_protocol="SSL",
        kafka_ca_file=certificates / "ca.pem",
        kafka_certificate_file=certificates / f"{name}.pem",
    )


@pytest.mark.parametrize("way", [by_password, by_certificate])
async def test_every_client_gets_in(
    lab: Lab, guarded: Guarded, certificates: Path, way: Callable[[Guarded, Path], KafkaSettings]
) -> None:
    """Topics are made, a record goes out, comes in, and what can't be taken is found among the dead letters."""
    kafka = way(guarded, certificates)
    bootstrap, prefix = kafka.kafka_bootstrap, lab.prefix
    await ensure_topics(bootstrap, prefix=prefix, topics=[WORKSHOP], partitions=1, access=kafka.kafka_access)
    producer = Producer(bootstrap, client_id="guarded", access=kafka.kafka_access)
    await asyncio.wait_for(producer.run(), patiently(30))
    taken: list[str] = []
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def made(received: Received[ThingMade]) -> None:
        taken.append(received.envelope.aggregate_id)

    intake = lab.intake(handlers)
    intake._producer = producer
    topics = [prefix + WORKSHOP.name]
    consumer = Consumer(bootstrap, intake, topics, group=lab.group, access=kafka.kafka_access)
    await asyncio.wait_for(consumer.run(), patiently(30))
    try:
        for key, value, headers in (fact("thing-1", 1, ThingMade(n=1)), (b"thing-2", b"{}", [])):
            batch = producer.batch(await producer.place(topics[0], key))
            batch.add(key, value, headers)
            assert await producer.send([batch]) == set()
        await eventually(lambda: taken == ["thing-1"])
        dead_letters = DeadLetters(bootstrap, [prefix + WORKSHOP.dead_letters], producer, access=kafka.kafka_access)

        async def buried() -> bool:
            return [letter.key for letter in await dead_letters.letters()] == [b"thing-2"]

        await eventually(buried)
    finally:
        await consumer.stop()
        await producer.stop()


async def test_a_wrong_password_a_strange_certificate_and_plain_text_stay_outside(
    guarded: Guarded, certificates: Path
) -> None:
    trusting = settings(guarded.by_password, kafka_security_protocol="SSL")
    outside: list[tuple[str, Access]] = [
        (guarded.by_password, by_password(guarded, certificates, "wrong").kafka_access),
        (guarded.by_password, OPEN),
        (guarded.by_password, trusting.kafka_access),
        (guarded.by_certificate, by_certificate(guarded, certificates, "stranger").kafka_access),
    ]
    for bootstrap, way in outside:
        with pytest.raises((KafkaAway, KafkaError)):
            await ensure_topics(bootstrap, topics=[WORKSHOP], access=way, wait=3)


def test_a_broker_that_somebody_else_signed_is_not_trusted(certificates: Path) -> None:
    way = access(
        "SSL",
        mechanism="PLAIN",
        username="",
        password="",
        ca_file=certificates / "ca.pem",
        certificate_file=None,
        key_file=None,
    )
    context = way.ssl_context
    assert context is not None
    assert context.check_hostname
    assert [found["subject"] for found in context.get_ca_certs()] == [((("commonName", "ca"),),)]


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate | None, by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=name == "ca", path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(by, hashes.SHA256())
    )


def _pem(thing: x509.Certificate | ec.EllipticCurvePrivateKey) -> bytes:
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
