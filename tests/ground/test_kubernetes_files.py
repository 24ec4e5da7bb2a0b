"""deploy/kubernetes fits the API of two versions of Kubernetes, gives every service settings that it starts with, lets
only what must talk talk, and closes what can be closed."""

import base64
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml  # type: ignore[import-untyped]

from services.chassis.kafka.grants import of_service
from services.chassis.settings.published import holds_a_published_secret
from services.chassis.settings.sources import read_settings
from services.commands.certificates import Authority
from services.topology import HOME, PAGES, SERVICES, service
from tests.ground.kustomize import Thing, read, rendered, secrets_named, template_of

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
OVERLAYS = sorted(path.name for path in (FOLDER / "overlays").iterdir())
VERSIONS = ("1.31", "1.33")
"""The oldest that is meant, and the one that it was run on."""
OF_OTHERS = {"HTTPRoute", "ScaledObject", "TriggerAuthentication", "KafkaUser", "ExternalSecret"}
OF_OTHERS |= {"ServiceMonitor", "PrometheusRule"}
"""Their schemas come with their operators; test_kubernetes_operators.py has them."""


_VOLUMES = {
    "mongo:": ("/data/db", "/data/configdb"),
    "apache/kafka:": ("/etc/kafka/secrets", "/var/lib/kafka/data", "/mnt/shared/config"),
    "community-": ("/var/lib/community",),
}
"""What images declare as volumes of their own."""


@cache
def _things(overlay: str) -> list[Thing]:
    return rendered(FOLDER / "overlays" / overlay)


def _of(overlay: str, kind: str) -> dict[str, Thing]:
    return {thing["metadata"]["name"]: thing for thing in _things(overlay) if thing["kind"] == kind}


def _pods(overlay: str) -> dict[str, Thing]:
    return {
        f"{thing['kind']}/{thing['metadata']['name']}": template
        for thing in _things(overlay)
        if (template := template_of(thing)) is not None
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_fits_the_schema(overlay: str, version: str) -> None:
    for thing in _things(overlay):
        if thing["kind"] not in OF_OTHERS:
            kubernetes_validate.validate(thing, version, strict=True)


@pytest.mark.parametrize("component", sorted(path.name for path in (FOLDER / "components").iterdir()))
def test_every_component_is_whole(component: str) -> None:
    [plan] = read(FOLDER / "components" / component / "kustomization.yaml")
    assert plan["kind"] == "Component"
    for name in plan.get("resources", ()):
        for thing in read(FOLDER / "components" / component / name):
            if thing["kind"] not in OF_OTHERS:
                kubernetes_validate.validate(thing, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_it_is_what_kubectl_makes_of_it(overlay: str) -> None:
    kubectl = shutil.which("kubectl") or shutil.which("kustomize")
    if kubectl is None:  # the other tests look at what we make of it in every case
        return
    order = [kubectl, "kustomize"] if kubectl.endswith("kubectl") else [kubectl, "build"]
    done = subprocess.run([*order, str(FOLDER / "overlays" / overlay)], capture_output=True, text=True, check=True)
    made = [thing for thing in yaml.safe_load_all(done.stdout) if thing["kind"] != "ConfigMap"]
    names = [f"{thing['kind']}/{thing['metadata']['name']}" for thing in made]
    ours = {f"{thing['kind']}/{thing['metadata']['name']}": thing for thing in _things(overlay)}
    assert sorted(names) == sorted(name for name in ours if not name.startswith("ConfigMap/"))
    for name, thing in zip(names, made, strict=True):
        assert _without_digests(thing) == _without_digests(ours[name]), name


def _without_digests(thing: Any, under: str = "") -> Any:
    """ConfigMaps by the first part of their names."""
    if isinstance(thing, list):
        return [_without_digests(each) for each in thing]
    if not isinstance(thing, dict):
        return thing
    named = {"name": thing["name"].partition("-")[0]} if under in ("configMapRef", "configMap") else {}
    return {key: _without_digests(value, key) for key, value in thing.items()} | named


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_with_these_settings(
    name: str, overlay: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in _of(overlay, "ConfigMap")["settings"]["data"].items():
        monkeypatch.setenv(variable, value)
    if "KAFKA_CA_FILE" in os.environ:  # it is mounted; test_kubernetes_encryption.py looks where
        (tmp_path / "ca.crt").write_text(Authority.new().certificate())
        monkeypatch.setenv("KAFKA_CA_FILE", str(tmp_path / "ca.crt"))
    monkeypatch.setenv("MONGODB_URL", f"mongodb://{name}:secret@mongodb/?replicaSet=rs0&authSource=admin")
    monkeypatch.setenv("KAFKA_USERNAME", name)
    monkeypatch.setenv("KAFKA_PASSWORD", "secret")
    monkeypatch.setenv("KAFKA_GROUP_INSTANCE", f"{name}-0")
    if name == "issues":
        monkeypatch.setenv("ISSUES_CONTACT_KEYS", f"2026-11:{base64.b64encode(bytes(32)).decode()}")
    environment = read_settings(service(name).settings).environment
    assert environment == ("production" if overlay == "production" else "development")


def test_no_secret_stands_here() -> None:
    for path in FOLDER.rglob("*.yaml"):
        for thing in read(path):
            assert thing["kind"] != "Secret"
            assert "secretGenerator" not in thing
        assert not holds_a_published_secret(path.read_text("utf-8"))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_service_lives_while_kafka_is_away_and_is_ready_by_its_own_facts(overlay: str) -> None:
    for name in SERVICES:
        [container] = _of(overlay, "StatefulSet")[name]["spec"]["template"]["spec"]["containers"]
        probed = {probe: container[probe]["httpGet"]["path"] for probe in container if probe.endswith("Probe")}
        assert probed == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nobody_is_root_and_nothing_can_be_written(overlay: str) -> None:
    for template in _pods(overlay).values():
        pod = template["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not pod["automountServiceAccountToken"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        for container in pod["containers"]:
            closed = container["securityContext"]
            assert closed["readOnlyRootFilesystem"]
            assert not closed["allowPrivilegeEscalation"]
            assert closed["capabilities"] == {"drop": ["ALL"]}
            assert {"requests", "limits"} <= container["resources"].keys()
            assert not [port for port in container.get("ports", ()) if "hostPort" in port]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_listens_beyond_the_edge(overlay: str) -> None:
    """No service has a port on a node or an address outside; who may call whom is listed, and only the edge is open."""
    for thing in _of(overlay, "Service").values():
        assert thing["spec"].get("type", "ClusterIP") == "ClusterIP"
        assert "externalIPs" not in thing["spec"]
    policies = _of(overlay, "NetworkPolicy")
    assert policies["nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    open_to_all = {
        name for name, each in policies.items() for rule in each["spec"].get("ingress", ()) if "from" not in rule
    }
    assert open_to_all == ({"edge"} if overlay == "one-node" else set())


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_service_goes_on_while_a_machine_goes(overlay: str) -> None:
    for name in SERVICES:
        budget = _of(overlay, "PodDisruptionBudget")[name]["spec"]
        assert budget["maxUnavailable"] == 1
        template = _of(overlay, "StatefulSet")[name]["spec"]["template"]
        spread = template["spec"]["topologySpreadConstraints"]
        assert {each["topologyKey"] for each in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
        for selector in (budget["selector"], *(each["labelSelector"] for each in spread)):
            assert selector["matchLabels"]["app.kubernetes.io/name"] == name
            assert selector["matchLabels"].items() <= template["metadata"]["labels"].items()


def test_paths_lead_where_they_lead_everywhere() -> None:
    [rule] = read(FOLDER / "components" / "ingress" / "ingress.yaml")[0]["spec"]["rules"]
    leads = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    open_to_all = {path: name for path, name in leads.items() if name != "closed"}
    pages = {f"/{path}/": name for path, name in PAGES.items()}
    assert open_to_all == {"/": HOME, **pages, **{f"/api/{name}/": name for name in SERVICES}}
    assert leads.keys() - open_to_all.keys() == {"/metrics", *(f"/api/{name}/metrics" for name in SERVICES)}

    route, _ = read(FOLDER / "components" / "gateway" / "route.yaml")
    closed, *rules = route["spec"]["rules"]
    assert {rule["matches"][0]["path"]["value"]: rule["backendRefs"][0]["name"] for rule in rules} == open_to_all
    assert {match["path"]["value"] for match in closed["matches"]} == leads.keys() - open_to_all.keys()
    assert "backendRefs" not in closed

    edge = (FOLDER / "overlays" / "one-node" / "nginx.conf").read_text("utf-8")
    for path, name in open_to_all.items():
        assert f"proxy_pass http://{name};" in next(line for line in edge.splitlines() if f"location {path} " in line)


@pytest.mark.parametrize("name", SERVICES)
def test_the_users_of_strimzi_have_the_rights_of_every_other_deployment(name: str) -> None:
    users = {thing["metadata"]["name"]: thing for thing in read(FOLDER / "components" / "strimzi" / "users.yaml")}
    acls = users[name]["spec"]["authorization"]["acls"]
    rights = {
        (acl["resource"]["type"], acl["resource"]["name"], act)
        for acl in acls
        for act in acl["operations"]
        if act != "Describe"
    }
    assert rights == {(grant.on.lower(), grant.name, grant.act.capitalize()) for grant in of_service(name)}


def test_no_user_of_strimzi_is_called_as_a_secret_that_is_read() -> None:
    """The operator writes a secret under the name of each user, over whatever is there."""
    users = {thing["metadata"]["name"]: thing for thing in read(FOLDER / "components" / "strimzi" / "users.yaml")}
    assert users.keys() == {*SERVICES, "admin", "keda"}
    given = secrets_named([read(path) for path in FOLDER.rglob("*.yaml")])
    given |= secrets_named([_things(overlay) for overlay in OVERLAYS])
    sources = {
        user["spec"]["authentication"]["password"]["valueFrom"]["secretKeyRef"]["name"] for user in users.values()
    }
    assert {"issues-settings", "access", "kafka-passwords"} <= given >= sources
    assert users.keys() & given == set()


def test_the_super_user_of_the_jobs_is_a_user_of_strimzi() -> None:
    [admin] = [
        thing
        for thing in read(FOLDER / "components" / "strimzi" / "users.yaml")
        if thing["metadata"]["name"] == "admin"
    ]
    password = admin["spec"]["authentication"]["password"]["valueFrom"]["secretKeyRef"]
    assert password == {"name": "access", "key": "KAFKA_PASSWORD"}
    assert "authorization" not in admin["spec"]


def test_each_secret_of_a_store_outside_has_the_keys_that_are_made_here() -> None:
    told = {
        thing["metadata"]["name"]: {entry["secretKey"] for entry in thing["spec"]["data"]}
        for thing in read(FOLDER / "components" / "external-secrets" / "secrets.yaml")
    }
    assert told.keys() == {*(f"{name}-settings" for name in SERVICES), "access", "scaling", "kafka-passwords"}
    assert told["kafka-passwords"] == {*SERVICES, "keda"}
    script = (FOLDER / "secrets.sh").read_text("utf-8")
    for keys in told.values():
        assert {key for key in keys - {*SERVICES} if f"{key}=" not in script} == set()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_is_kept_lies_under_no_volume_of_an_image(overlay: str) -> None:
    """A container engine puts an empty volume at each path that an image declares, over what is mounted above it."""
    for template in _pods(overlay).values():
        for container in template["spec"]["containers"]:
            declared = next((paths for name, paths in _VOLUMES.items() if container["image"].startswith(name)), ())
            for mount in container.get("volumeMounts", ()):
                assert not [path for path in declared if path.startswith(mount["mountPath"].rstrip("/") + "/")]
