"""What the two servers have in common: their own folder, one instance on it, a port, a start that is a start.

A folder that a killed run left behind is taken up again; one that is in use is refused. The lock on a folder is
inherited by the server, so that it holds as long as either of us lives.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from deploy.local import ports
from deploy.local.child import Child
from deploy.local.places import Lock, need_room, writing
from deploy.local.trouble import Trouble

_START = 90
"""Seconds after which a server that is still not ready is given up."""


class Server(ABC):
    """One server on the loopback interface. `start` after `stop` or `kill` brings back the same data and address."""

    title: ClassVar[str]
    port_variable: ClassVar[str]
    folder_variable: ClassVar[str] = "XDG_STATE_HOME"

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self._claims: list[ports.Claim] = []
        self.port: int = port or self._claim_port()
        self._child: Child | None = None
        self._lock = Lock(folder / "in-use.lock")
        self._abandoned = threading.Event()

    @property
    def pid(self) -> int | None:
        """Of the server, while it runs."""
        return self._child.pid if self._child is not None and self._child.code is None else None

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self) -> None:
        """Start and wait until it serves.

        Raises:
            Trouble: it can't be started here.
        """
        if self.pid is not None:
            return
        need_room(self.folder, self.folder_variable)
        with writing(self.folder, self.folder_variable):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._own()
            try:
                self._check_ports()
                self._prepare()
                self._child = Child(self._command(), self.log, keep=[self._lock.fd] if self._lock.fd else [])
                self._lock.path.write_text(f"{self._child.pid}\n")
                self._wait(self._child)
            except BaseException:
                self.kill()
                raise

    def stop(self) -> None:
        """Let it finish its work and end; its port is free again."""
        if self._child is not None:
            self._child.stop()
        self._lock.release()

    def kill(self) -> None:
        """SIGKILL."""
        if self._child is not None:
            self._child.kill()
        self._lock.release()

    def abandon(self) -> None:
        """Let a start that is under way in another thread fail now, and every later one."""
        self._abandoned.set()

    def freeze(self) -> None:
        """SIGSTOP: connections stay, nothing answers."""
        if self._child is not None:
            self._child.freeze()

    def thaw(self) -> None:
        if self._child is not None:
            self._child.thaw()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    @abstractmethod
    def _prepare(self) -> None:
        """Make the folder ready for `_command`."""

    @abstractmethod
    def _command(self) -> Sequence[str]: ...

    @abstractmethod
    def _ready(self) -> bool:
        """Whether it serves; may take the steps that a first start needs. Called again and again."""

    def _ports(self) -> Sequence[int]:
        return (self.port,)

    def _claim_port(self) -> int:
        self._claims.append(ports.Claim())
        return self._claims[-1].port

    def _own(self) -> None:
        if not self._lock.acquire(wait=3):
            pid = self._lock.path.read_text().strip() or "unknown"
            raise Trouble(f"{self.title} (process {pid}) is already running on {self.folder}: stop it first.")

    def _check_ports(self) -> None:
        for port in self._ports():
            if not ports.is_free(port):
                raise Trouble(
                    f"Port {port}, which {self.title} needs, is taken: "
                    f"stop what uses it, or set {self.port_variable} to another port."
                )

    def _wait(self, child: Child) -> None:
        until = time.monotonic() + _START
        while not self._ready():
            if child.code is not None:
                raise Trouble(f"{self.title} stopped while it was starting ({self._reason()}): see {self.log}.")
            if time.monotonic() > until:
                raise Trouble(f"{self.title} was not ready after {_START} seconds ({self._reason()}): see {self.log}.")
            if self._abandoned.wait(0.05):
                raise Trouble(f"{self.title} was not started after all.")

    def _reason(self) -> str:
        lines = self._child.said().strip().splitlines() if self._child is not None else []
        return lines[-1][:300] if lines else "it said nothing"
