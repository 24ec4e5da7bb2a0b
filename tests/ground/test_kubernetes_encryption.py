"""What leaves the machine is encrypted, and whoever speaks so has the certificate of whom it trusts."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.ground.kustomize import Thing, read, rendered, template_of

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
SECRET, KEY = "kafka-cluster-ca-cert", "ca.crt"
COMPONENTS = [["kafka-tls"], ["keda", "scram", "kafka-tls"], ["hpa", "strimzi", "kafka-tls"]]


def _with(components: list[str], folder: Path) -> list[Thing]:
    """What an overlay of one's own is that takes the base and `components`."""
    plan: dict[str, Any] = {"resources": [os.path.relpath(FOLDER / "base", folder)]}
    plan["components"] = [os.path.relpath(FOLDER / "components" / name, folder) for name in components]
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(plan), "utf-8")
    return rendered(folder)


def _settings(things: list[Thing]) -> dict[str, str]:
    [found] = [each for each in things if (each["kind"], each["metadata"]["name"]) == ("ConfigMap", "settings")]
    data: dict[str, str] = found["data"]
    return data


def _is_encrypted(things: list[Thing]) -> None:
    """Every container that is told the settings finds the file that they name, and KEDA has the same certificate."""
    settings = _settings(things)
    assert settings["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"
    seen = []
    for thing in things:
        pod = (template_of(thing) or {}).get("spec", {})
        volumes = {each["name"]: each for each in pod.get("volumes", ())}
        for container in pod.get("containers", ()):
            if {"configMapRef": {"name": "settings"}} not in container.get("envFrom", ()):
                continue
            [mount] = [
                each
                for each in container["volumeMounts"]
                if volumes[each["name"]].get("secret", {}) == {"secretName": SECRET}
            ]
            assert settings["KAFKA_CA_FILE"] == f"{mount['mountPath']}/{KEY}"
            assert mount["readOnly"]
            seen.append(f"{thing['metadata']['name']}/{container['name']}")
        for trigger in thing["spec"]["triggers"] if thing["kind"] == "ScaledObject" else ():
            if trigger["type"] == "kafka":
                assert trigger["metadata"]["tls"] == "enable"
        if thing["kind"] == "TriggerAuthentication":
            assert {"parameter": "ca", "name": SECRET, "key": KEY} in thing["spec"]["secretTargetRef"]
    assert len(seen) == len(set(seen)) >= 10


@pytest.mark.parametrize("components", COMPONENTS, ids="-".join)
def test_who_speaks_encrypted_has_the_certificate_of_whom_it_trusts(components: list[str], tmp_path: Path) -> None:
    _is_encrypted(_with(components, tmp_path))


def test_production_speaks_encrypted_at_the_encrypted_port() -> None:
    things = rendered(FOLDER / "overlays" / "production")
    _is_encrypted(things)
    assert _settings(things)["KAFKA_BOOTSTRAP"].endswith(":9093")


def test_production_says_whose_word_it_takes_for_who_asks() -> None:
    """An operator finds it where the overlay of one's own begins, and not in the base alone."""
    [plan] = read(FOLDER / "overlays" / "production" / "kustomization.yaml")
    [own] = [each["literals"] for each in plan["configMapGenerator"] if each["name"] == "settings"]
    assert [each for each in own if each.startswith("TRUSTED_PROXIES=")]
