"""The files that are made from the declarations and checked in, and the last release of them."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from services.contracts.asyncapi import document
from services.contracts.catalogue import markdown
from services.contracts.compatibility import Released, from_json, released
from services.contracts.declared import Declaration
from services.contracts.examples import records
from services.contracts.schemas import public_schema

HOME = Path(__file__).parent
RELEASED = "released"
_FOLDERS = ("schemas", "examples")

Files = dict[str, str]


def generated(models: Sequence[Declaration]) -> Files:
    """Every generated file by its path below `services/contracts/`."""
    files = {"asyncapi.json": _text(document(models)), "CATALOGUE.md": markdown(models)}
    for model in models:
        files[f"schemas/{model.type}.json"] = _text(public_schema(model))
        files[f"examples/{model.type}.json"] = _text([record.as_json() for record in records(model)])
    return files


def stale(files: Files, home: Path = HOME) -> list[str]:
    """One sentence for each checked-in file that is missing, other than generated, or made from nothing any more."""
    found = []
    for path, content in files.items():
        file = home / path
        if not file.exists():
            found.append(f"{path} is missing.")
        elif file.read_text(encoding="utf-8") != content:
            found.append(f"{path} is not what the declarations make.")
    return found + [f"{path} belongs to no declaration." for path in _orphans(files, home)]


def write(files: Files, home: Path = HOME) -> list[str]:
    """Bring the checked-in files up to date; returns the paths that changed."""
    changed = []
    for path, content in files.items():
        file = home / path
        if not file.exists() or file.read_text(encoding="utf-8") != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
            changed.append(path)
    for path in _orphans(files, home):
        (home / path).unlink()
        changed.append(path)
    return changed


def last_release(home: Path = HOME) -> list[Released]:
    """The last release, of all versions; empty before the first."""
    kept = sorted((home / RELEASED).glob("v*/*.json"))
    return [from_json(json.loads(file.read_text(encoding="utf-8"))) for file in kept]


def release(models: Iterable[Declaration], home: Path = HOME) -> list[str]:
    """Keep the declarations as the release that later changes are compared with; returns the paths that changed."""
    files = {}
    for model in models:
        version = model.type.rsplit(".", 1)[1]
        files[f"{RELEASED}/{version}/{model.type}.json"] = _text(released(model).as_json())
    return write(files, home)


def _orphans(files: Files, home: Path) -> list[str]:
    there = [f"{folder}/{file.name}" for folder in _FOLDERS for file in sorted((home / folder).glob("*.json"))]
    touched = {path.split("/", 1)[0] for path in files}
    return [path for path in there if path not in files and path.split("/", 1)[0] in touched]


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
