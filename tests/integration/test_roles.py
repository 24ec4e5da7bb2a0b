"""A resident of one community who is everything in another is a resident in the one: on every route of every service.

Requests are made from each service's own description, about things that exist. Whatever a resident is refused there,
the same person with every role elsewhere is refused in the same words; and what both may read is the same.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Principal, Role, member
from services.topology import SERVICES, service
from tests.described import whole
from tests.integration import standing
from tests.integration.calling import Caller, fine
from tests.unit.events.given import END, START

A, B = "yangguang", "elsewhere"
RESIDENT = member("both", A, Role.RESIDENT)
NEIGHBOUR = member("neighbour", A, Role.RESIDENT)
STAFF = member("staff-1", A, *Role)

EACH = 4
_UNHURRIED = settings(
    max_examples=EACH,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_WORDS = {"activities": "activity", "by": "resident", "persons": "neighbour"}
_REFUSED = (401, 403, 404)
_ASKED = {("query", name) for name in ("community", "about", "cause", "q", "desk")}

Request = tuple[str, str, dict[str, Any], Any]


def everything_elsewhere(unit: str) -> Principal:
    """The resident of A, with every role in B, who works there for a unit of that name."""
    duties = {(A, Role.RESIDENT), *((B, role) for role in Role)}
    return Principal(RESIDENT.sub, frozenset({A, B}), frozenset(duties), frozenset({(B, unit)}))


async def _of_issues(api: Caller) -> str:
    unit = await api.ok(STAFF, "/units", {"community": A, "code": "property", "kind": "property", "title": "物业"})
    compound = await api.ok(STAFF, "/places", {"community": A, "kind": "compound", "title": "都市小区"})
    building = {"community": A, "kind": "building", "title": "1号楼", "number": 1, "parent": compound["id"]}
    place = (await api.ok(STAFF, "/places", building))["id"]
    said = {"community": A, "place": place, "text": "说明", "contact": {"phone": "13812345678"}}
    cases = [
        await api.ok(NEIGHBOUR, "/cases", {**said, "category": word}) for word in ("noise", "hardship", "lighting")
    ]
    for case in cases[1:]:
        await api.ok(STAFF, f"/cases/{case['id']}/accept", {"title": "标题"})
        await api.ok(STAFF, f"/cases/{case['id']}/dispatch", {"unit": unit["id"]})
    wish = await api.ok(NEIGHBOUR, "/wishes", {"community": A, "title": "愿望"})
    await api.ok(STAFF, f"/wishes/{wish['id']}/hide", {"reason": "x"})
    await api.ok(NEIGHBOUR, "/wishes", {"community": A, "title": "另一个愿望"})
    await api.ok(STAFF, "/rounds", {"community": A, "buildings": [place], "starts_at": START.isoformat()})
    return str(unit["id"])


async def _of_volunteers(api: Caller) -> str:
    await api.ok(NEIGHBOUR, "/volunteers", {"community": A})
    await api.ok(STAFF, "/teams", {"community": A, "title": "合唱团", "kind": "hobby"})
    times = {"starts_at": "2099-01-01T01:00:00Z", "ends_at": "2099-01-01T02:00:00Z"}
    await api.ok(STAFF, "/needs", {"community": A, "category": "chores", **times})
    return "unit-1"


async def _of_events(api: Caller) -> str:
    year = START.year + 50
    plan = {
        "community": A,
        "title": "义诊",
        "kind": "clinic",
        "starts_at": START.replace(year=year).isoformat(),
        "ends_at": END.replace(year=year).isoformat(),
        "venue": "committee-hall",
        "capacity": 4,
        "volunteers_needed": 2,
    }
    activity = await api.ok(STAFF, "/activities", plan)
    await api.ok(NEIGHBOUR, f"/activities/{activity['id']}/registrations", {"party": 1})
    return "unit-1"


async def _of_notify(api: Caller) -> str:
    body = {"community": A, "email": "someone@example.org"}
    fine(await api.send(NEIGHBOUR, "PUT", "/me/addresses", json=body))
    return "unit-1"


_SEEDS: dict[str, Callable[[Caller], Awaitable[str]]] = {
    "issues": _of_issues,
    "volunteers": _of_volunteers,
    "events": _of_events,
    "notify": _of_notify,
}


@asynccontextmanager
async def _gateway(name: str, mongodb_url: str, database: str, key: Path) -> AsyncIterator[tuple[Caller, list[str]]]:
    """The gateway of a service on a store, and the ids of all that is in the store."""
    made = service(name)
    chosen = standing.settings_for(made.settings, mongodb_url, database, key)
    async with standing.runtime(chosen, {}, kinds=made.kinds) as runtime:
        rooms = made.rooms(runtime)
        for room in rooms:
            for collection, models in room.indexes.items():
                await runtime.database[collection].create_indexes(list(models))
        transport = standing.gateway(made, chosen, standing.routers(rooms))
        async with Caller(transport, DevelopmentIssuer(chosen), name) as api:
            unit = await _SEEDS[name](api)
            ids = [
                d["_id"] for kind in made.kinds async for d in runtime.database[kind.collection].find({}, {"_id": 1})
            ]
            yield api, [unit, *ids]


def _carried(described: dict[str, Any]) -> dict[str, Any]:
    """`described` with no other parameters than a request here carries: making up the others takes most of the time."""
    paths = whole(described)["paths"]
    for path in paths.values():
        for operation in path.values():
            asked = operation.pop("parameters", ())
            ids = [each | {"schema": {"const": "id"}} for each in asked if each["in"] == "path"]
            operation["parameters"] = [*ids, *(each for each in asked if (each["in"], each["name"]) in _ASKED)]
    return described | {"paths": paths}


def _requests(described: dict[str, Any], ids: list[str]) -> list[Request]:
    """Requests of every operation, right by its description, about things of community A."""
    found: list[Request] = []
    schema: Any = schemathesis.openapi.from_dict(_carried(described))
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE), turn=st.integers(0, 1000))
        @_UNHURRIED
        def gather(case: Any, turn: int) -> None:
            path = str(case.path)
            for name in re.findall(r"\{(\w+)\}", path):
                before = path.split("{" + name + "}")[0].rstrip("/").rsplit("/", 1)[-1]
                path = path.replace("{" + name + "}", _thing(before, ids, turn))
            query = dict(case.query or {})
            query |= {"community": A} if "community" in (case.query or {}) else {}
            body = case.body if isinstance(case.body, dict) else {}
            body = {name: _likely(name, value, ids, turn) for name, value in body.items()}
            found.append((case.method.upper(), path, query, body))

        gather()
    return found


def _thing(word: str, ids: list[str], turn: int) -> str:
    """An id of what stands under `word` in paths."""
    if word in ("community", "communities"):
        return A
    start = _WORDS.get(word, word.removesuffix("s"))
    fitting = [id for id in ids if id.startswith(f"{start}-")] or ([start] if start == "neighbour" else ids)
    return fitting[turn % len(fitting)]


def _likely(name: str, value: Any, ids: list[str], turn: int) -> Any:
    if name == "community":
        return A
    if name in ("person", "elder", "leader", "organiser", "reporter", "walker") and isinstance(value, str):
        return NEIGHBOUR.sub
    if name in ("place", "unit", "parent", "into", "building") and isinstance(value, str):
        return _thing({"parent": "cases", "into": "cases", "building": "places"}.get(name, f"{name}s"), ids, turn)
    return value


_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)")


def _plain(answer: httpx.Response) -> tuple[int, str]:
    """What was said, without the moments in it: some say when they were asked."""
    return answer.status_code, _MOMENT.sub("…", answer.text)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", SERVICES)
async def test_who_is_everything_elsewhere_is_a_resident_here(
    name: str, mongodb_url: str, database: str, development_key: Path
) -> None:
    async with _gateway(name, mongodb_url, database, development_key) as (api, ids):
        mixed = everything_elsewhere(ids[0])
        described = fine(await api.get(None, f"/api/{name}/openapi.json"))
        requests = await asyncio.to_thread(_requests, described, ids)
        told_apart, withheld = [], set()
        for method, path, query, body in requests:

            async def ask(by: Principal, *, at: Request = (method, path, query, body)) -> httpx.Response:
                content = {} if at[0] == "GET" else {"json": at[3]}
                return await api.send(by, at[0], at[1], params=at[2] or None, **content)

            resident = await ask(RESIDENT)
            if method != "GET" and resident.status_code not in _REFUSED:
                continue
            other = await ask(mixed)
            if _plain(other) != _plain(resident):
                told_apart.append((method, path, query, body, resident.text[:300], other.text[:300]))
            if resident.status_code in _REFUSED and (await ask(STAFF)).status_code not in _REFUSED:
                withheld.add((method, re.sub(r"[a-z-]+-[0-9a-f]{26}", "{id}", path)))
        assert not told_apart
        assert len(withheld) >= {"issues": 12, "volunteers": 4, "events": 4, "notify": 2}[name], sorted(withheld)
