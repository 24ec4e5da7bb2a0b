"""deploy/kubernetes/secrets.sh makes everything that pods ask for, once, or says what is missing and how to go on."""

import base64
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.settings.service_settings import AuthSettings
from services.chassis.settings.sources import read_settings
from services.issues.privacy.settings import read_masters
from services.topology import SERVICES, service
from tests.ground.kustomize import rendered, secrets_named
from tests.waiting import patiently

ROOT = Path(__file__).parents[2]
OVERLAYS = ROOT / "deploy" / "kubernetes" / "overlays"
MADE = {"mongodb", "kafka", "access", "scaling", "kafka-passwords", *(f"{name}-settings" for name in SERVICES)}

Secrets = dict[str, dict[str, str]]


class Namespace:
    """A namespace that the stand-in of kubectl keeps in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.kept, self.scratch = folder / "kept", folder / "scratch"
        self.kept.mkdir()
        self.scratch.mkdir()

    def started(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        own = {
            "PATH": os.environ["PATH"],
            "KUBECTL": f"{sys.executable} -S tests/ground/kubectl.py",
            "PYTHON": sys.executable,
            "KEPT": str(self.kept),
            "TMPDIR": str(self.scratch),
        }
        return subprocess.Popen(
            ["sh", "deploy/kubernetes/secrets.sh", *arguments],
            cwd=ROOT,
            env=own | more,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_hear_signals,
        )

    def called(self, *arguments: str, **more: str) -> tuple[int, str]:
        """How it ended, and what it said."""
        process = self.started(*arguments, **more)
        said = "".join(process.communicate())
        assert list(self.scratch.iterdir()) == []
        return process.returncode, said

    def secrets(self) -> Secrets:
        return {
            path.stem: {
                key: base64.b64decode(value).decode("ascii")
                for key, value in json.loads(path.read_text("utf-8")).items()
            }
            for path in self.kept.glob("*.secret")
        }


def _hear_signals() -> None:
    """Who is run in the background of a shell ignores Ctrl-C, and so would all that it starts."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)


@pytest.fixture
def namespace(tmp_path: Path) -> Namespace:
    return Namespace(tmp_path)


def _settings() -> dict[str, str]:
    """What every service is told beside its secrets."""
    [settings] = [
        thing["data"]
        for thing in rendered(ROOT / "deploy" / "kubernetes" / "base")
        if (thing["kind"], thing["metadata"]["name"]) == ("ConfigMap", "settings")
    ]
    return dict(settings)


def test_each_is_made_once_and_fits_the_others(namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert namespace.called(MONGODB_URL="mongodb://elsewhere:27017/")[0] == 0
    made = namespace.secrets()
    assert made.keys() == MADE
    assert {*made["mongodb"]} == {"cluster.key", "root", *SERVICES}
    assert {*made["kafka"]} == {"admin", "broker", "broker.pem", "ca.pem"}
    assert made["access"] == {"KAFKA_USERNAME": "admin", "KAFKA_PASSWORD": made["kafka"]["admin"]}
    assert made["scaling"] == {"KAFKA_USERNAME": "keda", "KAFKA_PASSWORD": made["kafka-passwords"]["keda"]}
    assert {*made["kafka-passwords"]} == {*SERVICES, "keda"}
    for name in SERVICES:
        own = made[f"{name}-settings"]
        assert (own["KAFKA_USERNAME"], own["KAFKA_PASSWORD"]) == (name, made["kafka-passwords"][name])
        assert own["MONGODB_URL"].startswith(f"mongodb://{name}:{made['mongodb'][name]}@databases:27017/")
        with monkeypatch.context() as given:
            for variable, value in (_settings() | own).items():
                given.setenv(variable, value)
            assert read_settings(service(name).settings).mongodb_url == own["MONGODB_URL"]
    assert len(read_masters(made["issues-settings"]["ISSUES_CONTACT_KEYS"]).keys) == 1
    assert len(base64.b64decode(made["notify-settings"]["NOTIFY_ENDPOINT_KEY"])) == 32

    calls = (namespace.kept / "arguments").read_text("utf-8")
    values = {value for own in made.values() for value in own.values()} - {"admin", "keda", *SERVICES}
    assert {value for value in values if value in calls} == set(), "a secret stood on a command line"

    assert namespace.called() == (0, "The secrets are there already.\n")
    assert namespace.secrets() == made


def test_the_pods_of_an_overlay_are_given_what_is_made_for_development(namespace: Namespace) -> None:
    url = "mongodb://mongodb:27017/?replicaSet=rs0"
    assert namespace.called("--development", MONGODB_URL=url)[0] == 0
    made = namespace.secrets()
    for overlay in ("one-node", "development"):
        asked = secrets_named(rendered(OVERLAYS / overlay))
        assert {"issues-settings", "development-issuer"} <= asked <= made.keys(), overlay
    assert {made[f"{name}-settings"]["MONGODB_URL"] for name in SERVICES} == {url}


def test_a_development_issuer_is_made_where_it_is_asked_for(namespace: Namespace, tmp_path: Path) -> None:
    assert namespace.called()[0] == 0
    first = namespace.secrets()
    assert "development-issuer" not in first
    assert namespace.called("--development")[0] == 0
    made = namespace.secrets()
    assert made.keys() - first.keys() == {"development-issuer"}
    assert first.items() <= made.items()
    key = tmp_path / "issuer.json"
    key.write_text(made["development-issuer"]["issuer.json"], "utf-8")
    assert DevelopmentIssuer(AuthSettings(environment="test", auth_development_key=key)).mint("nobody")
    assert key.read_text("utf-8") == made["development-issuer"]["issuer.json"]
    assert namespace.called("--development") == (0, "The secrets are there already.\n")
    assert namespace.called("--production")[0] == 2


def test_who_was_cut_short_is_told_what_is_missing_and_how_to_go_on(namespace: Namespace) -> None:
    (namespace.kept / "limit").write_text("6")
    assert namespace.called()[0] != 0
    (namespace.kept / "limit").unlink()
    half = namespace.secrets()
    assert len(half) == 6
    assert {"access", "kafka", "mongodb"} < half.keys()
    for arguments in ((), ("--development",)):
        status, said = namespace.called(*arguments)
        assert status == 1
        first, *_, command = said.splitlines()
        assert set(first.partition("missing: ")[2].split()) == MADE - half.keys()
        assert set(command.split()) == {"kubectl", "--namespace", "community", "delete", "secret", *half}
        assert namespace.secrets() == half
    for name in half:
        (namespace.kept / f"{name}.secret").unlink()
    assert namespace.called()[0] == 0
    assert namespace.secrets().keys() == MADE


def test_a_cluster_that_does_not_tell_what_is_there_is_given_nothing(namespace: Namespace) -> None:
    (namespace.kept / "away").touch()
    assert namespace.called()[0] != 0
    assert namespace.secrets() == {}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_who_is_interrupted_leaves_nothing_behind(namespace: Namespace, sent: signal.Signals) -> None:
    (namespace.kept / "hold").touch()
    process = namespace.started()
    until = time.monotonic() + patiently(60)
    while not (namespace.kept / "held").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    assert list(namespace.scratch.iterdir()) != []
    os.killpg(process.pid, sent)
    try:
        process.communicate(timeout=patiently(60))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 128 + sent
    assert list(namespace.scratch.iterdir()) == []


def test_another_namespace_is_made_as_closed_as_ours(namespace: Namespace) -> None:
    assert namespace.called(NAMESPACE="district")[0] == 0
    made = yaml.safe_load((namespace.kept / "district.namespace").read_text("utf-8"))
    assert made["metadata"]["name"] == "district"
    assert made["metadata"]["labels"] == {"pod-security.kubernetes.io/enforce": "restricted"}
    assert not (namespace.kept / "community.namespace").exists()
    assert namespace.secrets().keys() == MADE


def test_a_secret_that_is_typed_is_what_a_service_reads(tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:  # what it makes of a file is kubectl's own; the file's keys are held to in every other test
        return
    (tmp_path / "issues.env").write_text("MONGODB_URL=mongodb://issues:p=s@db/?replicaSet=rs0\nKAFKA_USERNAME=issues\n")
    command = shlex.split("kubectl create secret generic issues-settings --from-env-file issues.env")
    told = ("--dry-run=client", "--output=json")
    done = subprocess.run([kubectl, *command[1:], *told], cwd=tmp_path, capture_output=True, text=True, check=True)
    made = json.loads(done.stdout)
    assert made["metadata"]["name"] == "issues-settings"
    assert {key: base64.b64decode(value).decode() for key, value in made["data"].items()} == {
        "MONGODB_URL": "mongodb://issues:p=s@db/?replicaSet=rs0",
        "KAFKA_USERNAME": "issues",
    }
