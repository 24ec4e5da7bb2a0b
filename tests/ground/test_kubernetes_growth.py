"""Services grow by what waits for them where their Kafka is, and to apply an overlay again leaves what has grown."""

import os
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from services.chassis.kafka.grants import of_scaler
from services.topology import SERVICES
from tests.ground.kustomize import Thing, read, rendered

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
PLACES = ["base", *sorted(f"overlays/{path.name}" for path in (FOLDER / "overlays").iterdir())]


def _with(component: str, place: str, folder: Path) -> list[Thing]:
    """What an overlay of one's own is that takes `place` and adds `component`; `place` itself, if it grows already."""
    [plan] = read(FOLDER / place / "kustomization.yaml")
    if {Path(name).name for name in plan.get("components", ())} & {"hpa", "keda"}:
        return rendered(FOLDER / place)
    paths = [os.path.relpath(FOLDER / part, folder) for part in (place, f"components/{component}")]
    more = {"resources": paths[:1], "components": paths[1:]}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(more), "utf-8")
    return rendered(folder)


@pytest.mark.parametrize("place", PLACES)
def test_keda_asks_where_the_kafka_of_the_services_is(place: str, tmp_path: Path) -> None:
    things = _with("keda", place, tmp_path)
    [settings] = [
        each["data"] for each in things if (each["kind"], each["metadata"]["name"]) == ("ConfigMap", "settings")
    ]
    grown = {each["metadata"]["name"]: each["spec"] for each in things if each["kind"] == "ScaledObject"}
    assert grown.keys() == set(SERVICES)
    for name, scaled in grown.items():
        asked = [trigger["metadata"] for trigger in scaled["triggers"] if trigger["type"] == "kafka"]
        assert [(each["bootstrapServers"], each["consumerGroup"]) for each in asked] == [
            (settings["KAFKA_BOOTSTRAP"], f"community.{name}")
        ]


@pytest.mark.parametrize("component", ["hpa", "keda"])
@pytest.mark.parametrize("place", PLACES)
def test_an_overlay_applied_again_leaves_as_many_replicas_as_there_are(
    place: str, component: str, tmp_path: Path
) -> None:
    counts = {
        each["metadata"]["name"]: "replicas" in each["spec"]
        for each in _with(component, place, tmp_path)
        if each["kind"] == "StatefulSet"
    }
    assert [name for name in SERVICES if counts[name]] == []


def test_keda_is_nobody_who_may_read() -> None:
    [access] = [
        each for each in read(FOLDER / "components/keda/scaling.yaml") if each["kind"] == "TriggerAuthentication"
    ]
    assert {entry["name"] for entry in access["spec"]["secretTargetRef"]} == {"scaling"}
    users = {thing["metadata"]["name"]: thing for thing in read(FOLDER / "components/strimzi/users.yaml")}
    acls = users["keda"]["spec"]["authorization"]["acls"]
    rights = {(acl["resource"]["type"], acl["resource"]["name"], act) for acl in acls for act in acl["operations"]}
    assert rights == {(grant.on.lower(), grant.name, grant.act.capitalize()) for grant in of_scaler()}
    assert {act for _, _, act in rights} == {"Describe"}
