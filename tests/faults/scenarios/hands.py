"""The commands of scenarios: somebody reports cases, somebody dispatches them, and what was acknowledged is kept."""

import asyncio
import uuid
from collections import Counter
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

import httpx

from services.chassis.principal import Role
from services.contracts.notices import NoticeChannel, NoticeKind
from tests.e2e.house import COMMUNITY
from tests.faults.replica import Replica
from tests.faults.scenarios.acting import acting
from tests.faults.scenarios.ground import Ground
from tests.faults.scenarios.insisting import fine, insist, send, version
from tests.waiting import eventually

_PAIRS = 2
_BREATH = 0.05


class Hands:
    """A grid worker and a member of staff. `acknowledged`: what the audit must find; `dispatched`: cases, likewise."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.acknowledged: set[tuple[str, str, int]] = set()
        self.dispatched: set[str] = set()
        self.place = ""
        self.units: list[str] = []

    async def prepare(self, units: int = 2) -> None:
        """A compound, and units to dispatch to."""
        place = await self._do("places", {"community": COMMUNITY, "kind": "compound", "title": "都市阳光小区"})
        self.place = place["id"]
        for n in range(units):
            unit = {"community": COMMUNITY, "code": f"unit-{n}", "kind": "property", "title": f"物业{n}"}
            self.units.append((await self._do("units", unit))["id"])

    async def report(self, title: str = "照明灯不亮") -> str:
        """A new case."""
        case = {"community": COMMUNITY, "category": "lighting", "place": self.place, "title": title}
        return str((await self._do("cases", case, Role.GRID_WORKER))["id"])

    async def dispatch(self, case: str, unit: int = 0) -> str:
        """A case goes to a unit."""
        await self._do(f"cases/{case}/dispatch", self._to(unit))
        self.dispatched.add(case)
        return case

    async def dispatch_unless_done(self, case: str, unit: int) -> None:
        """A case goes to a unit, unless an attempt that nobody saw answered had an effect after all: the store tries a
        write again within its time, and a majority that is back by then takes it."""
        who = (f"{Role.STAFF.value}-1", Role.STAFF)
        answer = await insist(self._ground, "issues", who, f"cases/{case}/dispatch", self._to(unit))
        if answer.status_code != 409 or answer.json().get("current", {}).get("status") != "dispatched":
            self.acknowledged.add(("issues", fine(answer)["id"], version(answer)))
        self.dispatched.add(case)

    async def reassign(self, case: str, unit: int) -> str:
        """A dispatched case goes to another unit."""
        return str((await self._do(f"cases/{case}/reassign", self._to(unit)))["id"])

    def _to(self, unit: int) -> dict[str, str]:
        return {"unit": self.units[unit]}

    async def attempt(self, replica: Replica, path: str, body: Any, *, seconds: float) -> bool:
        """Send a command once and wait for the answer for a while; whether it was acknowledged."""
        who = (f"{Role.STAFF.value}-1", Role.STAFF)
        with suppress(httpx.TransportError):
            answer = await send(self._ground, replica, who, path, body, key=str(uuid.uuid4()), seconds=seconds)
            return answer.is_success
        return False

    def busy(self) -> AbstractAsyncContextManager[None]:
        """Report and dispatch while inside; on leaving, everything under way is acknowledged first."""
        return acting(self._act_until, _PAIRS)

    async def more(self, count: int, within: float = 60) -> None:
        """Wait until `count` more cases are dispatched."""
        goal = len(self.dispatched) + count
        await eventually(lambda: len(self.dispatched) >= goal, within)

    async def told_once(self) -> None:
        """Once nobody has anything before them: the reporter of each case dispatched was told of it, once.

        Raises:
            AssertionError: of one they were not told, or twice, or of one that was not dispatched.
        """
        database = self._ground.variables["NOTIFY_DATABASE"]
        query = {"state.kind": NoticeKind.CASE_DISPATCHED, "state.channel": NoticeChannel.INBOX}
        found = await self._ground.look(
            lambda client: list(client[database]["notices"].find(query, {"state.about": 1}))
        )
        told = Counter(notice["state"]["about"] for notice in found)
        assert told == Counter(self.dispatched), {
            "not told": sorted(self.dispatched - set(told))[:5],
            "told of what is not": sorted(set(told) - self.dispatched)[:5],
            "told twice": [case for case, times in told.items() if times > 1][:5],
        }

    async def _act_until(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self.dispatch(await self.report())
            await asyncio.sleep(_BREATH)

    async def _do(self, path: str, body: Any, role: Role = Role.STAFF) -> dict[str, Any]:
        answer = await insist(self._ground, "issues", (f"{role.value}-1", role), path, body)
        found = fine(answer)
        self.acknowledged.add(("issues", found["id"], version(answer)))
        return found
