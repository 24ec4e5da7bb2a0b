"""The demo holds its parts together: in order up, in order down, nothing left, and a sentence when it can't."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.ports import Claim
from tests.rules.tree import ROOT
from tests.waiting import patiently

_UP = "Ctrl-C stops it"


class Ground:
    """One person's machine, with ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.history = folder / "history"
        self.state = folder / "sunshine-community/demo"
        self._claims = {name: Claim() for name in ("DEMO_PORT", "MONGODB_PORT", "KAFKA_PORT")}
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in {"MONGODB_URL", "KAFKA_BOOTSTRAP"}},
            **{name: str(claim.port) for name, claim in self._claims.items()},
            "XDG_STATE_HOME": str(folder),
            "HISTORY": str(self.history),
            "PYTHONPATH": str(ROOT),
        }
        self.started: list[subprocess.Popen[str]] = []

    def port(self, name: str) -> int:
        return self._claims[name].port

    def demo(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.ground.stage", *arguments],
            env={**self._environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def parts(self, what: str) -> list[str]:
        """What was started or stopped, in order."""
        lines = self.history.read_text().splitlines() if self.history.exists() else []
        return [line.split()[1] for line in lines if line.startswith(what)]

    def alive(self) -> list[str]:
        """The parts that still run."""
        lines = self.history.read_text().splitlines() if self.history.exists() else []
        parts = [line.split()[1:] for line in lines if line.startswith("started")]
        return [title for title, pid in parts if _alive(int(pid))]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _until(condition: Callable[[], object]) -> None:
    until = time.monotonic() + patiently(60)
    while not condition():
        assert time.monotonic() < until, "it didn't come to pass"
        time.sleep(0.02)


def _read_until(process: "subprocess.Popen[str]", word: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if word in line:
            return said
    pytest.fail(f"{word!r} was never said: {said} {process.stderr and process.stderr.read()}")


def _sentence(process: "subprocess.Popen[str]") -> str:
    _, trouble = process.communicate(timeout=patiently(60))
    assert process.returncode == 1
    assert trouble.count("\n") == 1, trouble
    return trouble.strip()


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    ground = Ground(tmp_path)
    yield ground
    for process in ground.started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda kind: kind.name)
def test_it_comes_up_and_goes_down_in_order(ground: Ground, kind: signal.Signals) -> None:
    demo = ground.demo()
    said = _read_until(demo, _UP)
    assert "loaded\n" in said
    assert f"http://127.0.0.1:{ground.port('DEMO_PORT')}/board/" in said
    assert "secret" not in said
    assert set(ground.parts("started")[:2]) == {"MongoDB", "Kafka"}
    demo.send_signal(kind)
    demo.communicate(timeout=patiently(60))
    assert demo.returncode == 0
    assert ground.parts("stopped") == ["services", "Kafka", "MongoDB"]
    assert ground.alive() == []


@pytest.mark.parametrize("where", ["Kafka", "services"])
def test_it_can_be_stopped_while_it_comes_up(ground: Ground, where: str) -> None:
    demo = ground.demo(STAGE_HANGS=where)
    _until(lambda: where in ground.parts("started") and "MongoDB" in ground.parts("started"))
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=patiently(60))
    assert demo.returncode == 0
    assert ground.alive() == []


def test_a_killed_demo_leaves_no_process_and_the_next_one_starts(ground: Ground) -> None:
    first = ground.demo()
    _read_until(first, _UP)
    first.kill()
    first.wait()
    _until(lambda: ground.alive() == [])
    second = ground.demo()
    _read_until(second, _UP)
    second.send_signal(signal.SIGINT)
    second.communicate(timeout=patiently(60))
    assert second.returncode == 0


def test_there_is_one_at_a_time_and_nothing_is_forgotten_under_it(ground: Ground) -> None:
    first = ground.demo()
    _read_until(first, _UP)
    assert _sentence(ground.demo()) == f"The demo is running (process {first.pid}): stop it there with Ctrl-C first."
    assert _sentence(ground.demo("--reset")).startswith(f"The demo is running (process {first.pid}): stop it ")
    assert ground.state.exists()
    assert len(ground.alive()) == 3


def test_reset_forgets_and_has_then_nothing_to_forget(ground: Ground) -> None:
    ground.state.mkdir(parents=True)
    (ground.state / "mongodb").mkdir()
    for said in (f"{ground.state} is forgotten.\n", "There is nothing to forget.\n"):
        reset = ground.demo("--reset")
        assert reset.communicate(timeout=patiently(60)) == (said, "")
        assert not ground.state.exists()


@pytest.mark.parametrize("variable", ["DEMO_PORT", "MONGODB_PORT", "KAFKA_PORT"])
def test_a_taken_port_is_told_before_anything_starts(ground: Ground, variable: str) -> None:
    port = ground.port(variable)
    with socket.create_server(("127.0.0.1", port)):
        told = _sentence(ground.demo())
    assert told.startswith(f"Port {port}, which ")
    assert told.endswith(f"stop what uses it, or set {variable} to another port.")
    assert ground.parts("started") == []


@pytest.mark.parametrize("value", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_told(ground: Ground, value: str) -> None:
    assert _sentence(ground.demo(DEMO_PORT=value)) == "DEMO_PORT must be a port from 1 to 65535."


def test_servers_of_the_environment_are_used_instead(ground: Ground) -> None:
    demo = ground.demo(MONGODB_URL="mongodb://user:secret@db.example/?tls=true", KAFKA_BOOTSTRAP="kafka.example:9092")
    said = _read_until(demo, _UP)
    assert ground.parts("started") == ["services"]
    assert "mongodb://db.example/?tls=true" in said
    assert "kafka.example:9092" in said


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"STAGE_TOPICS": "2"}, r"The topics could not be created"),
        ({"STAGE_LOADER": "1"}, r"The demo data could not be loaded"),
    ],
)
def test_what_fails_on_the_way_takes_everything_down(ground: Ground, environment: dict[str, str], told: str) -> None:
    assert _sentence(ground.demo(**environment)).startswith(told)
    assert ground.alive() == []


@pytest.mark.parametrize("part", ["services", "Kafka"])
def test_a_part_that_ends_by_itself_takes_everything_down(ground: Ground, part: str) -> None:
    demo = ground.demo()
    _read_until(demo, _UP)
    line = next(line for line in ground.history.read_text().splitlines() if line.startswith(f"started {part}"))
    os.kill(int(line.split()[2]), signal.SIGKILL)
    assert "ended by" in _sentence(demo)
    assert ground.alive() == []
