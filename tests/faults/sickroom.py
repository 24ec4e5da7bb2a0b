"""Replicas that can be made ill (`tests.faults.patient`), each of one illness."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.replica import Replica


class Patient(Replica):
    """One process that runs one service and has an illness in it. What it says goes to `log`."""

    def __init__(self, service: str, variables: dict[str, str], illness: str, log: Path) -> None:
        super().__init__(service, variables, log)
        self._illness = illness

    async def start(self, point: str | None = None, after: int = 1) -> None:
        """Start it, well."""
        await self._start("tests.faults.patient", self._illness)

    def fall_ill(self) -> None:
        """Now it is ill."""
        self._signal(signal.SIGUSR1)


@asynccontextmanager
async def patient(service: str, variables: dict[str, str], illness: str, folder: Path) -> AsyncIterator[Patient]:
    """A replica that is ready and well; killed afterwards."""
    one = Patient(service, variables, illness, folder / f"{illness}.log")
    try:
        await one.start()
        await one.ready()
        yield one
    finally:
        await one.close()
