"""Folders outside of the tree, and how several processes share them.

What is fetched is either complete or absent: it is made beside its place and renamed into it, under a lock that the
system takes away from a process that dies.
"""

import errno
import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.trouble import Trouble

APPLICATION = "sunshine-community"
ROOM = 1_000_000_000
"""Bytes that must be free before anything is fetched or started."""


def cache_dir() -> Path:
    """What can be fetched again."""
    return _base("XDG_CACHE_HOME", ".cache")


def state_dir() -> Path:
    """What is kept from one run to the next."""
    return _base("XDG_STATE_HOME", ".local/state")


def _base(variable: str, default: str) -> Path:
    given = Path(os.environ.get(variable, ""))
    if given.is_absolute():
        return given / APPLICATION
    try:
        return Path.home() / default / APPLICATION
    except RuntimeError:
        raise Trouble(f"There is no home directory: set {variable} to a folder that can be written.") from None


class Lock:
    """An exclusive lock on a file, between processes as well as threads; it ends with whoever holds `fd`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd: int | None = None

    def acquire(self, wait: float) -> bool:
        """Whether the lock was got within `wait` seconds."""
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    os.close(fd)
                    return False
                time.sleep(0.05)
            else:
                self.fd = fd
                return True

    def release(self) -> None:
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None


@contextmanager
def writing(folder: Path, variable: str) -> Iterator[None]:
    """Turn the system's refusals to write under `folder` into a sentence; `variable` moves the folder.

    Raises:
        Trouble: no room, no permission, read-only.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}:
            raise
        raise Trouble(
            f"{folder} can't be written ({error.strerror}): make room or give permission, "
            f"or set {variable} to another folder."
        ) from None


def need_room(folder: Path, variable: str) -> None:
    """Check that the disk of `folder`, which need not exist yet, has room.

    Raises:
        Trouble: less than `ROOM` is free.
    """
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    if free < ROOM:
        raise Trouble(
            f"Only {free // 1_000_000} MB are free where {folder} is: "
            f"free {ROOM // 1_000_000} MB, or set {variable} to a folder on another disk."
        )


def obtained(name: str, make: Callable[[Path], None]) -> Path:
    """The cached folder `name`; `make` fills it at its first use, in one process while others wait.

    Raises:
        Trouble: it can't be had.
    """
    cache = cache_dir()
    target = cache / name
    if target.is_dir():
        return target
    need_room(cache, "XDG_CACHE_HOME")
    with writing(cache, "XDG_CACHE_HOME"):
        cache.mkdir(parents=True, exist_ok=True)
        lock = Lock(cache / f"{name}.lock")
        if not lock.acquire(wait=1):
            print(f"Waiting for another process that is fetching {name} …", file=sys.stderr, flush=True)
            if not lock.acquire(wait=900):
                raise Trouble(f"Another process has been fetching {name} for 15 minutes: end it and try again.")
        try:
            if not target.is_dir():
                _make(target, make)
        finally:
            lock.release()
    return target


def _make(target: Path, make: Callable[[Path], None]) -> None:
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        make(part)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
