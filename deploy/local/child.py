"""A program that runs under us and never outlives us.

On Linux the kernel kills it when we die, however we die. It has its own session, so that Ctrl-C at the terminal reaches
us alone and we stop things in order.
"""

import atexit
import os
import queue
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

# The program replaces this one, which first asks the kernel (1 = PR_SET_PDEATHSIG) to die with its parent.
_LEASH = """
import os, signal, sys
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
os.execvp(sys.argv[2], sys.argv[2:])
"""

_LOG_LIMIT = 20_000_000


class _Spawner:
    """One thread that starts all programs and never ends.

    To the kernel the parent of a program is the thread that forked it: a program started from a thread of a pool would
    die with that thread.
    """

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[tuple[Callable[[], subprocess.Popen[bytes]], Future[subprocess.Popen[bytes]]]]
        self._orders = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def __call__(self, start: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="spawner", daemon=True)
                self._thread.start()
        answer: Future[subprocess.Popen[bytes]] = Future()
        self._orders.put((start, answer))
        return answer.result()

    def _work(self) -> None:
        while True:
            start, answer = self._orders.get()
            try:
                answer.set_result(start())
            except OSError as error:
                answer.set_exception(error)


_spawn = _Spawner()
_children: "weakref.WeakSet[Child]" = weakref.WeakSet()


class Child:
    """A running program. What it says goes to the end of `log`; `keep` are descriptors that it inherits.

    Without a `log` it speaks where we speak.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        log: Path | None,
        *,
        environment: Mapping[str, str] | None = None,
        keep: Sequence[int] = (),
    ) -> None:
        self.log = log
        command = [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *arguments]
        with nullcontext() if log is None else _end_of(log) as output:
            self._begins = 0 if output is None else output.tell()
            self._process = _spawn(
                lambda: subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=None if output is None else subprocess.STDOUT,
                    env=environment,
                    pass_fds=keep,
                    start_new_session=True,
                )
            )
        _children.add(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code, as `subprocess` has it; None while the program runs."""
        return self._process.poll()

    def said(self) -> str:
        """What the program has written into its log since it was started."""
        if self.log is None:
            return ""
        with self.log.open("rb") as log:
            log.seek(self._begins)
            return log.read().decode(errors="replace")

    def stop(self, patience: float = 30) -> bool:
        """Ask it to end, and end it after `patience` seconds. Whether it ended by itself."""
        if self.code is None:
            self._process.terminate()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        return True

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self.code is None:
            self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Let it hang: it keeps its connections and answers nothing until `thaw`."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


def _end_of(log: Path) -> BinaryIO:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.unlink()
    return log.open("ab")


@atexit.register
def _end_all() -> None:
    for child in list(_children):
        child.kill()
