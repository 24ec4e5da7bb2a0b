"""What `kubectl kustomize` makes of an overlay, for the part of its language that deploy/kubernetes uses.

A word that is not known here is refused, so that nothing is passed by. Names of generated ConfigMaps have no digest.
"""

import copy
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

Thing = dict[str, Any]

_KNOWN = {
    *("apiVersion", "kind", "namespace", "resources", "components"),
    *("labels", "images", "configMapGenerator", "patches", "replicas", "replacements"),
}
_OF_PODS = {"StatefulSet", "Deployment", "Job", "CronJob"}
_OF_NO_NAMESPACE = {"Namespace"}


class Unknown(Exception):
    """An overlay uses what this does not know."""


def rendered(folder: Path) -> list[Thing]:
    """The objects of the overlay or base in `folder`."""
    return _applied(folder, [])


def _applied(folder: Path, things: list[Thing]) -> list[Thing]:
    [plan] = read(folder / "kustomization.yaml")
    if unknown := plan.keys() - _KNOWN:
        raise Unknown(f"{folder}: {sorted(unknown)}")
    for name in plan.get("resources", ()):
        path = folder / name
        things += rendered(path) if path.is_dir() else read(path)
    for generator in plan.get("configMapGenerator", ()):
        _generate(folder, things, generator)
    for name in plan.get("components", ()):
        things = _applied(folder / name, things)
    for patch in plan.get("patches", ()):
        for thing in things:
            if _is_meant(thing, patch["target"]):
                for step in yaml.safe_load(patch["patch"]):
                    _change(thing, **step)
    _name(things, plan)
    for replacement in plan.get("replacements", ()):
        _replace(things, **replacement)
    return things


def read(path: Path) -> list[Thing]:
    """The documents of one file."""
    things = [thing for thing in yaml.safe_load_all(path.read_text("utf-8")) if thing is not None]
    return json.loads(json.dumps(things))  # type: ignore[no-any-return]  # what stands once under two names is two things


def template_of(thing: Thing) -> Thing | None:
    """What the pods of an object are made by; None where it makes none."""
    spec = thing.get("spec", {})
    if thing["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    found: Thing | None = spec.get("template") if thing["kind"] in _OF_PODS else None
    return found


def secrets_named(part: Any) -> set[str]:
    """The secrets that an object, or a part of one, reads or is to write, wherever it names them."""
    if isinstance(part, list):
        return set[str]().union(*map(secrets_named, part))
    if not isinstance(part, dict):
        return set()
    named = {part[key]["name"] for key in ("secretRef", "secretKeyRef") if key in part}
    named |= {entry["name"] for entry in part.get("secretTargetRef", ())}
    named |= {part["secret"]["secretName"]} if "secret" in part else set()
    named |= {part["target"]["name"]} if "secretStoreRef" in part else set()
    return named.union(*map(secrets_named, part.values()))


def _generate(folder: Path, things: list[Thing], generator: Thing) -> None:
    data = dict(literal.split("=", 1) for literal in generator.get("literals", ()))
    data |= {name: (folder / name).read_text("utf-8") for name in generator.get("files", ())}
    there = [
        thing for thing in things if thing["kind"] == "ConfigMap" and thing["metadata"]["name"] == generator["name"]
    ]
    match generator.get("behavior", "create"), there:
        case "create", []:
            made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator["name"]}, "data": data}
            things.append(made)
        case "merge", [found]:
            found["data"] |= data
        case "replace", [found]:
            found["data"] = data
        case other:
            raise Unknown(f"{folder}: {other[0]} of {generator['name']}")


def _replace(things: list[Thing], source: Thing, targets: list[Thing]) -> None:
    """What stands at one field, put at others; fields are there, and named by words and places in lists."""
    [found] = [thing for thing in things if _is_meant(thing, {key: source[key] for key in ("kind", "name")})]
    for part in source["fieldPath"].split("."):
        found = found[part]
    for target in targets:
        for thing in things:
            if _is_meant(thing, target["select"]):
                for path in target["fieldPaths"]:
                    _change(thing, op="replace", path="/" + path.replace(".", "/"), value=found)


def _is_meant(thing: Thing, target: Thing) -> bool:
    labels = thing["metadata"].get("labels", {})
    wanted = dict(part.split("=") for part in target.get("labelSelector", "").split(",") if part)
    named = (thing["kind"], thing["metadata"]["name"])
    meant = (target.get("kind", thing["kind"]), target.get("name", thing["metadata"]["name"]))
    return named == meant and bool(wanted.items() <= labels.items())


def _change(thing: Thing, op: str, path: str, value: Any = None) -> None:
    """One step of a JSON patch."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    place: Any = thing
    for part in way:
        place = place[int(part) if isinstance(place, list) else part]
    match op, place, last:
        case "add", list(), "-":
            place.append(copy.deepcopy(value))
        case "replace", dict(), name if name in place:
            place[name] = copy.deepcopy(value)
        case "add", dict(), name:
            place[name] = copy.deepcopy(value)
        case "remove", dict(), name if name in place:
            del place[name]
        case _:
            raise Unknown(f"{op} {path}")


def _name(things: Iterable[Thing], plan: Thing) -> None:
    for thing in things:
        if "namespace" in plan and thing["kind"] not in _OF_NO_NAMESPACE:
            thing["metadata"]["namespace"] = plan["namespace"]
        for labels in plan.get("labels", ()):
            _label(thing, labels["pairs"])
        for image in plan.get("images", ()):
            for container in _containers(thing):
                if container["image"] == image["name"]:
                    container["image"] = image["newName"]
        for replicas in plan.get("replicas", ()):
            if (thing["kind"], thing["metadata"]["name"]) == ("StatefulSet", replicas["name"]):
                thing["spec"]["replicas"] = replicas["count"]


def _label(thing: Thing, pairs: Thing) -> None:
    thing["metadata"].setdefault("labels", {}).update(pairs)
    spec = thing.get("spec", {})
    if thing["kind"] == "Service":
        spec.setdefault("selector", {}).update(pairs)
    elif "matchLabels" in spec.get("selector", {}):
        spec["selector"]["matchLabels"].update(pairs)
    if "template" in spec:
        spec["template"]["metadata"].setdefault("labels", {}).update(pairs)
        for constraint in spec["template"]["spec"].get("topologySpreadConstraints", ()):
            constraint["labelSelector"]["matchLabels"].update(pairs)


def _containers(thing: Thing) -> list[Thing]:
    found: list[Thing] = (template_of(thing) or {}).get("spec", {}).get("containers", [])
    return found
