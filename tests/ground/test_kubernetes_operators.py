"""What operators of others read fits the schemas of those operators, in every overlay and combination, strictly."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from deploy.local.trouble import Trouble
from tests.ground.kustomize import Thing, read, rendered
from tests.ground.operators import KINDS, VERSIONS, refusals
from tests.ground.packages import check
from tests.ground.test_kubernetes_combinations import COMBINATIONS
from tests.ground.test_kubernetes_combinations import _things as combined
from tests.ground.test_kubernetes_files import FOLDER, OF_OTHERS, OVERLAYS

ROOT = Path(__file__).parents[2]
_MAPS = {"metadata", "matchLabels", "labels", "annotations"}
"""Fields of `spec` whose keys are whatever somebody likes."""


@cache
def _objects() -> list[Thing]:
    """Each once: as components have it, and as overlays and combinations make of it."""
    every = [thing for path in sorted((FOLDER / "components").rglob("*.yaml")) for thing in read(path)]
    every += [thing for overlay in OVERLAYS for thing in rendered(FOLDER / "overlays" / overlay)]
    every += [thing for components in COMBINATIONS for thing in combined(components)]
    return list({json.dumps(thing): thing for thing in every if thing["kind"] in OF_OTHERS}.values())


def _one_of_each_kind() -> list[Thing]:
    """The first of its kind, as its component has it."""
    return list({thing["kind"]: thing for thing in reversed(_objects())}.values())


def test_every_object_fits_the_schema_of_its_operator() -> None:
    things = _objects()
    assert {thing["kind"] for thing in things} == OF_OTHERS == KINDS
    against = {
        f"{thing['kind']}/{thing['metadata']['name']}": found
        for thing, found in zip(things, refusals(things), strict=True)
        if found
    }
    assert against == {}


def _with_a_field_that_nobody_knows(part: object, name: str = "") -> Iterator[object]:
    """Copies of a part of an object, each with one more field at another place."""
    if isinstance(part, list):
        for at, inner in enumerate(part):
            for changed in _with_a_field_that_nobody_knows(inner):
                yield [*part[:at], changed, *part[at + 1 :]]
    elif isinstance(part, dict) and name not in _MAPS:
        yield {**part, "unheardOf": "field"}
        for key, inner in part.items():
            for changed in _with_a_field_that_nobody_knows(inner, key):
                yield {**part, key: changed}


def test_an_unknown_field_is_refused_wherever_it_stands() -> None:
    wrong = [
        {**thing, "spec": spec}
        for thing in _one_of_each_kind()
        for spec in _with_a_field_that_nobody_knows(thing["spec"])
        if isinstance(spec, dict)
    ]
    assert len(wrong) > 60
    assert {thing["kind"] for thing in wrong} == KINDS
    assert [thing for thing, found in zip(wrong, refusals(wrong), strict=True) if not found] == []


def test_a_missing_field_another_word_and_another_version_are_refused() -> None:
    things = {thing["kind"]: thing for thing in copy.deepcopy(_one_of_each_kind())}
    things["HTTPRoute"]["spec"]["rules"][0]["matches"][0]["path"]["type"] = "Exactly"
    del things["ScaledObject"]["spec"]["triggers"]
    del things["TriggerAuthentication"]["spec"]["secretTargetRef"][0]["parameter"]
    things["ExternalSecret"]["apiVersion"] = "external-secrets.io/v1beta1"
    del things["ServiceMonitor"]["spec"]["selector"]
    del things["PrometheusRule"]["spec"]["groups"][0]["name"]
    things["KafkaUser"]["spec"]["authentication"]["type"] = "scram-sha-256"
    of_an_old_operator = {**things["KafkaUser"], "apiVersion": "kafka.strimzi.io/v1beta1"}
    wrong = [*things.values(), of_an_old_operator]
    assert [thing for thing, found in zip(wrong, refusals(wrong), strict=True) if not found] == []


def test_the_versions_are_told() -> None:
    told = " ".join((ROOT / "ARCHITECTURE.md").read_text("utf-8").split())
    assert [name for name, version in VERSIONS.items() if f"{name} {version}" not in told] == []


def test_a_package_of_another_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / "package.tgz").write_bytes(b"something else")
    with pytest.raises(Trouble, match=r"^package\.tgz is not the package that was looked at"):
        check(tmp_path / "package.tgz", "0" * 64)
