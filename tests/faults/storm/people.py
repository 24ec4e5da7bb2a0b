"""The people in a storm: they report, dispatch, register and withdraw, and repeat what was not answered.

Whoever gets no answer sends the same again with the same Idempotency-Key, to the other replica, as a good client does.
What was acknowledged is kept: the audit must find it, with its effects, once.
"""

import asyncio
import contextlib
import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.chassis.principal import Role
from services.contracts.notices import NoticeChannel, NoticeKind
from tests.e2e.house import COMMUNITY
from tests.faults.scenarios.ground import Ground
from tests.waiting import eventually

CAPACITY = 40
_AT_ONCE = 40
_BREATH = 0.04
_IN_TIME = (NoticeKind.REGISTRATION_CONFIRMED, NoticeKind.REGISTRATION_PROMOTED)


@dataclass
class People:
    """Everybody who acts. `acknowledged`: (service, aggregate, version) of every answer that was one of success."""

    ground: Ground
    dice: random.Random
    acknowledged: set[tuple[str, str, int]] = field(default_factory=set)
    dispatched: set[str] = field(default_factory=set)
    seated: dict[str, set[str]] = field(default_factory=dict)
    """By activity: everybody who was ever answered that they have a seat at once."""
    place: str = ""
    unit: str = ""
    activities: list[str] = field(default_factory=list)
    answers: int = 0
    refused: int = 0

    async def prepare(self) -> None:
        """A compound, a unit, and activities with fewer seats than people want."""
        staff = ("staff-1", Role.STAFF)
        place = {"community": COMMUNITY, "kind": "compound", "title": "都市阳光小区"}
        self.place = (await self._insist("issues", staff, "places", place))["id"]
        unit = {"community": COMMUNITY, "code": "property", "kind": "property", "title": "物业"}
        self.unit = (await self._insist("issues", staff, "units", unit))["id"]
        starts = datetime.now(UTC) + timedelta(days=3)
        for n in range(3):
            activity = {
                "community": COMMUNITY,
                "title": f"每月义诊 {n}",
                "kind": "clinic",
                "starts_at": (starts + timedelta(days=n)).isoformat(),
                "ends_at": (starts + timedelta(days=n, hours=2)).isoformat(),
                "venue": "central-square",
                "capacity": CAPACITY,
            }
            self.activities.append((await self._insist("events", staff, "activities", activity))["id"])
        self.seated = {activity: set() for activity in self.activities}

    @contextlib.asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Act while inside; on leaving, everything under way is answered first."""
        stopping = asyncio.Event()
        acting = asyncio.create_task(self._act_until(stopping))
        try:
            yield
        finally:
            stopping.set()
            await acting

    async def _act_until(self, stopping: asyncio.Event) -> None:
        pending: set[asyncio.Task[None]] = set()
        number = 0
        while not stopping.is_set():
            number += 1
            one = self._a_case() if number % 3 else self._a_registration(number)
            task = asyncio.create_task(one)
            pending.add(task)
            if len(pending) >= _AT_ONCE:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for each in done:
                    each.result()
            await asyncio.sleep(_BREATH)
        await asyncio.gather(*pending)

    async def _a_case(self) -> None:
        case = {"community": COMMUNITY, "category": "lighting", "place": self.place, "title": "照明灯不亮"}
        made = await self._insist("issues", ("worker-1", Role.GRID_WORKER), "cases", case)
        await self._insist("issues", ("staff-1", Role.STAFF), f"cases/{made['id']}/dispatch", {"unit": self.unit})
        self.dispatched.add(made["id"])

    async def _a_registration(self, number: int) -> None:
        person, activity = f"resident-{number}", self.dice.choice(self.activities)
        path = f"activities/{activity}/registrations"
        answer = await self._insist("events", (person, Role.RESIDENT), path, {"party": self.dice.randint(1, 4)})
        if answer.get("status") == "registered":
            self.seated[activity].add(person)
        if self.dice.random() < 0.5:
            await self._insist("events", (person, Role.RESIDENT), f"{path}/me/withdraw", {})

    async def _insist(self, service: str, who: tuple[str, Role], path: str, body: Any) -> dict[str, Any]:
        """Send until it is answered: the same key each time, another replica each time."""
        sub, role = who
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        attempt = self.dice.randrange(2)
        while True:
            replica = self.ground.of(service)[attempt % 2]
            token = self.ground.house(replica).issuer.mint(sub, [role], [COMMUNITY])
            url = f"{replica.url}/api/{service}/v1/{path}"
            with contextlib.suppress(httpx.TransportError):
                async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=10) as http:
                    answer = await http.post(url, json=body, headers=headers)
                if answer.is_success:
                    self.answers += 1
                    found: dict[str, Any] = answer.json()
                    aggregate = found.get("id") or found.get("activity")
                    if aggregate is not None and "ETag" in answer.headers:
                        self.acknowledged.add((service, aggregate, int(answer.headers["ETag"].strip('W/"'))))
                    return found
                if answer.status_code == 409 and answer.json()["code"] == "activity.waiting-list-full":
                    self.refused += 1
                    return {}
                if answer.status_code < 500:
                    raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
            attempt += 1
            await asyncio.sleep(0.1)

    async def effects(self) -> list[str]:
        """What is wrong with the effects: who was told twice or not at all, and seats that are lost or empty."""
        await eventually(self._everybody_is_told, within=90, every=1)
        return [*await self._doubled(), *await self._seats()]

    async def _everybody_is_told(self) -> bool:
        told = await self._told(NoticeKind.CASE_DISPATCHED)
        seated = [set(await self._recipients(activity)) for activity in self.activities]
        wanted = [people <= told for people, told in zip(self.seated.values(), seated, strict=True)]
        return self.dispatched <= set(told) and all(wanted)

    async def _doubled(self) -> list[str]:
        told = await self._told(NoticeKind.CASE_DISPATCHED)
        wrong = [f"told twice of {case}" for case in set(told) if told.count(case) > 1]
        wrong += [f"told of {case}, which was not dispatched" for case in set(told) - self.dispatched]
        for activity in self.activities:
            people = await self._recipients(activity)
            wrong += [f"{person} told twice of {activity}" for person in set(people) if people.count(person) > 1]
        return wrong

    async def _seats(self) -> list[str]:
        wrong = []
        for id in self.activities:
            document = await self.ground.find("events", "activities", {"_id": id})
            if document is None:
                return [f"{id} is lost"]
            state = document["state"]
            taken = sum(party["heads"] for party in state["seated"])
            if taken > CAPACITY:
                wrong.append(f"{id} has {taken} heads on {CAPACITY} seats")
            if fits := [party for party in state["waiting"] if party["heads"] <= CAPACITY - taken]:
                wrong.append(f"{id} has {CAPACITY - taken} free seats, and {fits[0]['person']} waits, who fits")
            people = [party["person"] for party in (*state["seated"], *state["waiting"])]
            wrong += [f"{person} stands twice in {id}" for person in set(people) if people.count(person) > 1]
        return wrong

    async def _told(self, kind: NoticeKind) -> list[str]:
        query = {"state.kind": kind, "state.channel": NoticeChannel.INBOX}
        return [notice["about"] for notice in await self._notices(query)]

    async def _recipients(self, activity: str) -> list[str]:
        query = {"state.kind": {"$in": _IN_TIME}, "state.channel": NoticeChannel.INBOX, "state.about": activity}
        return [notice["recipient"] for notice in await self._notices(query)]

    async def _notices(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        database = self.ground.variables["NOTIFY_DATABASE"]
        found = await self.ground.look(lambda client: list(client[database]["notices"].find(query, {"state": 1})))
        return [notice["state"] for notice in found]
