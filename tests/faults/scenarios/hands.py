"""The commands of scenarios: somebody reports cases, somebody dispatches them, and what was acknowledged is kept."""

import asyncio
import uuid
from contextlib import suppress
from typing import Any

import httpx

from services.chassis.principal import Role
from tests.e2e.house import COMMUNITY, House
from tests.faults.replica import Replica
from tests.faults.scenarios.ground import Ground


class Hands:
    """A grid worker and a member of staff. `acknowledged`: what the audit must find."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.acknowledged: set[tuple[str, str, int]] = set()
        self.place = ""
        self.units: list[str] = []

    async def prepare(self, units: int = 2) -> None:
        """A compound, and units to dispatch to."""
        place = await self.insist("places", {"community": COMMUNITY, "kind": "compound", "title": "都市阳光小区"})
        self.place = place["id"]
        for n in range(units):
            unit = {"community": COMMUNITY, "code": f"unit-{n}", "kind": "property", "title": f"物业{n}"}
            self.units.append((await self.insist("units", unit))["id"])

    async def report(self, title: str = "照明灯不亮") -> str:
        """A new case."""
        case = {"community": COMMUNITY, "category": "lighting", "place": self.place, "title": title}
        answer = await self.insist("cases", case, role=Role.GRID_WORKER)
        return self._kept(answer)

    async def dispatch(self, case: str, unit: int = 0) -> str:
        """A case goes to a unit."""
        return self._kept(await self.insist(f"cases/{case}/dispatch", {"unit": self.units[unit]}))

    async def reassign(self, case: str, unit: int) -> str:
        """A dispatched case goes to another unit."""
        return self._kept(await self.insist(f"cases/{case}/reassign", {"unit": self.units[unit]}))

    async def attempt(self, replica: Replica, path: str, body: Any, *, seconds: float, key: str = "") -> bool:
        """Send a command once and wait for the answer for a while; whether it was acknowledged."""
        async with self._client(self._ground.house(replica), Role.STAFF, seconds) as http:
            with suppress(httpx.TransportError):
                answer = await http.post(path, json=body, headers={"Idempotency-Key": key or str(uuid.uuid4())})
                return answer.is_success
        return False

    async def insist(self, path: str, body: Any, *, role: Role = Role.STAFF, key: str = "") -> dict[str, Any]:
        """Send a command until it is acknowledged: the same key each time, another replica each time."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        attempt = 0
        while True:
            awake = [replica for replica in self._ground.of("issues") if replica.awake]
            async with self._client(self._ground.house(awake[attempt % len(awake)]), role, 10) as http:
                with suppress(httpx.TransportError):
                    answer = await http.post(path, json=body, headers=headers)
                    if answer.is_success:
                        found: dict[str, Any] = answer.json()
                        return {**found, "version": int(answer.headers["ETag"].strip('W/"'))}
                    if answer.status_code < 500:
                        raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
            attempt += 1
            await asyncio.sleep(0.1)

    def _client(self, house: House, role: Role, seconds: float) -> httpx.AsyncClient:
        token = house.issuer.mint(f"{role.value}-1", [role], [COMMUNITY])
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=f"{house.url}/api/issues/v1/", headers=headers, timeout=seconds)

    def _kept(self, answer: dict[str, Any]) -> str:
        self.acknowledged.add(("issues", answer["id"], answer["version"]))
        return str(answer["id"])
