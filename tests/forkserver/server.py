"""The process that forks: `python -m tests.forkserver.server FD`, where FD is its end of a socket pair.

A request is one message: JSON of `module`, `arguments`, `environment` and `folder`, with two descriptors, where the new
process says things and the pipe that tells of it. That pipe carries the id of the process in a line, and its return
code in another once it has ended. The server ends when the other end of its socket is closed, and all that it forked
with it.
"""

import contextlib
import ctypes
import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
from importlib import import_module
from typing import Any, NoReturn

from services.topology import SERVICES

LARGEST = 256 * 1024
"""Bytes of a request; environments of tests have a tenth of it."""
_PR_SET_PDEATHSIG = 1


def main(descriptor: int) -> None:
    """Fork for each request until nobody can ask any more."""
    for name in ("services.__main__", *SERVICES.values()):
        import_module(name)
    del sys.modules["services.__main__"]  # each fork runs it as its own `__main__`
    gc.collect()
    gc.freeze()  # the collector of a fork writes to no page that it shares
    forked: dict[int, tuple[int, int]] = {}
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    while True:
        for ready, _ in waiting.poll():
            if ready != descriptor:
                waiting.unregister(ready)
                _tell_the_end(ready, *forked.pop(ready))
            elif (asked := _asked(descriptor)) is None:
                return
            else:
                request, said, told = asked
                pid = _fork(request, said)
                os.close(said)
                os.write(told, f"{pid}\n".encode())
                watched = os.pidfd_open(pid)
                forked[watched] = pid, told
                waiting.register(watched, select.POLLIN)


def _asked(descriptor: int) -> tuple[dict[str, Any], int, int] | None:
    """A request and its two descriptors; None where nobody can ask any more."""
    asking = socket.socket(fileno=descriptor)
    message, passed, _, _ = socket.recv_fds(asking, LARGEST, 2)
    asking.detach()
    return (json.loads(message), *passed) if message else None


def _tell_the_end(watched: int, pid: int, told: int) -> None:
    _, status = os.waitpid(pid, 0)
    os.close(watched)
    with contextlib.suppress(BrokenPipeError):  # who started it has forgotten it
        os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os.close(told)


def _fork(request: dict[str, Any], said: int) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    return _become(request, said)


def _become(request: dict[str, Any], said: int) -> NoReturn:
    """Be what `python -m MODULE ARGUMENTS` is, and end as it ends."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for own, given in ((0, nothing), (1, said), (2, said)):
        os.dup2(given, own)
    os.closerange(3, 4096)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    sys.argv = [request["module"], *request["arguments"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    main(int(sys.argv[1]))
