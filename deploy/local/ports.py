"""Ports on the loopback interface.

A claimed port lies below those that systems give to outgoing connections: a client that knocks at the port of a killed
server could otherwise be given that very port, and the server could not come back.
"""

import os
import random
import socket
import tempfile
from pathlib import Path

from deploy.local.places import APPLICATION, Lock
from deploy.local.trouble import Trouble

_CLAIMABLE = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def is_answering(port: int) -> bool:
    """Whether somebody accepts connections on `port`."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Claim:
    """A free port that no other process which claims ports will be given, until `release` or the process's end."""

    def __init__(self) -> None:
        folder = Path(tempfile.gettempdir()) / f"{APPLICATION}-ports-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        for port in random.sample(_CLAIMABLE, 500):
            lock = Lock(folder / str(port))
            if lock.acquire(wait=0):
                if is_free(port):
                    self.port = port
                    self._lock = lock
                    return
                lock.release()
        raise Trouble("No free port was found between 20000 and 32000: end some servers and try again.")

    def release(self) -> None:
        self._lock.release()
