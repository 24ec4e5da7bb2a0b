"""The containers of docker-compose.yml under a project name, ports and a network of their own."""

import asyncio
import json
import os
import secrets
import subprocess
import time
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import httpx

from deploy.local.ports import Claim
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.settings.service_settings import AuthSettings
from tests.applied import versions
from tests.e2e.house import ROOT, SERVICES, House

LASTING = (*SERVICES, "edge", "kafka", "mongodb")
"""The containers that go on running; the others do their work and end."""
DOORS = {**{name: {8000} for name in SERVICES}, "edge": {8080}, "kafka": {9092, 9093, 19092}, "mongodb": {27017}}
"""The ports at which each of them listens, in networks of their own."""

_FILES = ("docker-compose.yml", "tests/compose/override.yaml")

_UP = 900
_WELL = 600
_ROLL = 2400
"""Seconds that the first start, a recovery and a roll of all services may take, on a machine that does more besides."""


class Stack:
    """One run of docker-compose.yml, with the images of one `version` at first; its files stand in `folder`."""

    def __init__(self, folder: Path, version: str = versions.THIS, **more: str) -> None:
        self._version = version
        self._more = more
        self._claims = {name: Claim() for name in ("edge", "kafka", "kafka-2", "kafka-3", "mongodb")}
        self._front = f"10.203.{secrets.randbelow(100) + 120}"
        self.project = f"community-test-{secrets.token_hex(3)}"
        self._file = folder / "settings.env"
        self._write()
        self._folder = folder
        self.url = f"http://127.0.0.1:{self._claims['edge'].port}"
        self.kafka = f"127.0.0.1:{self._claims['kafka'].port}"

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *_: object) -> None:
        """Remove everything but the images; what the containers said stays in `folder`."""
        logs = self._run("logs", "--no-color", "--timestamps")
        (self._folder / "containers.log").write_text(logs.stdout)
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "20")
        for claim in self._claims.values():
            claim.release()

    def up(self) -> None:
        """Start what does not run, and wait until it is healthy."""
        self.compose("up", "--detach", "--no-build", "--wait", "--wait-timeout", str(_UP), within=_UP + 60)

    def roll(self, version: str, *, back: bool = False) -> None:
        """Bring the services to another version, as an operator does it.

        Raises:
            AssertionError: it failed; the message is what was said.
        """
        self._version = version
        self._write()
        order = ["sh", "deploy/compose/roll.sh", *(["--back"] if back else [])]
        files = ":".join(str(ROOT / file) for file in _FILES)
        told = {"COMPOSE_FILE": files, "COMPOSE_PROJECT_NAME": self.project, "COMPOSE_ENV_FILES": str(self._file)}
        done = _finish(order, _ROLL, env=_plain_environment() | told)
        assert done.returncode == 0, (done.stderr + done.stdout)[-4000:]
        at_work = {name: self.inspect(name)["Config"]["Image"] for name in SERVICES}
        assert at_work == {name: f"community-{name}:{version}" for name in SERVICES}, at_work

    def compose(self, *arguments: str, within: float = 120) -> str:
        """What `docker compose` printed.

        Raises:
            AssertionError: it failed; the message is what it said.
        """
        done = self._run(*arguments, within=within)
        if done.returncode != 0:
            said = (done.stderr + done.stdout)[-4000:]
            raise AssertionError(f"docker compose {arguments[0]}: {done.returncode}\n{said}\nsee {self._folder}")
        return done.stdout

    def keep(self, archive: Path) -> None:
        """Write everything that is stored into `archive`, as an operator does it.

        Raises:
            AssertionError: it failed; the message is what it said.
        """
        with archive.open("wb") as kept:
            done = self._run("run", "--rm", "-T", "backup", within=_UP, stdout=kept)
        assert done.returncode == 0, done.stderr

    def put_back(self, archive: Path) -> None:
        """Put back what is in `archive`.

        Raises:
            AssertionError: it failed; the message is what it said.
        """
        with archive.open("rb") as kept:
            done = self._run("run", "--rm", "-T", "restore", within=_UP, stdin=kept)
        assert done.returncode == 0, done.stderr

    def put_password(self, file: Path) -> str:
        """Put what is in `file` where notify reads the password of its mail server; what was printed."""
        order = ("python", "-m", "services", "secrets", "/secrets", "--put", "smtp-password")
        with file.open("rb") as words:
            done = self._run("run", "--rm", "-T", "secrets", *order, stdin=words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def inside(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        """How `command` ended in the container of `service`."""
        return self._run("exec", "-T", service, *command)

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine knows of the container of `service`."""
        found: list[dict[str, Any]] = json.loads(_docker("inspect", self._container(service)))
        return found[0]

    def published(self) -> set[tuple[str, str, int]]:
        """What is reached from beyond the containers' networks: of whom, at which address and port of this host."""
        found = set()
        for one in self.compose("ps", "--all", "--quiet").split():
            told = json.loads(_docker("inspect", one))[0]
            name = told["Config"]["Labels"]["com.docker.compose.service"]
            assert told["HostConfig"]["NetworkMode"] != "host", f"{name} is in the network of the host"
            places = [place for each in (told["NetworkSettings"]["Ports"] or {}).values() for place in each or ()]
            found |= {(name, place["HostIp"], int(place["HostPort"])) for place in places}
        return found

    def addresses(self, service: str) -> list[str]:
        """The addresses of a container in the networks of this run."""
        known = self.inspect(service)["NetworkSettings"]["Networks"].values()
        return [network["IPAddress"] for network in known if network["IPAddress"]]

    def stranger(self, network: str, program: str, *arguments: str) -> str:
        """What a program in Python prints in a container of its own in some network of the engine."""
        image = f"community-issues:{self._version}"
        return _docker("run", "--rm", "--network", network, image, "python", "-c", program, *arguments)

    def kill(self, service: str) -> None:
        """SIGKILL; the container stays as it is."""
        _docker("kill", self._container(service))

    def start(self, service: str) -> None:
        _docker("start", self._container(service))

    async def well(self) -> None:
        """Wait until every container is healthy and every service is ready through the edge."""
        until = time.monotonic() + _WELL
        async with httpx.AsyncClient(base_url=self.url, timeout=10) as http:
            while ill := [
                *await asyncio.to_thread(self._unhealthy),
                *[s for s in SERVICES if not await _ready(http, s)],
            ]:
                assert time.monotonic() < until, f"after {_WELL} seconds, not well: {ill}"
                await asyncio.sleep(0.5)

    def mongodb(self, user: str) -> str:
        """The URL under which `user` reaches MongoDB."""
        place = f"127.0.0.1:{self._claims['mongodb'].port}"
        return f"mongodb://{user}:{quote(self.password(user), safe='')}@{place}/?directConnection=true&authSource=admin"

    def password(self, user: str) -> str:
        """What was made for `user` at the first start."""
        return self.compose("run", "--rm", "--no-deps", "-T", "secrets", "cat", f"/secrets/mongodb/{user}").strip()

    def house(self) -> House:
        """The services behind the edge."""
        return House(self.url, DevelopmentIssuer(AuthSettings(environment="test", auth_development_key=self._key())))

    def variables(self) -> dict[str, str]:
        """Where a test finds the stores, as `tests.e2e.house.environment` says it of other houses."""
        return {
            "MONGODB_URL": self.mongodb("root"),
            **self._subscriber(),
            "KAFKA_TOPIC_PREFIX": "",
            "KAFKA_PARTITIONS": "6",
            "AUTH_DEVELOPMENT_KEY": str(self._key()),
            **{f"{name.upper()}_DATABASE": f"community_{name}" for name in SERVICES},
        }

    def _subscriber(self) -> dict[str, str]:
        """How a system outside reads Kafka, as an operator lets it in."""
        job = ("run", "--rm", "--no-deps", "-T")
        said = self.compose(*job, "kafka-users", "python", "-m", "services", "access", "subscriber", "test-reader")
        way = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        trusted = self._folder / "ca.pem"
        trusted.write_text(self.compose(*job, "secrets", "cat", "/secrets/kafka/ca.pem"))
        return {
            "KAFKA_BOOTSTRAP": self.kafka,
            "KAFKA_SECURITY_PROTOCOL": way["security.protocol"],
            "KAFKA_SASL_MECHANISM": way["sasl.mechanism"],
            "KAFKA_USERNAME": way["sasl.username"],
            "KAFKA_PASSWORD": way["sasl.password"],
            "KAFKA_CA_FILE": str(trusted),
        }

    def _settings(self) -> dict[str, str]:
        return {
            "FRONT_NETWORK": self._front,
            "TRUSTED_PROXIES": f"{self._front}.1",
            "EDGE_ADDRESS": f"127.0.0.1:{self._claims['edge'].port}",
            **self._brokers(),
            "TEST_MONGODB_PORT": str(self._claims["mongodb"].port),
            "PUBLIC_URL": f"http://127.0.0.1:{self._claims['edge'].port}",
            "RATE_LIMIT_PER_SECOND": "0",
            "RATE_LIMIT_ADDRESS_PER_SECOND": "0",
            "COMMUNITY_VERSION": self._version,
            **self._more,
        }

    def _brokers(self) -> dict[str, str]:
        """Where a reader on this host finds each broker; the second and third stand by only where there are three."""
        ports = {end: self._claims[f"kafka{end}".replace("_", "-")].port for end in ("", "_2", "_3")}
        told = {f"KAFKA_ADDRESS{end}": f"127.0.0.1:{port}" for end, port in ports.items()}
        return told | {f"TEST_KAFKA_PORT{end}": str(port) for end, port in ports.items()}

    def _write(self) -> None:
        self._file.write_text("".join(f"{name}={value}\n" for name, value in self._settings().items()))

    def _key(self) -> Path:
        """A copy of the development issuer's key pair, which the services share."""
        path = self._folder / "issuer.json"
        if not path.exists():
            kept = self.inspect("issues")["Config"]["Env"]
            place = next(line.partition("=")[2] for line in kept if line.startswith("AUTH_DEVELOPMENT_KEY="))
            path.write_text(self.compose("exec", "-T", "issues", "cat", place))
        return path

    def _unhealthy(self) -> list[str]:
        return [name for name in LASTING if self.inspect(name)["State"].get("Health", {}).get("Status") != "healthy"]

    def _container(self, service: str) -> str:
        return self.compose("ps", "--all", "--quiet", service).strip()

    def _run(
        self, *arguments: str, within: float = 120, stdin: IO[bytes] | None = None, stdout: IO[bytes] | None = None
    ) -> subprocess.CompletedProcess[str]:
        chosen = [part for file in _FILES for part in ("--file", str(ROOT / file))]
        command = ["docker", "compose", "--project-name", self.project, "--env-file", str(self._file), *chosen]
        return _finish([*command, *arguments], within, env=_plain_environment(), stdin=stdin, stdout=stdout)


def engine_trouble() -> str | None:
    """Why there can be no containers here, as one sentence."""
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            if _finish(command, 30).returncode != 0:
                break
        except (OSError, subprocess.TimeoutExpired):
            break
    else:
        return None
    return f"tests/compose needs a Docker engine with Compose 2.24 or newer, and `{' '.join(command)}` fails."


def _plain_environment() -> dict[str, str]:
    """What leads to the engine; no setting of whoever runs the tests."""
    leading = ("PATH", "HOME", "XDG_RUNTIME_DIR", "SSH_AUTH_SOCK")
    return {name: value for name, value in os.environ.items() if name in leading or name.startswith("DOCKER_")}


def _docker(*arguments: str) -> str:
    done = _finish(["docker", *arguments], 120)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def _finish(
    command: list[str],
    within: float,
    env: dict[str, str] | None = None,
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | None = None,
) -> subprocess.CompletedProcess[str]:
    pipe = subprocess.PIPE
    return subprocess.run(
        command, stdin=stdin, stdout=stdout or pipe, stderr=pipe, text=True, timeout=within, env=env, cwd=ROOT
    )


async def _ready(http: httpx.AsyncClient, service: str) -> bool:
    try:
        return (await http.get(f"/api/{service}/readyz")).status_code == 200
    except httpx.TransportError:
        return False
