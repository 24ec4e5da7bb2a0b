"""`python -m services databases FOLDER`: found the replica set of a deployment's own MongoDB, and make its users.

FOLDER holds the passwords of root and of each service, as `python -m services secrets` makes them. It runs beside the
first of the members, on whose loopback interface alone MongoDB lets the first user be made. Asked again, it takes
changed passwords over and adds members that are missing.
"""

import argparse
import asyncio
import time
from pathlib import Path

from services.chassis.settings.published import PASSWORDS
from services.chassis.settings.sources import SettingsError
from services.chassis.store.users import Passwords, ReplicaSet, ensure_databases
from services.topology import SERVICES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", default="rs0", help="name of the replica set (rs0)")
    parser.add_argument("--members", default="mongodb:27017", help="host:port, several separated by commas")
    parser.add_argument("--wait", type=float, default=90.0, help="seconds to wait for MongoDB (90)")
    parser.add_argument("--stay", action="store_true", help="don't end: for a container that is restarted when it does")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Do what is missing and say what is there.

    Raises:
        SettingsError: a password is missing.
        DatabasesRefused: it could not be done.
    """
    passwords = passwords_in(arguments.folder)
    wanted = ReplicaSet(arguments.set, [member.strip() for member in arguments.members.split(",")])
    for line in asyncio.run(ensure_databases(wanted, passwords, wait=arguments.wait)):
        print(line, flush=True)
    while arguments.stay:
        time.sleep(3600)
    return 0


def passwords_in(folder: Path) -> Passwords:
    """The passwords of `folder`: those of root before this one, too, for the store may have any of them.

    Raises:
        SettingsError: a password is missing.
    """
    return Passwords(
        root=_needed(folder / "root"),
        before=[*_read(folder / "root.before").splitlines(), *sorted(PASSWORDS)],
        services={name: _needed(folder / name) for name in SERVICES},
    )


def _needed(path: Path) -> str:
    word = _read(path)
    if not word:
        raise SettingsError(f"{path} must hold a password and can't be read, or is empty.")
    return word


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
