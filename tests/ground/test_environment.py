"""The Python environment: made once, renewed with the lock, made anew after an interruption."""

from pathlib import Path

import pytest

from deploy.local import environment


class _Steps(list[str]):
    pass


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Steps:
    """What is done to an environment in which nothing is really installed."""
    done = _Steps()
    home = tmp_path / ".venv"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(environment, "TREE", tmp_path)
    monkeypatch.setattr(environment, "HOME", home)
    monkeypatch.setattr(environment, "PROGRAM", home / "bin/python")
    monkeypatch.setattr(environment, "_INSTALLED", home / "installed.json")
    (tmp_path / "requirements.lock").write_text("one==1")
    (tmp_path / "requirements-dev.lock").write_text("one==1\ntwo==2")

    def create() -> None:
        done.append("create")
        (home / "bin").mkdir(parents=True, exist_ok=True)
        (home / "bin/python").touch()

    monkeypatch.setattr(environment, "_create", create)
    monkeypatch.setattr(environment, "_install", lambda lock: done.append(lock.name))
    return done


def test_the_second_time_there_is_nothing_to_do(steps: _Steps) -> None:
    environment.ensure(development=True)
    environment.ensure(development=True)
    assert steps == ["create", "requirements-dev.lock"]


def test_the_development_environment_does_for_a_run(steps: _Steps) -> None:
    environment.ensure(development=True)
    environment.ensure(development=False)
    assert steps == ["create", "requirements-dev.lock"]


def test_the_environment_of_a_run_is_completed_for_development(steps: _Steps) -> None:
    environment.ensure(development=False)
    environment.ensure(development=True)
    assert steps == ["create", "requirements.lock", "requirements-dev.lock"]


def test_a_changed_lock_is_installed(steps: _Steps, tmp_path: Path) -> None:
    environment.ensure(development=False)
    (tmp_path / "requirements.lock").write_text("one==1.1")
    environment.ensure(development=False)
    assert steps == ["create", "requirements.lock", "requirements.lock"]


def test_an_interrupted_installation_begins_anew(steps: _Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(lock: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(environment, "_install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            environment.ensure(development=False)
    environment.ensure(development=False)
    assert steps == ["create", "create", "requirements.lock"]
