"""The schemas of the operators that components of deploy/kubernetes speak to, and whether objects fit them strictly.

Strictly: a field that a schema does not know is refused, as `kubectl --validate=strict` has a server do. Of Strimzi it
is the definition that its makers test with, of their test jar. Of the others it is the types that @kubernetes-models
makes of the Go types of which the operators make their definitions: fields, kinds of values, words of a list and what
must be there, but no patterns and no bounds; of Gateway API the experimental fields, too.
"""

import json
import re
import shutil
import subprocess
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml  # type: ignore[import-untyped]
from jsonschema import Draft202012Validator

from tests.ground.kustomize import Thing
from tests.ground.packages import jar, modules

STRIMZI = "0.51.0"
VERSIONS = {
    "Gateway API": "1.5.1",
    "KEDA": "2.19",
    "External Secrets": "0.16.2",
    "Prometheus operator": "0.91",
    "Strimzi": STRIMZI,
}
"""What the schemas are of; ARCHITECTURE.md tells them."""
_TYPES = {
    "HTTPRoute": "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1",
    "ScaledObject": "@kubernetes-models/keda/keda.sh/v1alpha1",
    "TriggerAuthentication": "@kubernetes-models/keda/keda.sh/v1alpha1",
    "ExternalSecret": "@kubernetes-models/external-secrets/external-secrets.io/v1",
    "ServiceMonitor": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
    "PrometheusRule": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
}
_DEFINITIONS = {"KafkaUser": "crds/v1/044-Crd-kafkauser.yaml"}
KINDS = {*_TYPES, *_DEFINITIONS}

_MODULES = {
    "@kubernetes-models/gateway-api@2.0.0": "505c284b74d2f71803803543816abe3fe58e4b0ec6d98f3bd4989726d469b81b",
    "@kubernetes-models/keda@2.0.0": "825e7b45dfd9da8dfdfd838a6d31e2e180c8491c8e493c3822f9123e49ceffef",
    "@kubernetes-models/external-secrets@2.0.0": "c1202c6a6caa54afedb4208c1216992b6fcb36cf7623637e0e4a98b70f23ea77",
    "@kubernetes-models/prometheus-operator@6.0.0": "e92402ebff400ea1ca5fe60546554841ab6f5986b317f3f0d4cb756dc88fbd37",
    "@kubernetes-models/base@6.0.1": "51f7197cfa4e961708b2e04f900a6566e7bbdfa96d4547ad4c848e03ca0cff3c",
    "@kubernetes-models/apimachinery@3.0.2": "c4cbb5e7021158d1279180ccb7abb31ae0467165217eced89a9ec9273362227e",
    "kubernetes-models@5.1.0": "a7b5c0d34639c52699fc2998879590b20d57558598fb35b219b3e5a5871aa0c0",
    "typescript@5.9.3": "10e108c9cf7d5f2879053dff18515fb405abf2ccef63eaaf017d9c571687a1d3",
}
_JAR = ("b99f69303dc507ca505b74345d93f5260621bb084b8b79447f726e54b6e66a1d", f"io.strimzi:api:{STRIMZI}:jar:tests")
_STRICT = ("--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022")
_REFUSAL = re.compile(r"^things\.ts\((\d+),\d+\): error \w+: (.*)$")


def refusals(things: list[Thing]) -> list[list[str]]:
    """What speaks against each object, in their order: nothing where it fits.

    Raises:
        Trouble: the schemas can't be fetched.
    """
    typed = iter(_typed([thing for thing in things if thing["kind"] in _TYPES]))
    return [next(typed) if thing["kind"] in _TYPES else _defined(thing) for thing in things]


def _typed(things: list[Thing]) -> list[list[str]]:
    """One object to a line, with the type of its kind, before a compiler that knows what a literal may not have."""
    lines = [f'import type {{ I{kind} }} from "{module}/{kind}";' for kind, module in _TYPES.items()]
    first = len(lines) + 1
    lines += [f"export const thing{n}: I{thing['kind']} = {json.dumps(thing)};" for n, thing in enumerate(things)]
    found: list[list[str]] = [[] for _ in things]
    for line, message in _compiled("\n".join(lines)):
        assert line >= first, message
        found[line - first].append(message)
    return found


def _compiled(program: str) -> list[tuple[int, str]]:
    node = shutil.which("node")
    assert node is not None, "Node.js is needed to run the compiler of TypeScript"
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "node_modules").symlink_to(modules("operators-1", _MODULES))
        (folder / "package.json").write_text('{"type": "module"}', "utf-8")
        (folder / "things.ts").write_text(program, "utf-8")
        order = [node, "node_modules/typescript/bin/tsc", *_STRICT, "things.ts"]
        done = subprocess.run(order, cwd=folder, capture_output=True, text=True)
    refused = [(int(each[1]), each[2]) for line in done.stdout.splitlines() if (each := _REFUSAL.match(line))]
    assert bool(refused) == (done.returncode != 0), done.stdout + done.stderr
    return refused


def _defined(thing: Thing) -> list[str]:
    group, versions = _definition(thing["kind"])
    known = {f"{group}/{name}": schema for name, schema in versions.items()}
    if thing["apiVersion"] not in known:
        return [f"{thing['apiVersion']} is not served"]
    found = Draft202012Validator(known[thing["apiVersion"]]).iter_errors(thing)
    return [f"{error.json_path}: {error.message}" for error in found]


@cache
def _definition(kind: str) -> tuple[str, dict[str, Thing]]:
    """Its group, and the schema of each version that is served, closed."""
    digest, artifact = _JAR
    with zipfile.ZipFile(jar(f"strimzi-api-tests-{STRIMZI}", artifact, digest)) as packed:
        spec = yaml.safe_load(packed.read(_DEFINITIONS[kind]))["spec"]
    assert spec["names"]["kind"] == kind
    served = [each for each in spec["versions"] if each["served"]]
    return spec["group"], {each["name"]: _closed(each["schema"]["openAPIV3Schema"]) for each in served}


def _closed(schema: Thing) -> Thing:
    """The same, refusing what it does not name."""
    named = {name: _closed(each) for name, each in schema.get("properties", {}).items()}
    closed = schema | ({"properties": named, "additionalProperties": False} if named else {})
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        closed.pop("additionalProperties", None)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            closed[inner] = _closed(schema[inner])
    return closed
