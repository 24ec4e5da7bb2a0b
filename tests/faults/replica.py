"""Services as processes that a test may start, kill and start again at the same address."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from deploy.local.ports import Claim
from tests.e2e.house import eventually_ready
from tests.forkserver import process as forkserver
from tests.forkserver.process import ForkedProcess
from tests.waiting import patiently


class Replica:
    """One process that runs one service."""

    def __init__(self, service: str, variables: dict[str, str], log: Path | None = None) -> None:
        self.service = service
        self._log = log
        self._variables = variables
        self._claim = Claim()
        self._process: ForkedProcess | None = None
        self._frozen = False
        self.url = f"http://127.0.0.1:{self._claim.port}"

    async def start(self, point: str | None = None, after: int = 1) -> None:
        """Start it; with `point`, so that it kills itself at the `after`-th passage there."""
        await self._start(*(["services"] if point is None else ["tests.faults.victim", point, str(after)]))

    async def _start(self, module: str, *before: str) -> None:
        command = [*before, "run", self.service, "--port", str(self._claim.port)]
        self._frozen = False
        with nullcontext() if self._log is None else self._log.open("ab") as said:
            told = None if said is None else said.fileno()
            self._process = await forkserver.start(module, command, self._variables, told)

    @property
    def said(self) -> bytes:
        """All that it has logged, where it has a log."""
        return b"" if self._log is None else self._log.read_bytes()

    def ask_to_end(self) -> None:
        """SIGTERM, without waiting for what comes of it."""
        self._signal(signal.SIGTERM)

    async def died(self, within: float = 60) -> int:
        """Wait for its end; the return code."""
        if self._process is None:
            raise AssertionError("it was never started")
        return await asyncio.wait_for(self._process.wait(), patiently(within))

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def freeze(self) -> None:
        """SIGSTOP: its connections stay, it does nothing."""
        self._frozen = True
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._frozen = False
        self._signal(signal.SIGCONT)

    @property
    def running(self) -> bool:
        """Whether there is a process, frozen or not."""
        return self._process is not None and self._process.returncode is None

    @property
    def awake(self) -> bool:
        """Whether there is a process, and it is not frozen."""
        return self.running and not self._frozen

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def stop(self) -> None:
        """SIGTERM, and wait until it has ended by itself."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(self._process.wait(), patiently(60))

    @property
    def writer(self) -> str:
        """How its leases and documents begin: host and process id."""
        return f"{os.uname().nodename}-{self.pid}-"

    @property
    def pid(self) -> int:
        """The process that was started last; 0 where none was."""
        return self._process.pid if self._process is not None else 0

    async def ready(self, within: float = 60) -> None:
        """Wait until it says so."""

        await eventually_ready(self.url, within)

    async def close(self) -> None:
        await self.kill()
        self._claim.release()


@asynccontextmanager
async def replicas(variables: dict[str, str], *services: str) -> AsyncIterator[list[Replica]]:
    """Replicas of `services`, in that order, running and ready; killed afterwards."""
    made = [Replica(service, variables) for service in services]
    try:
        await asyncio.gather(*(replica.start() for replica in made))
        await asyncio.gather(*(replica.ready() for replica in made))
        yield made
    finally:
        await asyncio.gather(*(replica.close() for replica in made))
