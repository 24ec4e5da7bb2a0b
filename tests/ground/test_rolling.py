"""deploy/compose/roll.sh: as many containers after as before, whether it ends well, badly or is ended."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("issues", "volunteers", "events", "notify")

_DOCKER = """\
#!{python}
import json, os, signal, sys
from pathlib import Path

state, told = Path(os.environ["STATE"]), sys.argv[1:]
kept = json.loads(state.read_text())
kept["asked"].append(told)
words = told[1:] if told[0] == "compose" else told
act, last, status = words[0], words[-1], 0
of = [one for one in kept["containers"] if one["service"] == last]
if act == "ps":
    print("\\n".join(one["id"] for one in of if one["running"] or "--all" in words))
elif act == "up":
    (count,) = [int(each.partition("=")[2]) for each in words if each.startswith(last + "=")] or [1]
    for one in of:
        one["running"] = True
    for _ in range(count - len(of)):
        kept["made"] += 1
        one = {{"id": f"new-{{kept['made']}}", "service": last, "running": True}}
        kept["containers"].append({{**one, "version": os.environ["COMMUNITY_VERSION"]}})
    status = int(last == os.environ.get("UNREADY"))
elif act == "stop":
    status = int(len(words) < 2)
    for one in kept["containers"]:
        one["running"] = one["running"] and one["id"] not in words
elif act == "rm":
    gone = {{one["id"] for one in of if not one["running"]}} if told[0] == "compose" else set(words)
    kept["containers"] = [one for one in kept["containers"] if one["id"] not in gone]
state.write_text(json.dumps(kept))
if act == os.environ.get("ENDED_AT"):
    os.kill(os.getppid(), signal.SIGTERM)
sys.exit(status)
"""


class Engine:
    """A `docker` that knows containers by service, version and whether they run."""

    def __init__(self, folder: Path, running: Mapping[str, int]) -> None:
        self._programs, self._state = folder / "bin", folder / "state.json"
        self._programs.mkdir()
        for name, text in (("docker", _DOCKER.format(python=sys.executable)), ("sleep", "#!/bin/sh\n")):
            (self._programs / name).write_text(text)
            (self._programs / name).chmod(0o755)
        self._write([self._one(name, number) for name, count in running.items() for number in range(count)])

    def also(self, service: str, version: str, *, running: bool) -> None:
        """One container more."""
        self._write([*self._read()["containers"], {**self._one(service, 9), "version": version, "running": running}])

    def roll(self, *words: str, **environment: str) -> int:
        """Roll to the version `next` and return the status."""
        place = {"PATH": f"{self._programs}:{os.environ['PATH']}", "STATE": str(self._state)}
        told = {"COMMUNITY_VERSION": "next", **place, **environment}
        return subprocess.run(["sh", "deploy/compose/roll.sh", *words], cwd=ROOT, env=told, check=False).returncode

    def versions(self) -> dict[str, list[str]]:
        """The versions of the containers of each service, those that don't run in parentheses."""
        found: dict[str, list[str]] = {name: [] for name in SERVICES}
        for one in self._read()["containers"]:
            found[one["service"]].append(one["version"] if one["running"] else f"({one['version']})")
        return found

    def jobs(self) -> list[str]:
        """The jobs that ran, by what they ran in."""
        return [asked[5] for asked in self._read()["asked"] if asked[:2] == ["compose", "run"]]

    def _one(self, service: str, number: int) -> dict[str, Any]:
        return {"id": f"{service}-{number}", "service": service, "version": "last", "running": True}

    def _read(self) -> dict[str, Any]:
        kept: dict[str, Any] = json.loads(self._state.read_text())
        return kept

    def _write(self, containers: list[dict[str, Any]]) -> None:
        self._state.write_text(json.dumps({"containers": containers, "made": 0, "asked": []}))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """One container of each service, and two of issues."""
    return Engine(tmp_path, {**dict.fromkeys(SERVICES, 1), "issues": 2})


def test_each_is_replaced_after_secrets_topics_and_rights(engine: Engine) -> None:
    assert engine.roll() == 0
    assert engine.versions() == {name: ["next"] * (2 if name == "issues" else 1) for name in SERVICES}
    assert engine.jobs() == ["secrets", "topics", "kafka-users", "kafka-users"]


def test_back_touches_neither_secrets_nor_topics_nor_rights(engine: Engine) -> None:
    assert engine.roll("--back", "events") == 0
    assert engine.versions() == {"issues": ["last"] * 2, "volunteers": ["last"], "events": ["next"], "notify": ["last"]}
    assert engine.jobs() == []


def test_a_service_that_does_not_run_is_started_and_the_others_are_rolled(tmp_path: Path) -> None:
    engine = Engine(tmp_path, {"volunteers": 1, "events": 1, "notify": 1})
    assert engine.roll() == 0
    assert engine.versions() == {name: ["next"] for name in SERVICES}


def test_a_container_that_ended_is_not_started_again(engine: Engine) -> None:
    engine.also("events", "before the last", running=False)
    assert engine.roll("events") == 0
    assert engine.versions()["events"] == ["next"]


@pytest.mark.parametrize("how", [{"UNREADY": "issues"}, {"ENDED_AT": "up"}])
def test_a_roll_that_fails_leaves_what_was_there(engine: Engine, how: dict[str, str]) -> None:
    assert engine.roll(**how) != 0
    assert engine.versions() == {name: ["last"] * (2 if name == "issues" else 1) for name in SERVICES}
    assert engine.jobs() == ["secrets", "topics", "kafka-users"], "both versions keep their rights"
    assert engine.roll("--back") == 0
    assert engine.versions()["issues"] == ["next"] * 2


def test_one_that_is_ended_once_the_new_ones_are_ready_leaves_them_alone(engine: Engine) -> None:
    assert engine.roll("issues", ENDED_AT="stop") != 0
    assert engine.versions()["issues"] == ["next"] * 2
