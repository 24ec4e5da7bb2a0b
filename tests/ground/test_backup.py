"""`backup` and `restore` of docker-compose.yml: all that is stored, as it was, and nothing over what is there."""

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

COMPOSE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yml").read_text("utf-8"))
_OF_FIGURES = {"prometheus"}


def told(name: str, folder: Path, archive: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """How the container `name` ends whose volumes are in `folder`."""
    words = [
        part.replace("$$", "$").replace("/volumes", str(folder)) for part in COMPOSE["services"][name]["entrypoint"]
    ]
    return subprocess.run(words, input=archive, capture_output=True, check=False)


def empty(folder: Path) -> Path:
    """Volumes in which nothing is."""
    for volume in COMPOSE["volumes"]:
        (folder / volume).mkdir(parents=True)
    return folder


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Volumes of a deployment that was stopped."""
    folder = empty(tmp_path / "stored")
    (folder / "mongodb" / "mongod.lock").touch()
    (folder / "mongodb" / ".dotted").write_text("too")
    (folder / "kafka" / "topic-0").mkdir()
    (folder / "kafka" / "topic-0" / "0.log").write_bytes(bytes(range(256)))
    (folder / "secrets-mongodb" / "root").write_text("word")
    (folder / "secrets-mongodb" / "root").chmod(0o400)
    (folder / "secrets-mongodb").chmod(0o500)
    return folder


def within(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything in `folder` with its mode."""
    return {
        str(path.relative_to(folder)): (
            stat.S_IMODE(path.stat().st_mode),
            path.read_bytes() if path.is_file() else b"",
        )
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("name", ["backup", "restore"])
def test_every_volume_is_in_it(name: str) -> None:
    mounted = [volume.split(":")[:2] for volume in COMPOSE["services"][name]["volumes"]]
    assert sorted(mounted) == sorted(
        [each, f"/volumes/{each}"] for each in COMPOSE["volumes"] if each not in _OF_FIGURES
    )
    assert all(volume.endswith(":ro") for volume in COMPOSE["services"]["backup"]["volumes"])


def test_what_was_stored_is_put_back_as_it_was(tmp_path: Path, stored: Path) -> None:
    kept = told("backup", stored)
    assert (kept.returncode, kept.stderr) == (0, b"")
    again = empty(tmp_path / "again")
    assert told("restore", again, kept.stdout).returncode == 0
    assert within(again) == within(stored)


def test_nothing_is_copied_while_mongodb_is_at_work(stored: Path) -> None:
    (stored / "mongodb" / "mongod.lock").write_text("1\n")
    kept = told("backup", stored)
    assert (kept.returncode, kept.stdout) == (1, b"")
    assert b"docker compose stop" in kept.stderr


def test_nothing_is_put_over_what_is_there(tmp_path: Path, stored: Path) -> None:
    archive, there = told("backup", stored).stdout, empty(tmp_path / "there")
    (there / "secrets-issues" / "contact-keys").write_text("others")
    before = within(there)
    refused = told("restore", there, archive)
    assert refused.returncode == 1
    assert b"docker compose down --volumes" in refused.stderr
    assert within(there) == before


def test_half_an_archive_is_told(tmp_path: Path, stored: Path) -> None:
    archive = told("backup", stored).stdout
    assert told("restore", empty(tmp_path / "again"), archive[: len(archive) // 3]).returncode != 0
