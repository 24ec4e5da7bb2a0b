"""Every part that can't be had ends in one sentence that says what to do."""

import os
import shutil
from pathlib import Path

import pytest

from deploy.local import chromium, fetch_kafka, fetch_mongod
from deploy.local.trouble import Trouble

ONE_SENTENCE = r"^[A-Z].*[^.]\.$"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which only what stands in this folder is installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("JAVA_HOME", "CHROMIUM", "PLAYWRIGHT_BROWSERS_PATH"):
        monkeypatch.delenv(variable, raising=False)
    return folder


def _program(folder: Path, name: str, script: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('openjdk version "26-ea" 2026-03-17', 26),
    ],
)
def test_a_java_that_is_new_enough_is_taken(programs: Path, told: str, version: int) -> None:
    java = _program(programs, "java", f"echo '{told}' >&2")
    assert fetch_kafka.java() == java


@pytest.mark.parametrize("told", ['java version "1.8.0_392"', 'openjdk version "11.0.21" 2023-10-17'])
def test_an_old_java_is_told(programs: Path, told: str) -> None:
    _program(programs, "java", f"echo '{told}' >&2")
    with pytest.raises(Trouble, match=ONE_SENTENCE) as trouble:
        fetch_kafka.java()
    assert "is Java 8:" in str(trouble.value) or "is Java 11:" in str(trouble.value)


@pytest.mark.parametrize("script", [None, "echo 'Unable to locate a Java Runtime.' >&2; exit 1"])
def test_no_java_is_told(programs: Path, script: str | None) -> None:
    if script is not None:
        _program(programs, "java", script)
    with pytest.raises(Trouble, match=r"^Kafka needs Java 17 and none was found: install it .*KAFKA_BOOTSTRAP"):
        fetch_kafka.java()


def test_the_java_of_java_home_goes_first(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(programs, "java", "echo 'version \"11.0.1\"' >&2")
    (tmp_path / "jdk/bin").mkdir(parents=True)
    java = _program(tmp_path / "jdk/bin", "java", "echo 'version \"17.0.1\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    assert fetch_kafka.java() == java


def test_no_maven_is_told(programs: Path) -> None:
    with pytest.raises(Trouble, match=r"^Kafka is fetched with Maven, and there is no mvn: .* install maven"):
        fetch_kafka.kafka_libraries()


def test_the_reason_of_maven_is_told(programs: Path) -> None:
    _program(programs, "mvn", "echo '[ERROR] Could not transfer artifact'; echo '[ERROR] more'; exit 1")
    with pytest.raises(Trouble, match=r"\(Could not transfer artifact\): check the network"):
        fetch_kafka.kafka_libraries()
    with pytest.raises(Trouble):
        fetch_kafka.kafka_libraries()


def test_a_mongod_on_the_path_is_taken(programs: Path) -> None:
    mongod = _program(programs, "mongod", "echo db version v8.0.4")
    assert fetch_mongod.mongod() == mongod


def test_a_machine_without_a_mongod_to_fetch_is_told(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(programs, "mongod", "exit 127")
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(Trouble, match=r"^There is no mongod on PATH and none to fetch .*MONGODB_URL"):
        fetch_mongod.mongod()


def test_a_failed_installation_of_mongod_is_told(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(fetch_mongod, "_installer", lambda: [shutil.which("false", path="/usr/bin:/bin") or ""])
    with pytest.raises(Trouble, match=r"could not be installed \(no reason given\): check the network"):
        fetch_mongod.mongod()
    assert not any(path.is_dir() for path in (tmp_path / "cache").rglob("*/*"))


def test_a_browser_that_does_not_run_is_passed_over(programs: Path) -> None:
    _program(programs, "chromium", "echo 'install the snap instead' >&2; exit 10")
    works = _program(programs, "google-chrome", "echo Google Chrome 140")
    assert chromium.chromium() == works


def test_no_browser_is_told(programs: Path) -> None:
    with pytest.raises(Trouble, match=r"^No Chromium was found: install .* or set CHROMIUM to .*\.$"):
        chromium.chromium()


def test_a_browser_is_installed_with_its_font(programs: Path) -> None:
    """The package manager of this machine puts a browser and a font where they are found."""
    script = f"""
        case "$*" in
            *install*chromium*fonts-wqy-zenhei*)
                echo "$*" >> {programs}/ran
                printf '#!/bin/sh\\necho Chromium' > {programs}/chromium
                printf '#!/bin/sh\\necho WenQuanYi' > {programs}/fc-list
                /bin/chmod +x {programs}/chromium {programs}/fc-list ;;
            *) exit 1 ;;
        esac"""
    for name in ("apt-get", "sudo"):
        _program(programs, name, script)
    (programs / "env").symlink_to(shutil.which("env", path="/usr/bin:/bin") or "")
    assert chromium.install() == programs / "chromium"
    assert chromium.install() == programs / "chromium"
    assert len((programs / "ran").read_text().splitlines()) == 1
    assert os.access(programs / "chromium", os.X_OK)
