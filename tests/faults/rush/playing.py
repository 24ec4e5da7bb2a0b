"""A rush on one activity from many connections, with a replica killed in the middle; and what must hold afterwards."""

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Role
from services.chassis.settings.service_settings import AuthSettings
from tests.e2e.house import COMMUNITY
from tests.faults.replica import Replica
from tests.waiting import eventually

_ANSWERS = {200, 404, 409}
"""A seat or a place on the list, nothing to give up, or a refusal that says why."""
PATIENCE = 300.0
"""Seconds that a step may take on a machine that has much else to do."""
Story = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Crowd:
    """How large a rush is, and how often a replica is killed in it."""

    registrations: int = 5000
    withdrawals: int = 1500
    places: int = 300
    connections: int = 64
    replicas: int = 1
    kills: int = 1
    told: bool = False
    """Whether notify runs too, and each person's messages are counted."""
    seed: int = 1


@dataclass
class Outcome:
    """What clients were answered, and how long it all took."""

    answers: Counter[str] = field(default_factory=Counter)
    registered: dict[str, int] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    sent_again: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    activity: str = ""

    def __str__(self) -> str:
        told = ", ".join(f"{code} {count}" for code, count in self.answers.most_common())
        rate = sum(self.answers.values()) / self.seconds
        return f"{rate:.0f} req/s, slowest {self.slowest:.1f} s, {self.sent_again} sent again; {told}"


async def rush(variables: dict[str, str], crowd: Crowd) -> Outcome:
    """Play it, and hold what came of it to the promises.

    Raises:
        AssertionError: one was broken.
    """
    services = ["events"] * crowd.replicas + (["notify"] if crowd.told else [])
    async with _running(variables, services) as running:
        serving = running[: crowd.replicas]
        outcome = await _Rush(variables, crowd, serving).play()
        await eventually(lambda: _relayed(variables), PATIENCE)
        story = await asyncio.to_thread(_story, variables, outcome.activity)
        state = await asyncio.to_thread(_state, variables, outcome.activity)
        hold_to_promises(crowd.places, story, state)
        _hold_to_answers(outcome, state, story)
        if crowd.told:
            await eventually(lambda: _told_once(variables, story), PATIENCE)
    return outcome


@asynccontextmanager
async def _running(variables: dict[str, str], services: Sequence[str]) -> AsyncIterator[list[Replica]]:
    """Replicas that are ready, however long a busy machine takes for it."""
    made = [Replica(service, variables) for service in services]
    try:
        for replica in made:
            await replica.start()
            await replica.ready(PATIENCE)
        yield made
    finally:
        await asyncio.gather(*(replica.close() for replica in made))


class _Rush:
    def __init__(self, variables: dict[str, str], crowd: Crowd, serving: Sequence[Replica]) -> None:
        key = Path(variables["AUTH_DEVELOPMENT_KEY"])
        self._issuer = DevelopmentIssuer(AuthSettings(environment="test", auth_development_key=key))
        self._crowd = crowd
        self._serving = serving
        self._dice = random.Random(crowd.seed)
        self._outcome = Outcome()
        self._done = 0
        self._work: list[tuple[str, int | None]] = []

    async def play(self) -> Outcome:
        limits = httpx.Limits(max_connections=self._crowd.connections)
        async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as http:
            self._outcome.activity = await self._an_activity(http)
            self._work = self._shuffled()
            begun = time.monotonic()
            killing = asyncio.create_task(self._kill())
            await asyncio.gather(*(self._connection(http, n) for n in range(self._crowd.connections)))
            await killing
            self._outcome.seconds = time.monotonic() - begun
        return self._outcome

    def _shuffled(self) -> list[tuple[str, int | None]]:
        """Everybody registers once; some of them withdraw at any time after, or (to no effect) before."""
        people = [f"resident-{n}" for n in range(self._crowd.registrations)]
        register: list[tuple[str, int | None]] = [(person, self._dice.randint(1, 5)) for person in people]
        early = people[: max(self._crowd.withdrawals, self._crowd.places)]
        withdraw: list[tuple[str, int | None]] = [
            (person, None) for person in self._dice.sample(early, self._crowd.withdrawals)
        ]
        first, rest = register[: len(early)], register[len(early) :]
        later = rest + withdraw
        self._dice.shuffle(later)
        return list(reversed(first + later))

    async def _an_activity(self, http: httpx.AsyncClient) -> str:
        starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
        body = {
            "community": COMMUNITY,
            "title": "迎新春汇演",
            "kind": "festival",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=2)).isoformat(),
            "venue": "plaza",
            "capacity": self._crowd.places,
        }
        headers = self._headers("staff-1", Role.STAFF)
        made = await http.post(f"{self._serving[0].url}/api/events/v1/activities", json=body, headers=headers)
        return str(made.raise_for_status().json()["id"])

    async def _connection(self, http: httpx.AsyncClient, number: int) -> None:
        while self._work:
            person, heads = self._work.pop()
            path = f"/api/events/v1/activities/{self._outcome.activity}/registrations"
            body = {"party": heads} if heads is not None else None
            begun = time.monotonic()
            answer = await self._insist(
                http, path if heads is not None else f"{path}/me/withdraw", person, body, number
            )
            self._outcome.slowest = max(self._outcome.slowest, time.monotonic() - begun)
            self._done += 1
            told = answer.json()
            if answer.status_code not in _ANSWERS:
                raise AssertionError(f"{answer.status_code} {answer.text}")
            self._outcome.answers[told.get("code") or (told["status"] if heads is not None else "withdrawn")] += 1
            if answer.status_code == 200 and heads is not None:
                self._outcome.registered[person] = heads
            elif answer.status_code == 200:
                self._outcome.withdrawn.add(person)

    async def _insist(
        self, http: httpx.AsyncClient, path: str, person: str, body: dict[str, Any] | None, attempt: int
    ) -> httpx.Response:
        """Send until it is answered, by the same key: a good client waits as long as it is told to."""
        headers = {**self._headers(person), "Idempotency-Key": str(uuid.uuid4())}
        while True:
            wait = 0.2
            try:
                url = self._serving[attempt % len(self._serving)].url
                answer = await http.post(url + path, json=body, headers=headers)
                contended = answer.status_code == 409 and answer.json().get("code") == "too-much-contention"
                if answer.status_code < 500 and answer.status_code != 429 and not contended:
                    return answer
                wait = float(answer.headers.get("retry-after", wait))
            except httpx.TransportError:
                pass  # its replica was killed: it is sent again below
            self._outcome.sent_again += 1
            attempt += 1
            await asyncio.sleep(wait)

    async def _kill(self) -> None:
        for n in range(self._crowd.kills):
            share = (n + 1) / (self._crowd.kills + 1)
            goal = int((self._crowd.registrations + self._crowd.withdrawals) * share)
            await eventually(lambda goal=goal: self._done >= goal, 4 * PATIENCE)  # type: ignore[misc]
            victim = self._serving[n % len(self._serving)]
            await victim.kill()
            await victim.start()
            await victim.ready(PATIENCE)

    def _headers(self, person: str, *roles: Role) -> dict[str, str]:
        token = self._issuer.mint(person, roles or [Role.RESIDENT], [COMMUNITY])
        return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}


def hold_to_promises(places: int, story: Story, state: dict[str, Any]) -> None:
    """Walk the facts in order: never over capacity, the published order, each told once, no seat left that fits."""
    seated: dict[str, int] = {}
    waiting: dict[str, int] = {}
    for kind, data in story:
        person = data.get("person", "")
        if kind == "registered":
            assert person not in {*seated, *waiting}, f"{person} registered twice"
            seated[person] = data["party"]
        elif kind == "waitlisted":
            assert person not in {*seated, *waiting}, f"{person} waits twice"
            assert data["position"] == len(waiting) + 1
            waiting[person] = data["party"]
        elif kind == "promoted":
            free = places - sum(seated.values())
            first = next(each for each, heads in waiting.items() if heads <= free)
            assert person == first, f"{person} was promoted before {first}"
            seated[person] = waiting.pop(person)
        elif kind == "withdrawn":
            assert (seated if person in seated else waiting).pop(person) == data["party"]
        assert sum(seated.values()) <= places, "over capacity"
    free = places - sum(seated.values())
    assert not [each for each, heads in waiting.items() if heads <= free], "a seat is free that fits somebody"
    assert seated == {party["person"]: party["heads"] for party in state["seated"]}
    assert list(waiting.items()) == [(party["person"], party["heads"]) for party in state["waiting"]]


def _hold_to_answers(outcome: Outcome, state: dict[str, Any], story: Story) -> None:
    """What was acknowledged stands, once, and nothing else does."""
    here = [party["person"] for party in (*state["seated"], *state["waiting"])]
    assert sorted(here) == sorted(outcome.registered.keys() - outcome.withdrawn)
    kinds = Counter(kind for kind, _ in story)
    assert kinds["registered"] + kinds["waitlisted"] == len(outcome.registered)
    assert kinds["withdrawn"] == len(outcome.withdrawn)


def _story(variables: dict[str, str], activity: str) -> Story:
    with MongoClient[dict[str, Any]](variables["MONGODB_URL"]) as client:
        found = client[variables["EVENTS_DATABASE"]]["journal"].find({"_id.a": activity}).sort("_id.s", 1)
        entries = [(entry["_id"]["s"], entry["type"].split(".")[-2], entry["data"]) for entry in found]
    assert [number for number, _, _ in entries] == list(range(1, len(entries) + 1)), "the journal has a gap"
    return [(kind, data) for _, kind, data in entries]


def _state(variables: dict[str, str], activity: str) -> dict[str, Any]:
    with MongoClient[dict[str, Any]](variables["MONGODB_URL"]) as client:
        found = client[variables["EVENTS_DATABASE"]]["activities"].find_one({"_id": activity})
    assert found is not None
    state: dict[str, Any] = found["state"]
    return state


def _relayed(variables: dict[str, str]) -> bool:
    with MongoClient[dict[str, Any]](variables["MONGODB_URL"]) as client:
        kept = client[variables["EVENTS_DATABASE"]]["activities"]
        return kept.find_one({"outbox.0": {"$exists": True}}) is None


_TELLS = {
    "registered": "registration-confirmed",
    "waitlisted": "registration-waiting",
    "promoted": "registration-promoted",
}


def _told_once(variables: dict[str, str], story: Story) -> bool:
    """Whether each who got a seat or a place on the list has one message of it; more than one is never right."""
    wanted = Counter((data["person"], _TELLS[kind]) for kind, data in story if kind in _TELLS)
    query = {"state.channel": "inbox", "state.kind": {"$in": list(_TELLS.values())}}
    with MongoClient[dict[str, Any]](variables["MONGODB_URL"]) as client:
        notices = client[variables["NOTIFY_DATABASE"]]["notices"].find(query, {"state.recipient": 1, "state.kind": 1})
        found = Counter((each["state"]["recipient"], each["state"]["kind"]) for each in notices)
    twice = found - wanted
    assert not twice, f"told twice: {twice}"
    return found == wanted
