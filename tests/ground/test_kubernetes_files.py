"""deploy/kubernetes gives every service settings that it starts with in production, and closes what can be closed."""

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from services.chassis.settings.published import holds_a_published_secret
from services.chassis.settings.sources import read_settings
from services.topology import HOME, SERVICES, service

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"


def _read(path: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((FOLDER / path).read_text("utf-8")))


def _pods() -> list[dict[str, Any]]:
    found = [*_read("topics.yaml"), *_read("service/service.yaml")]
    return [thing["spec"]["template"]["spec"] for thing in found if "template" in thing["spec"]]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_in_production_with_these_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [settings] = _read("kustomization.yaml")[0]["configMapGenerator"]
    for literal in settings["literals"]:
        monkeypatch.setenv(*literal.split("=", 1))
    monkeypatch.setenv("MONGODB_URL", f"mongodb://{name}:secret@mongodb/?replicaSet=rs0&authSource=admin")
    monkeypatch.setenv("KAFKA_GROUP_INSTANCE", f"{name}-0")
    if name == "issues":
        monkeypatch.setenv("ISSUES_CONTACT_KEYS", f"2026-11:{base64.b64encode(bytes(32)).decode()}")
    assert read_settings(service(name).settings).environment == "production"


def test_no_secret_stands_here() -> None:
    for path in FOLDER.rglob("*.yaml"):
        for thing in yaml.safe_load_all(path.read_text("utf-8")):
            assert thing["kind"] != "Secret"
            assert "secretGenerator" not in thing
        assert not holds_a_published_secret(path.read_text("utf-8"))


def test_all_services_are_there() -> None:
    assert {path for path in _read("kustomization.yaml")[0]["resources"] if "." not in path} == set(SERVICES)


def test_a_service_lives_while_kafka_is_away_and_is_ready_by_its_own_facts() -> None:
    [container] = _read("service/service.yaml")[0]["spec"]["template"]["spec"]["containers"]
    probed = {name: container[name]["httpGet"]["path"] for name in container if name.endswith("Probe")}
    assert probed == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}


@pytest.mark.parametrize("pod", _pods())
def test_nobody_is_root_and_nothing_can_be_written(pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    for container in pod["containers"]:
        closed = container["securityContext"]
        assert closed["readOnlyRootFilesystem"]
        assert not closed["allowPrivilegeEscalation"]
        assert closed["capabilities"] == {"drop": ["ALL"]}


def test_paths_lead_where_they_lead_everywhere() -> None:
    [rule] = _read("ingress.yaml")[0]["spec"]["rules"]
    leads = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    open_to_all = {path: name for path, name in leads.items() if name != "closed"}
    assert open_to_all == {"/": HOME, **{f"/api/{name}/": name for name in SERVICES}}
    assert leads.keys() - open_to_all.keys() == {"/metrics", *(f"/api/{name}/metrics" for name in SERVICES)}
