"""docker-compose.yml hands on every setting that exists, and to each service its own secrets alone."""

import re
import subprocess
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
_OF_ANOTHER_KAFKA = {name for name in variables(KafkaSettings) if re.match(r"^KAFKA_(?!PASSWORD)\w+_FILE$", name)}
"""The one that comes with it is reached inside its own network alone, where nothing is encrypted."""
_JOBS = ("topics", "kafka-users")
_BROKERS = ("kafka", "kafka-2", "kafka-3")


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
    secret = [(name, value) for name, value in settings if re.search("PASSWORD|SECRET|_KEYS?(_FILE)?$", name)]
    assert secret
    assert {value for _, value in secret if value is not None} <= {
        f"/run/secrets/{name}" for name in ("admin", "kafka-password", "contact-keys", "endpoint-key")
    }
    assert not holds_a_published_secret(TEXT)
    writing = {
        name
        for name, container in CONTAINERS.items()
        for volume in container.get("volumes", ())
        if volume.startswith("secrets-") and not volume.endswith(":ro")
    }
    assert writing == {"secrets", "restore"}
    assert CONTAINERS["restore"]["profiles"] == ["by-hand"]
    for reader in ("mongodb", *_BROKERS, *SERVICES):
        assert CONTAINERS[reader]["depends_on"]["secrets"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("made", ["", "of this version"])
def test_a_release_that_makes_no_endpoint_key_starts_without_one(tmp_path: Path, made: str) -> None:
    """docker-compose.yml brings up the last release, too: an upgrade goes back to it."""
    folder, programs = tmp_path / "secrets", tmp_path / "bin"
    programs.mkdir()
    python = programs / "python"
    python.write_text(f'mkdir -p "$4/notify"\n[ -z "{made}" ] || echo "{made}" > "$4/notify/endpoint-key"\n')
    python.chmod(0o755)
    command = [part.replace("/secrets", str(folder)) for part in CONTAINERS["secrets"]["command"]]
    subprocess.run(command, check=True, env={"PATH": f"{programs}:/usr/bin:/bin"})
    assert (folder / "notify" / "endpoint-key").read_text().strip() == made


def test_services_believe_the_edge_alone_and_the_edge_whom_it_is_told() -> None:
    edge = CONTAINERS["edge"]["networks"]["front"]["ipv4_address"]
    assert {CONTAINERS[name]["environment"]["TRUSTED_PROXIES"] for name in SERVICES} == {edge}
    assert CONTAINERS["edge"]["environment"] == {"TRUSTED_PROXIES": None}
    conf = (ROOT / "deploy" / "compose" / "nginx.conf").read_text("utf-8")
    assert "set_real_ip_from" not in conf
    assert "include /tmp/proxies.conf;" in conf
    on_front = {name for name, container in CONTAINERS.items() if "front" in container.get("networks", ())}
    assert on_front == {"edge", "demo", *SERVICES}


def test_what_compose_asks_for_stands_in_its_example() -> None:
    shown = "".join((ROOT / file).read_text("utf-8") for file in (".env.example", "deploy/compose/example.env"))
    asked = set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)", TEXT))
    assert asked <= set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", shown, re.MULTILINE))


def test_the_edge_alone_listens_and_on_the_loopback_interface() -> None:
    """So does Grafana, where its profile is chosen."""
    published = {name: container["ports"] for name, container in CONTAINERS.items() if container.get("ports")}
    observing = {"grafana": ["${GRAFANA_ADDRESS:-127.0.0.1:3000}:3000"]}
    assert published == {"edge": ["${EDGE_ADDRESS:-127.0.0.1:8080}:8080"], **observing}
    assert CONTAINERS["grafana"]["profiles"] == ["observability"]
    assert [name for name, container in CONTAINERS.items() if container.get("network_mode") == "host"] == []


def test_what_goes_on_running_can_be_waited_for() -> None:
    """`up --wait` fails at once where a container runs whose check of health is disabled."""
    by_hand = {name for name, told in CONTAINERS.items() if told.get("profiles") == ["by-hand"]}
    disabled = {name for name, told in CONTAINERS.items() if (told.get("healthcheck") or {}).get("disable")}
    assert disabled <= by_hand


def test_subscribers_are_let_in_where_it_is_encrypted_and_asked_who_comes() -> None:
    opened = yaml.safe_load((ROOT / "deploy" / "compose" / "subscribers.yaml").read_text("utf-8"))["services"]
    assert set(opened) == set(_BROKERS)
    ports = [port for broker in opened.values() for port in broker["ports"]]
    assert all(re.fullmatch(r"\$\{KAFKA_LISTEN:-127\.0\.0\.1\}:\d+:19092", port) for port in ports)
    broker = (ROOT / "deploy" / "kubernetes" / "overlays" / "one-node" / "kafka.sh").read_text("utf-8")
    listeners = re.findall(r"listener\.security\.protocol\.map=(.*)", broker)
    assert listeners == ["INSIDE:SASL_PLAINTEXT,OUTSIDE:SASL_SSL,CONTROLLER:SASL_PLAINTEXT"]
    assert "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n" in broker
    assert "allow.everyone.if.no.acl.found" not in broker, "it is off where nobody names it"


def test_each_asks_kafka_under_its_own_name() -> None:
    for name in SERVICES:
        told = CONTAINERS[name]["environment"]
        assert (told["KAFKA_USERNAME"], told["KAFKA_PASSWORD_FILE"]) == (name, "/run/secrets/kafka-password")
    named = {
        name: CONTAINERS[name].get("environment", {}).get("KAFKA_USERNAME")
        for name in CONTAINERS
        if name not in SERVICES
    }
    assert {name for name, user in named.items() if user is not None} == set(_JOBS)
    assert {named[name] for name in _JOBS} == {"admin"}


@pytest.mark.parametrize("name", SERVICES)
def test_the_edge_leads_to_every_service_and_asks_each_whether_it_is_ready(name: str) -> None:
    edge = (ROOT / "deploy" / "compose" / "nginx.conf").read_text("utf-8")
    assert re.search(rf"location /api/{name}/ +{{ set \$to {name};", edge)
    assert f"auth_request /of/{name};" in edge
    assert f'virtual="/of/{name}"' in edge


def test_what_is_kept_in_memory_has_a_bound() -> None:
    """A tmpfs lies in the memory of the host, half of which Docker lets each take where no size is said."""
    unbounded = {
        (name, place)
        for name, container in CONTAINERS.items()
        for place in container.get("tmpfs", ())
        if not re.search(r":size=\d{2,3}m$", place)
    }
    assert unbounded == set()
    edge = (ROOT / "deploy" / "compose" / "nginx.conf").read_text("utf-8")
    outer = edge.partition("location")[0]
    assert "proxy_request_buffering off;" in outer, "slow uploads would fill it"
    assert "proxy_max_temp_file_size 0;" in outer, "and answers that are fetched slowly"
