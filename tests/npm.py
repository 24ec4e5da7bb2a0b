"""Packages of npm that tests read or run: fetched once by name and version, into the cache outside of the tree."""

import shutil
import subprocess
from pathlib import Path

from deploy.local.places import obtained


def node_modules(name: str, *packages: str) -> Path:
    """The folder of modules with these `packages`, each with its version; `name` is that of the cached folder."""

    def fetch(folder: Path) -> None:
        npm = shutil.which("npm")
        assert npm is not None, f"npm is needed once, to fetch {', '.join(packages)}"
        order = [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run([*order, "--loglevel=error", *packages], check=True, capture_output=True, timeout=150)

    return obtained(name, fetch) / "node_modules"
