"""ical.js from the registry of npm, fetched with the ordinary client: tests let it read our calendars."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from deploy.local.places import obtained
from deploy.local.trouble import Trouble

VERSION = "2.2.1"
_OTHERWISE = "install Node.js with npm (on Debian: apt-get install npm)"


def icaljs() -> Path:
    """The library, as a module.

    Raises:
        Trouble: it can't be fetched.
    """
    return obtained(f"icaljs-{VERSION}", _fetch) / "package" / "dist" / "ical.js"


def _fetch(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Trouble(f"There is no npm to fetch ical.js with: {_OTHERWISE}.")
    print("Fetching ical.js …", file=sys.stderr, flush=True)
    command = [npm, "pack", "--silent", "--pack-destination", str(folder), f"ical.js@{VERSION}"]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    packed = folder / f"ical.js-{VERSION}.tgz"
    if done.returncode != 0 or not packed.is_file():
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Trouble(f"ical.js could not be fetched ({reason}): check the network, or {_OTHERWISE}.")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    packed.unlink()
    if not (folder / "package" / "dist" / "ical.js").is_file():
        raise Trouble(f"ical.js {VERSION} holds no module.")
