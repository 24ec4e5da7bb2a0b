"""The Python environment in `.venv`: what the lock names, with its hashes, and nothing to do when it is there.

`python -m deploy.local.environment [--dev]`, by any Python from 3.11 on, without anything installed.
"""

import argparse
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.local.places import Lock, cache_dir, need_room, writing
from deploy.local.trouble import Trouble

TREE = Path(__file__).resolve().parents[2]
HOME = TREE / ".venv"
PROGRAM = HOME / "bin/python"

_INSTALLED = HOME / "installed.json"
_RUNTIME = "requirements.lock"
_DEVELOPMENT = "requirements-dev.lock"


def ensure(development: bool) -> None:
    """Bring `.venv` up to the lock.

    Raises:
        Trouble: it can't be made here.
    """
    cache = cache_dir()
    with writing(cache, "XDG_CACHE_HOME"):
        cache.mkdir(parents=True, exist_ok=True)
        lock = Lock(cache / f"environment-{hashlib.sha256(str(HOME).encode()).hexdigest()[:12]}.lock")
        if not lock.acquire(wait=900):
            raise Trouble(f"Another process has been installing into {HOME} for 15 minutes: end it and try again.")
    try:
        with writing(HOME, "UV_CACHE_DIR, PIP_CACHE_DIR or TMPDIR"):
            _bring_up(_DEVELOPMENT if development else _RUNTIME)
    finally:
        lock.release()


def _bring_up(name: str) -> None:
    installed = _installed()
    wanted = _digest(name)
    if installed.get(name) == wanted:
        return
    need_room(HOME, "TMPDIR")
    if not installed:
        _create()
    _INSTALLED.unlink(missing_ok=True)
    print(f"Installing {name} …", file=sys.stderr, flush=True)
    _install(TREE / name)
    _INSTALLED.write_text(json.dumps({**installed, **_covered(name), "python": _version()}))


def _installed() -> dict[str, str]:
    """What a finished installation has left; nothing when one was interrupted, or for another Python."""
    try:
        told: dict[str, str] = json.loads(_INSTALLED.read_text())
    except (OSError, ValueError):
        return {}
    return told if told.get("python") == _version() and PROGRAM.exists() else {}


def _covered(name: str) -> dict[str, str]:
    """The development lock holds all that the other one holds, in the same versions."""
    names = (_RUNTIME, _DEVELOPMENT) if name == _DEVELOPMENT else (_RUNTIME,)
    return {each: _digest(each) for each in names}


def _digest(name: str) -> str:
    return hashlib.sha256((TREE / name).read_bytes()).hexdigest()


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor} {sys.base_prefix}"


def _create() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
    uv = shutil.which("uv")
    if importlib.util.find_spec("ensurepip") is not None:
        done = _run([_base(), "-m", "venv", str(HOME)])
    elif uv is not None:
        done = _run([uv, "venv", "--quiet", "--seed", "--python", _base(), str(HOME)])
    else:
        done = None
    if done is None or done.returncode != 0:
        reason = "" if done is None else f" ({_last_line(done)})"
        raise Trouble(f"{_base()} can't make a virtual environment{reason}: apt-get install python3-venv.")


def _base() -> str:
    """The Python outside of any environment: the one that runs may be inside of what is made anew."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _install(lock: Path) -> None:
    pip = [str(PROGRAM), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    wanted = ["--require-hashes", "-r", str(lock)]
    uv = shutil.which("uv")
    if uv is not None:
        if _run([uv, "pip", "install", "--quiet", "--python", str(PROGRAM), *wanted]).returncode == 0:
            return
        print("uv could not install it; trying pip …", file=sys.stderr, flush=True)
    done = _run([*pip, *wanted])
    if done.returncode != 0:
        raise Trouble(f"The packages could not be installed ({_last_line(done)}): check the network and try again.")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return lines[-1] if lines else "no reason given"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="with what the tests need")
    try:
        ensure(parser.parse_args().dev)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)
