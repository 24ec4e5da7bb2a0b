"""docker-compose.yml hands on every setting that exists, and to each service its own secrets alone."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from services.chassis.setting_sources import variables
from services.chassis.settings import KafkaSettings
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
    assert set(CONTAINERS[name]["environment"]) == wanted


def test_the_topics_get_theirs() -> None:
    assert set(CONTAINERS["topics"]["environment"]) >= _OF_TOPICS | {"KAFKA_TOPIC_PREFIX", "KAFKA_BOOTSTRAP"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_told_its_own_secrets_alone(name: str) -> None:
    told = yaml.safe_dump(CONTAINERS[name])
    secrets = set(re.findall(r"\$\{(\w+_PASSWORD|\w+_KEY)\b", told))
    assert secrets == {f"{name.upper()}_MONGODB_PASSWORD"}


def test_each_secret_comes_from_the_environment() -> None:
    settings = [pair for container in CONTAINERS.values() for pair in container.get("environment", {}).items()]
    secrets = [(name, value) for name, value in settings if re.search("PASSWORD|SECRET|CLUSTER_KEY", name)]
    assert secrets
    assert [name for name, value in secrets if value is not None and not value.startswith(f"${{{name}:-")] == []
    urls = [value for name, value in settings if name == "MONGODB_URL"]
    assert all(re.match(r"mongodb://\w+:\$\{\w+_PASSWORD:-", url) for url in urls)


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
