"""What the processes of a storm take of the machine: memory, open files, lines of their logs."""

from dataclasses import dataclass
from pathlib import Path

from tests.faults.replica import Replica

_PAGE = 4096


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one process: resident bytes and open files."""

    bytes: int
    files: int


def taken(replica: Replica) -> Taken:
    """What `replica` takes now."""
    process = Path(f"/proc/{replica.pid}")
    resident = int((process / "statm").read_text().split()[1]) * _PAGE
    return Taken(resident, len(list((process / "fd").iterdir())))


def grown(before: Taken, after: Taken) -> str:
    """What has grown more than work explains; empty where nothing has.

    A process that has served and been disturbed holds more than a fresh one: caches, buffers of connections, and what
    the allocator keeps. Twice as much and 60 files more is beyond that.
    """
    if after.bytes > 2 * before.bytes + 64 * 2**20:
        return f"memory grew from {before.bytes >> 20} to {after.bytes >> 20} MiB"
    if after.files > before.files + 60:
        return f"open files grew from {before.files} to {after.files}"
    return ""
