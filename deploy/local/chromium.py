"""A Chromium with a Chinese font, for tests that look at pages: what is installed, else what can be installed.

`python -m deploy.local.chromium` gets it and prints where it is.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.local.places import Lock, cache_dir, writing
from deploy.local.trouble import Trouble

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FONTS = "fonts-wqy-zenhei"
_ADVICE = (
    f"install Chromium and a Chinese font (on Debian: apt-get install chromium {_FONTS}), "
    "or set CHROMIUM to a Chromium or Chrome"
)


def chromium() -> Path:
    """The program, which is known to run.

    Raises:
        Trouble: there is none.
    """
    found = _found()
    if found is None:
        raise Trouble(f"No Chromium was found: {_ADVICE}.")
    return found


def install() -> Path:
    """Get a Chromium and a Chinese font if they aren't there.

    Raises:
        Trouble: it isn't possible here.
    """
    cache = cache_dir()
    with writing(cache, "XDG_CACHE_HOME"):
        cache.mkdir(parents=True, exist_ok=True)
        lock = Lock(cache / "chromium.lock")
        if not lock.acquire(wait=900):
            raise Trouble("Another process has been installing Chromium for 15 minutes: end it and try again.")
    try:
        return _install()
    finally:
        lock.release()


def _install() -> Path:
    found, lettered = _found(), _shows_chinese()
    if found is None or not lettered:
        print("Installing Chromium and a Chinese font …", file=sys.stderr, flush=True)
        _apt(*(["chromium"] if found is None else []), *([] if lettered else [_FONTS, "fontconfig"]))
    found = _found()
    if found is None:
        _say_nothing([sys.executable, "-m", "playwright", "install", *_with_libraries(), "chromium"])
        found = _found()
    if found is None:
        raise Trouble(f"No Chromium was found and none could be installed: {_ADVICE}.")
    if not _shows_chinese():
        raise Trouble(f"There is no Chinese font and none could be installed: {_ADVICE}.")
    return found


def _found() -> Path | None:
    named = os.environ.get("CHROMIUM")
    if named:
        if not _runs(Path(named)):
            raise Trouble(f"CHROMIUM is set to {named}, which doesn't run: {_ADVICE}.")
        return Path(named)
    on_path = (shutil.which(name) for name in _NAMES)
    candidates = [*(Path(path) for path in on_path if path), *_of_playwright()]
    return next((path for path in candidates if _runs(path)), None)


def _of_playwright() -> list[Path]:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    return sorted(folder.glob("chromium-*/chrome-*/chrome"), reverse=True)


def _runs(program: Path) -> bool:
    """The packages of some distributions are shells that only ask for another installer."""
    return _say_nothing([str(program), "--version"], patience=60)


def _shows_chinese() -> bool:
    if sys.platform == "darwin":
        return True
    try:
        done = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(done.stdout.strip())


def _apt(*packages: str) -> None:
    if shutil.which("apt-get") is None:
        return
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = [*root, *environment, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if not _say_nothing(install) and _say_nothing([*root, "apt-get", "update", "-qq"]):
        _say_nothing(install)


def _with_libraries() -> list[str]:
    return ["--with-deps"] if os.geteuid() == 0 else []


def _say_nothing(command: list[str], patience: float = 600) -> bool:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=patience).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    try:
        print(install())
    except Trouble as trouble:
        sys.exit(str(trouble))
