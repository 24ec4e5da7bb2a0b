"""A process that the fork server of this pytest process has forked."""

import asyncio
import atexit
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LOOK_EVERY = 0.02
_STARTING = threading.Lock()
_UNTOLD = -signal.SIGKILL
"""The return code of a process whose server died: all that it forked is killed with it."""


class ForkedProcess:
    """As `asyncio.subprocess.Process`, in what tests use of it."""

    def __init__(self, pid: int, told: int) -> None:
        self.pid = pid
        self._told = told
        self._ended: int | None = None

    @property
    def returncode(self) -> int | None:
        """As the system tells it (minus the signal that killed it); None while it runs."""
        if self._ended is None:
            try:
                line = os.read(self._told, 32)
            except BlockingIOError:
                return None
            self._ended = int(line) if line else _UNTOLD
            os.close(self._told)
        return self._ended

    def send_signal(self, number: int) -> None:
        """Send it, where the process still runs."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for its end; the return code."""
        while (code := self.returncode) is None:
            await asyncio.sleep(_LOOK_EVERY)
        return code


async def start(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], said: int | None
) -> ForkedProcess:
    """Run `python -m module arguments` with these variables alone; what it says goes to `said`, by default to where
    pytest's own goes."""
    return await asyncio.to_thread(_start, module, arguments, environment, said)


def _start(module: str, arguments: Sequence[str], environment: Mapping[str, str], said: int | None) -> ForkedProcess:
    request = {"module": module, "arguments": arguments, "environment": dict(environment), "folder": str(ROOT)}
    told, telling = os.pipe()
    with _STARTING:
        server = _server()
    socket.send_fds(server, [json.dumps(request).encode()], [2 if said is None else said, telling])
    os.close(telling)
    pid = _line(told)
    fcntl.fcntl(told, fcntl.F_SETFL, fcntl.fcntl(told, fcntl.F_GETFL) | os.O_NONBLOCK)
    return ForkedProcess(int(pid), told)


def _line(told: int) -> bytes:
    """The first line: read byte by byte, because the second may follow at once."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(told, 1)
        if not byte:
            raise RuntimeError("the fork server has died; what it said stands among what pytest has captured")
        line += byte
    return line


@cache
def _server() -> socket.socket:
    """Of this process of pytest: it is started with the first process that a test asks for."""
    asking, answering = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (asking, answering):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 512 * 1024)
    command = [sys.executable, "-m", "tests.forkserver.server", str(answering.fileno())]
    server = subprocess.Popen(command, cwd=ROOT, pass_fds=[answering.fileno()], stdin=subprocess.DEVNULL)
    answering.close()

    def end_server() -> None:
        asking.close()
        server.wait()

    atexit.register(end_server)
    return asking
