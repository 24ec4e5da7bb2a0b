"""A program under us: it ends with us, and only then."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.child import Child
from tests.rules.tree import ROOT
from tests.waiting import patiently


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + patiently(20)
    while not condition():
        assert time.monotonic() < until, "it didn't come to pass"
        time.sleep(0.01)


def _alive(pid: int) -> bool:
    """A zombie that nobody has buried yet is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def test_it_dies_with_a_parent_that_was_killed(log: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
                import time
                from pathlib import Path
                from deploy.local.child import Child

                print(Child(["sleep", "600"], Path({str(log)!r})).pid, flush=True)
                time.sleep(600)
            """),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    _until(lambda: Path(f"/proc/{pid}/cmdline").read_text().startswith("sleep"))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _until(lambda: not _alive(pid))


def test_it_outlives_the_thread_that_asked_for_it(log: Path) -> None:
    started: list[Child] = []
    thread = threading.Thread(target=lambda: started.append(Child(["sh", "-c", "echo on; sleep 600"], log)))
    thread.start()
    thread.join()
    _until(lambda: "on" in started[0].said())
    assert started[0].code is None
    started[0].kill()


def test_what_is_typed_at_our_terminal_does_not_reach_it(log: Path) -> None:
    child = Child(["sleep", "600"], log)
    assert os.getsid(child.pid) != os.getsid(0)
    child.kill()


def test_stop_asks_first(log: Path) -> None:
    child = Child(["sh", "-c", "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; done"], log)
    _until(lambda: "up" in child.said())
    assert child.stop()
    assert child.code == 3
    assert child.said() == "up\nbye\n"


def test_stop_ends_what_does_not_listen(log: Path) -> None:
    child = Child(["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.01; done"], log)
    _until(lambda: "up" in child.said())
    assert not child.stop(patience=0.1)
    assert child.code == -signal.SIGKILL


def test_it_says_what_it_said_this_time(log: Path) -> None:
    for word in ("one", "two"):
        child = Child(["echo", word], log)
        _until(lambda child=child: child.code is not None)  # type: ignore[misc]
        assert child.said() == f"{word}\n"
    assert log.read_text() == "one\ntwo\n"
