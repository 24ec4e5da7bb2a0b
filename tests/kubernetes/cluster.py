"""The overlay `one-node` on the cluster that kubectl leads to, in a namespace of its own kind: `community`."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.settings.service_settings import AuthSettings
from tests.e2e.house import ROOT, SERVICES, House

NAMESPACE = "community"
OVERLAY = ROOT / "deploy" / "kubernetes" / "overlays" / "one-node"
BASES = ["apache/kafka:4.3.1", "mongo:8.0", "nginx:1.28"]

STORES = ("kafka", "mongodb")
DOORS = {**{name: {8000} for name in SERVICES}, "edge": {8080}, "kafka": {9092, 9093, 19092}, "mongodb": {27017}}
"""The ports at which each of them listens, in pods of their own."""

_STARTED = 900


class Failed(Exception):
    """kubectl did not do it."""


class Cluster:
    """What is applied, and how a test reaches it. `folder` keeps a copy of the issuer's key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.key = folder / "issuer.json"

    def up(self) -> None:
        """Make secrets, apply, and wait until everything is ready.

        Raises:
            Failed: it was not within a quarter of an hour.
        """
        made = {**os.environ, "PYTHON": str(ROOT / ".venv/bin/python"), "KUBECTL": _KUBECTL}
        done = subprocess.run(
            ["sh", "deploy/kubernetes/secrets.sh", "--development"], cwd=ROOT, env=made, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise Failed(done.stderr)
        self.key.write_text(self.secret("development-issuer", "issuer.json"), "utf-8")
        self.kubectl("delete", "job", "--all", "--ignore-not-found")
        self.kubectl("apply", "--kustomize", str(OVERLAY))
        self.kubectl("label", "namespace", "default", "community.cn/edge=true", "--dry-run=server")
        for name in (*STORES, *SERVICES):
            self.rolled_out(f"statefulset/{name}")
        self.rolled_out("deployment/edge")
        self.kubectl("wait", "--for=condition=complete", "job", "--all", f"--timeout={_STARTED}s", within=_STARTED + 30)

    def down(self) -> None:
        """Take everything away, what was kept too."""
        with suppress(Failed):
            self.kubectl("delete", "namespace", NAMESPACE, "--timeout=300s", within=330)

    def kubectl(self, *arguments: str, within: float = 120, given: str | None = None) -> str:
        """What kubectl printed.

        Raises:
            Failed: it refused, or took too long.
        """
        command = [_KUBECTL, "--namespace", NAMESPACE, *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=within, input=given)
        except subprocess.TimeoutExpired as error:
            raise Failed(f"kubectl {' '.join(arguments)}: longer than {within} s") from error
        if done.returncode != 0:
            raise Failed(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def rolled_out(self, what: str) -> None:
        self.kubectl("rollout", "status", what, f"--timeout={_STARTED}s", within=_STARTED + 30)

    def choose(self, service: str, version: str, *, from_pod: int = 0) -> None:
        """Roll a service to the images of a version; those of its pods that come before `from_pod` stay as they are."""
        change = {"spec": {"updateStrategy": {"rollingUpdate": {"partition": from_pod}}}}
        self.kubectl("patch", f"statefulset/{service}", "--patch", json.dumps(change))
        self.kubectl("set", "image", f"statefulset/{service}", f"{service}=community-{service}:{version}")

    @contextmanager
    def operator(self) -> Iterator[Callable[..., str]]:
        """Inside, whoever is called types a command of ours as an operator, and is told what it printed."""
        self.kubectl("create", "job", "operator", "--from=cronjob/operator")
        try:
            ready = ("pod", "--selector=app.kubernetes.io/name=operator", "--for=condition=ready")
            self.kubectl("wait", *ready, f"--timeout={_STARTED}s", within=_STARTED + 30)
            yield partial(self.kubectl, "exec", "job/operator", "--", "python", "-m", "services")
        finally:
            self.kubectl("delete", "job", "operator")

    def things(self, kind: str) -> list[dict[str, Any]]:
        """Everything of a kind in the namespace."""
        found: list[dict[str, Any]] = json.loads(self.kubectl("get", kind, "-o", "json"))["items"]
        return found

    def pods(self, name: str) -> list[str]:
        """The pods of a service, a store or the edge."""
        found = self.kubectl("get", "pods", "-l", f"app.kubernetes.io/name={name}", "-o", "json")
        return [pod["metadata"]["name"] for pod in json.loads(found)["items"]]

    def kill(self, pod: str) -> None:
        """As a machine that is switched off: nobody is asked, nothing is finished."""
        self.kubectl("delete", "pod", pod, "--grace-period=0", "--force")

    def evict(self, pod: str) -> bool:
        """As a drained machine does it; False where the budget of disruptions does not allow it now."""
        order = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": NAMESPACE}}
        path = f"/api/v1/namespaces/{NAMESPACE}/pods/{pod}/eviction"
        try:
            self.kubectl("create", "--raw", path, "-f", "-", given=json.dumps(order))
        except Failed as refusal:
            if "disruption budget" not in str(refusal) and "429" not in str(refusal):
                raise
            return False
        return True

    def well(self, *names: str) -> None:
        """Wait until the pods of each name are all ready.

        Raises:
            Failed: they were not in time.
        """
        until = time.monotonic() + _STARTED
        while ill := [name for name in names if not self._is_well(name)]:
            if time.monotonic() > until:
                raise Failed(f"after {_STARTED} s not well: {ill}")
            time.sleep(1)

    def secret(self, name: str, key: str) -> str:
        template = f'{{{{index .data "{key}" | base64decode}}}}'
        return self.kubectl("get", "secret", name, "-o", f"go-template={template}")

    def edge(self) -> str:
        """Where the services are reached; COMMUNITY_EDGE names it where the cluster's own addresses can't be."""
        named = os.environ.get("COMMUNITY_EDGE")
        return named or f"http://{self.kubectl('get', 'service', 'edge', '-o', 'jsonpath={.spec.clusterIP}')}"

    def house(self) -> House:
        return House(self.edge(), DevelopmentIssuer(AuthSettings(environment="test", auth_development_key=self.key)))

    def variables(self) -> dict[str, str]:
        """Where an auditor finds the stores."""
        root = quote(self.secret("mongodb", "root"), safe="")
        return {
            "MONGODB_URL": f"mongodb://root:{root}@mongodb:27017/?directConnection=true&authSource=admin",
            "KAFKA_BOOTSTRAP": "kafka:9092",
            "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
            "KAFKA_SASL_MECHANISM": "PLAIN",
            "KAFKA_USERNAME": "admin",
            "KAFKA_PASSWORD": self.secret("access", "KAFKA_PASSWORD"),
            "KAFKA_TOPIC_PREFIX": "",
            "KAFKA_PARTITIONS": "6",
            "AUTH_DEVELOPMENT_KEY": str(self.key),
            **{f"{name.upper()}_DATABASE": f"community_{name}" for name in SERVICES},
        }

    @contextmanager
    def names_known(self) -> Iterator[None]:
        """Inside, this process finds the stores under the names that they have in the cluster."""
        real = socket.getaddrinfo

        def find(host: Any, *arguments: Any, **named: Any) -> Any:
            name = host.decode() if isinstance(host, bytes) else host
            if name in STORES:
                name = self.kubectl("get", "pod", f"{name}-0", "-o", "jsonpath={.status.podIP}")
            return real(name, *arguments, **named)

        socket.getaddrinfo = find
        try:
            yield
        finally:
            socket.getaddrinfo = real

    def _is_well(self, name: str) -> bool:
        kind = "deployment" if name == "edge" else "statefulset"
        state = json.loads(self.kubectl("get", kind, name, "-o", "json"))
        counts, wanted = state["status"], state["spec"]["replicas"]
        settled = state["metadata"]["generation"] == counts.get("observedGeneration")
        return bool(settled and counts.get("readyReplicas", 0) == counts.get("updatedReplicas", 0) == wanted)


_KUBECTL = os.environ.get("KUBECTL", "kubectl")
