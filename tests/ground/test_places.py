"""What is fetched is complete or absent, whoever is killed and however many ask."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
from collections import namedtuple
from pathlib import Path

import pytest

from deploy.local import places
from deploy.local.trouble import Trouble
from tests.rules.tree import ROOT

_FETCHER = """
    import sys, time
    from pathlib import Path
    from deploy.local.places import obtained

    def make(folder: Path) -> None:
        (folder / "first").write_text("1")
        with Path("made").open("a") as made:
            made.write("x")
        print("half", flush=True)
        sys.stdin.read()
        (folder / "second").write_text("2")

    print(sorted(path.name for path in obtained("thing", make).iterdir()))
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / places.APPLICATION


def _fetcher(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_FETCHER)],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _half_way(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"


def test_a_fetch_that_was_killed_leaves_nothing_and_is_done_again(cache: Path, tmp_path: Path) -> None:
    first = _fetcher(tmp_path)
    _half_way(first)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not (cache / "thing").exists()
    said, _ = _fetcher(tmp_path).communicate("")
    assert said.splitlines()[-1] == "['first', 'second']"
    assert sorted(path.name for path in cache.iterdir()) == ["thing", "thing.lock"]


def test_two_at_once_fetch_once(cache: Path, tmp_path: Path) -> None:
    first = _fetcher(tmp_path)
    _half_way(first)
    second = _fetcher(tmp_path)
    first_said, _ = first.communicate("")
    second_said, _ = second.communicate("")
    assert first_said == second_said == "['first', 'second']\n"
    assert (tmp_path / "made").read_text() == "x"


def test_a_fetch_that_fails_leaves_nothing(cache: Path) -> None:
    def make(folder: Path) -> None:
        (folder / "first").touch()
        raise Trouble("The network is away.")

    with pytest.raises(Trouble, match="away"):
        places.obtained("thing", make)
    assert sorted(path.name for path in cache.iterdir()) == ["thing.lock"]


def test_a_full_disk_is_told_before_anything_is_written(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10**12, 10**12, 12_345_678))
    with pytest.raises(Trouble, match=r"^Only 12 MB are free where .* free 1000 MB, or set XDG_CACHE_HOME .*\.$"):
        places.obtained("thing", lambda folder: None)
    assert not cache.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_write_that_the_system_refuses_is_told(cache: Path, number: int) -> None:
    def make(folder: Path) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(Trouble, match=f"{os.strerror(number)}.*XDG_CACHE_HOME"):
        places.obtained("thing", make)


def test_folders_follow_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/ignored")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert places.state_dir() == tmp_path / ".local/state/sunshine-community"
    assert places.cache_dir() == tmp_path / ".cache/sunshine-community"


def test_a_lock_is_for_one_even_in_one_process(tmp_path: Path) -> None:
    first, second = places.Lock(tmp_path / "lock"), places.Lock(tmp_path / "lock")
    assert first.acquire(wait=0)
    assert not second.acquire(wait=0)
    first.release()
    assert second.acquire(wait=0)
    second.release()
