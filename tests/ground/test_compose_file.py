"""docker-compose.yml hands on every setting that exists, and to each service its own secrets alone."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from services.chassis.settings.published import holds_a_published_secret
from services.chassis.settings.service_settings import KafkaSettings
from services.chassis.settings.sources import variables
from services.topology import SERVICES, service

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
CONTAINERS: dict[str, Any] = yaml.safe_load(TEXT)["services"]

_OF_THE_IMAGE = {"HTTP_HOST", "HTTP_PORT", "AUTH_DEVELOPMENT_KEY"}
_OF_TOPICS = {"KAFKA_PARTITIONS", "KAFKA_REPLICATION", "KAFKA_RETENTION_DAYS", "KAFKA_DEAD_LETTER_DAYS"}
_OF_A_REPLICA = {"KAFKA_GROUP_INSTANCE"}
"""Left out, so that a service may be scaled."""
_ACCESS = re.compile(r"^KAFKA_(SECURITY|SASL|USERNAME|PASSWORD|\w+_FILE$)")
_OF_ANOTHER_KAFKA = {name for name in variables(KafkaSettings) if _ACCESS.match(name)}
"""The one that comes with it is reached inside its own network alone, in plain text."""


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_gets_every_setting_and_no_other(name: str) -> None:
    wanted = {variable for variable in variables(service(name).settings) if not variable.endswith("_DATABASE")}
    wanted -= _OF_THE_IMAGE | _OF_TOPICS | _OF_A_REPLICA | _OF_ANOTHER_KAFKA
    given = {variable.removesuffix("_FILE") for variable in CONTAINERS[name]["environment"]}
    assert given == wanted


def test_the_topics_get_theirs() -> None:
    assert set(CONTAINERS["topics"]["environment"]) >= _OF_TOPICS | {"KAFKA_TOPIC_PREFIX", "KAFKA_BOOTSTRAP"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_told_its_own_secrets_alone(name: str) -> None:
    told = CONTAINERS[name]
    assert not [variable for variable in told["environment"] if re.search("_MONGODB_PASSWORD|CLUSTER_KEY", variable)]
    assert [volume for volume in told["volumes"] if "secrets" in volume] == [f"secrets-{name}:/run/secrets:ro"]
    assert told["environment"]["MONGODB_URL_FILE"] == "/run/secrets/mongodb-url"


def test_no_secret_has_a_value_and_those_that_are_made_are_written_by_one_container() -> None:
    settings = [pair for container in CONTAINERS.values() for pair in container.get("environment", {}).items()]
    secret = [(name, value) for name, value in settings if re.search("PASSWORD|SECRET|_KEYS?$", name)]
    assert secret
    assert [name for name, value in secret if value is not None] == []
    assert not holds_a_published_secret(TEXT)
    writing = {
        name
        for name, container in CONTAINERS.items()
        for volume in container.get("volumes", ())
        if volume.startswith("secrets-") and not volume.endswith(":ro")
    }
    assert writing == {"secrets"}
    for reader in ("mongodb", *SERVICES):
        assert CONTAINERS[reader]["depends_on"]["secrets"] == {"condition": "service_completed_successfully"}


def test_services_believe_the_edge_alone_and_the_edge_whom_it_is_told() -> None:
    edge = CONTAINERS["edge"]["networks"]["front"]["ipv4_address"]
    assert {CONTAINERS[name]["environment"]["TRUSTED_PROXIES"] for name in SERVICES} == {edge}
    assert CONTAINERS["edge"]["environment"] == {"TRUSTED_PROXIES": None}
    conf = (ROOT / "deploy" / "compose" / "nginx.conf").read_text("utf-8")
    assert "set_real_ip_from" not in conf
    assert "include /tmp/proxies.conf;" in conf
    on_front = {name for name, container in CONTAINERS.items() if "front" in container.get("networks", ())}
    assert on_front == {"edge", *SERVICES}


def test_what_compose_asks_for_stands_in_its_example() -> None:
    shown = "".join((ROOT / file).read_text("utf-8") for file in (".env.example", "deploy/compose/example.env"))
    asked = set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)", TEXT))
    assert asked <= set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", shown, re.MULTILINE))


def test_ports_are_published_on_the_loopback_interface() -> None:
    published = [port for container in CONTAINERS.values() for port in container.get("ports", ())]
    assert published
    assert all(re.fullmatch(r"\$\{\w+:-127\.0\.0\.1:\d+\}:\d+", port) for port in published)


@pytest.mark.parametrize("name", SERVICES)
def test_the_edge_leads_to_every_service_and_asks_each_whether_it_is_ready(name: str) -> None:
    edge = (ROOT / "deploy" / "compose" / "nginx.conf").read_text("utf-8")
    assert re.search(rf"location /api/{name}/ +{{ set \$to {name};", edge)
    assert f"auth_request /of/{name};" in edge
    assert f'virtual="/of/{name}"' in edge
