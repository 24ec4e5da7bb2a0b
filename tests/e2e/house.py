"""The whole house as people run it: `python -m services run …` in a process of its own, spoken to over HTTP only."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from deploy.local.ports import Claim
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.kafka.topics import ensure_topics
from services.chassis.principal import Role
from services.chassis.settings.service_settings import AuthSettings
from tests.forkserver import process as forkserver
from tests.forkserver.process import ForkedProcess
from tests.waiting import eventually, patiently

ROOT = Path(__file__).parents[2]
COMMUNITY = "yangguang"
SERVICES = ("issues", "volunteers", "events", "notify")


@dataclass
class House:
    """A running house, seen from one of its communities: its address, and hands that hold tokens."""

    url: str
    issuer: DevelopmentIssuer
    community: str = COMMUNITY

    def elsewhere(self) -> "House":
        """The same house, in a community where nothing has happened yet."""
        return replace(self, community=f"c{secrets.token_hex(4)}")

    def newcomer(self, word: str, *roles: Role, unit: str | None = None) -> "Hand":
        """Somebody whose id, beginning with `word`, was never seen before."""
        return self.hand(f"{word}-{secrets.token_hex(4)}", *roles, unit=unit)

    def hand(self, sub: str, *roles: Role, unit: str | None = None) -> "Hand":
        """Somebody of the community."""
        token = self.issuer.mint(sub, roles, [self.community], [unit] if unit else [])
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "zh"}
        return Hand(sub, httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30))


@dataclass
class Hand:
    """One person's way in."""

    sub: str
    http: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> Any:
        return self._answer(await self.http.get(path, params=query))

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self._answer(await self.http.post(path, json=body, **more))

    async def put(self, path: str, body: Any) -> Any:
        return self._answer(await self.http.put(path, json=body))

    @staticmethod
    def _answer(answer: httpx.Response) -> Any:
        if answer.is_error:
            raise AssertionError(
                f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}"
            )
        return answer.json()


def environment(mongodb: str, kafka: str, prefix: str, database: str, folder: Path, **more: str) -> dict[str, str]:
    """The variables of a house whose stores and topics are of one test alone."""
    databases = {f"{name.upper()}_DATABASE": f"{database}_{name}" for name in SERVICES}
    return {
        **os.environ,
        **databases,
        "ENVIRONMENT": "test",
        "MONGODB_URL": mongodb,
        "KAFKA_BOOTSTRAP": kafka,
        "KAFKA_TOPIC_PREFIX": prefix,
        "KAFKA_PARTITIONS": "2",
        "AUTH_DEVELOPMENT_KEY": str(folder / "issuer.json"),
        "RATE_LIMIT_PER_SECOND": "0",
        "VOLUNTEERS_QUIET_FROM": "00:00",
        "VOLUNTEERS_QUIET_UNTIL": "00:00",
        "RATE_LIMIT_ADDRESS_PER_SECOND": "0",
        "RELAY_LEASE_SECONDS": "3",
        "LOG_LEVEL": "WARNING",
        **more,
    }


@asynccontextmanager
async def running(
    variables: dict[str, str], *services: str, module: tuple[str, ...] = ("services",), log: Path | None = None
) -> AsyncIterator[House]:
    """The services in one process, ready; stopped afterwards. What they say goes to `log`, where that is given."""
    await ensure_topics(
        variables["KAFKA_BOOTSTRAP"],
        prefix=variables["KAFKA_TOPIC_PREFIX"],
        partitions=int(variables["KAFKA_PARTITIONS"]),
    )
    claim = Claim()
    port = claim.port
    command = [*module[1:], "run", *(services or SERVICES), "--port", str(port)]
    told = None if log is None else os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    process = await forkserver.start(module[0], command, variables, told)
    if told is not None:
        os.close(told)
    settings = AuthSettings(environment="test", auth_development_key=Path(variables["AUTH_DEVELOPMENT_KEY"]))
    house = House(f"http://127.0.0.1:{port}", DevelopmentIssuer(settings))
    try:
        await eventually_ready(house.url, 120, lambda: _running(process))
        yield house
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), patiently(60))
        claim.release()


async def eventually_ready(url: str, within: float, running: Callable[[], None] = lambda: None) -> None:
    """Wait until what serves at `url` says that it is ready; `running` raises where waiting is in vain.

    Raises:
        TimeoutError: it does not say so within that time.
    """
    async with httpx.AsyncClient(timeout=5) as http:

        async def ready() -> bool:
            running()
            try:
                return (await http.get(f"{url}/readyz")).status_code == 200
            except httpx.TransportError:
                return False

        await eventually(ready, within, every=0.1)


def _running(process: ForkedProcess) -> None:
    if process.returncode is not None:
        raise AssertionError(f"the services ended with {process.returncode}")
