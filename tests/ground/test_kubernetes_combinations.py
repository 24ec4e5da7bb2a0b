"""The components of a production overlay, in each combination that it offers: whole objects, and every secret is given.

Of the overlays in the tree one only is rendered for each choice.
"""

import os
import shutil
import subprocess
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import kubernetes_validate
import pytest
import yaml  # type: ignore[import-untyped]

from tests.ground.kustomize import Thing, rendered, secrets_named, template_of
from tests.ground.test_kubernetes_files import OF_OTHERS, VERSIONS

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
COMBINATIONS = [
    (edge, growth, users, "kafka-tls", "monitors", "external-secrets")
    for edge, growth, users in product(("ingress", "gateway"), ("keda", "hpa"), ("strimzi", "scram"))
]
BROUGHT_ALONG = {"kafka-cluster-ca-cert"}
"""By whoever makes the brokers' certificates."""


def _write(components: tuple[str, ...], folder: Path) -> None:
    plan = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "community",
        "resources": [os.path.relpath(FOLDER / "base", folder.resolve())],
        "components": [os.path.relpath(FOLDER / "components" / name, folder.resolve()) for name in components],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(plan), "utf-8")


@cache
def _things(components: tuple[str, ...]) -> list[Thing]:
    with TemporaryDirectory() as folder:
        _write(components, Path(folder))
        return rendered(Path(folder))


@pytest.mark.parametrize("components", COMBINATIONS, ids="-".join)
def test_every_object_fits_the_schema_and_is_there_once(components: tuple[str, ...]) -> None:
    names = [(thing["kind"], thing["metadata"]["name"]) for thing in _things(components)]
    assert len(names) == len(set(names))
    for thing in _things(components):
        assert thing["metadata"].get("namespace", "community") == "community"
        if thing["kind"] not in OF_OTHERS:
            kubernetes_validate.validate(thing, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("components", COMBINATIONS, ids="-".join)
def test_every_secret_that_is_read_is_taken_from_the_store_outside(components: tuple[str, ...]) -> None:
    things = _things(components)
    taken = {thing["spec"]["target"]["name"] for thing in things if thing["kind"] == "ExternalSecret"}
    read = secrets_named([thing for thing in things if thing["kind"] != "ExternalSecret"])
    assert {"issues-settings", "access"} <= read - BROUGHT_ALONG
    assert read - BROUGHT_ALONG - taken == set()
    assert {thing["metadata"]["name"] for thing in things if thing["kind"] == "KafkaUser"} & (read | taken) == set()


@pytest.mark.parametrize("components", COMBINATIONS, ids="-".join)
def test_an_operator_finds_what_the_jobs_find(components: tuple[str, ...]) -> None:
    """Who types commands is told the same settings, secrets and files as the job that makes topics or users."""
    pods = {
        thing["metadata"]["name"]: template["spec"]
        for thing in _things(components)
        if (template := template_of(thing)) is not None
    }
    job = pods["kafka-users" if "scram" in components else "topics"]
    for part in ("envFrom", "env", "image"):
        assert pods["operator"]["containers"][0].get(part) == job["containers"][0].get(part)

    def mounted(pod: Thing) -> dict[str, Thing]:
        return {each["mountPath"]: each for each in pod["containers"][0]["volumeMounts"]}

    assert mounted(pods["operator"]) == mounted(job)
    assert sorted(pods["operator"]["volumes"], key=str) == sorted(job["volumes"], key=str)


@pytest.mark.parametrize("components", [COMBINATIONS[0], COMBINATIONS[-1]], ids="-".join)
def test_kubectl_makes_the_same_objects_of_it(components: tuple[str, ...], tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:  # the other tests look at what we make of it in every case
        return
    _write(components, tmp_path)
    done = subprocess.run([kubectl, "kustomize", str(tmp_path)], capture_output=True, text=True, check=True)
    made = [thing for thing in yaml.safe_load_all(done.stdout) if thing["kind"] != "ConfigMap"]
    ours = [thing for thing in _things(components) if thing["kind"] != "ConfigMap"]

    def names(things: list[Thing]) -> list[tuple[str, str]]:
        return sorted((thing["kind"], thing["metadata"]["name"]) for thing in things)

    assert names(made) == names(ours)
    assert secrets_named(made) == secrets_named(ours)
