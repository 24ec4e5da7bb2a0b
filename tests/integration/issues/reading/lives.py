"""Random lives of many cases over HTTP, by all who take part in them, on a clock that is moved by hand."""

import asyncio
import os
import random
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.chassis.principal import Principal, Role
from services.contracts.issues import UnitKind
from services.issues.settings import IssuesSettings
from tests.integration import standing
from tests.integration.issues.calling import OPERATOR, a_community
from tests.integration.issues.reading.walks_in_life import Walking
from tests.integration.issues.reading.world import World
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, SUPERVISOR, WALKER, person

ROOT = Path(__file__).parents[4]
BEGAN = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
PRIVATE = "hardship"
"""A category whose cases are not for everybody."""


_STRAIGHT = ("accept", "dispatch", "reassign", "start", "handle", "verify", "rate")
"""Taken more often, so that enough cases come to their end."""


_POINTLESS = ("case.no-more-time", "case.nothing-to-amend")


Seen = Callable[[str, dict[str, Any], dict[str, Any]], None]
"""Told of each command that was carried out: its name (`report` begins, `look` only looks), what it asked for and when
(`at`), and the case after it."""


_WALKED = 0.25
"""How often a floor is walked, in reports."""


async def live(
    world: World, dice: random.Random, cases: int, commands: int, seen: Seen | None = None
) -> tuple[str, Walking]:
    """Cases are reported, or found on rounds, and treated by chance; what the table does not allow is refused and
    changes nothing. The id of one of the units that do it, and the rounds."""
    unit, houses = await a_community(world.api)
    street = {"community": HERE, "code": "street", "kind": UnitKind.STREET, "title": "街道办"}
    other = (await world.api.made(OPERATOR, "/units", street))["id"]
    handler = person("handler-7", Role.HANDLER, units=(unit, other))
    steps: list[tuple[Any, str, dict[str, Any]]] = [
        (STAFF, "accept", {}),
        (STAFF, "dispatch", {}),
        (STAFF, "reassign", {}),
        (STAFF, "merge", {}),
        (STAFF, "unmerge", {}),
        (STAFF, "reject", {"reason": "不属实"}),
        (handler, "start", {}),
        (handler, "contact", {}),
        (handler, "request-extension", {"reason": "配件未到"}),
        (STAFF, "grant-extension", {}),
        (STAFF, "pause", {"reason": "待天气好转"}),
        (STAFF, "resume", {}),
        (handler, "handle", {}),
        (handler, "return", {"reason": "不归我们"}),
        (SUPERVISOR, "verify", {}),
        (SUPERVISOR, "send-back", {"reason": "没有做好"}),
        (RESIDENT, "rate", {"rating": 4}),
        (RESIDENT, "reopen", {"reason": "又响了"}),
        (STAFF, "amend", {"priority": "high", "reason": "影响老人"}),
        (STAFF, "refuse-extension", {"reason": "应能按期完成"}),
        (handler, "remark", {"text": "已备料"}),
        (handler, "take", {}),
        (handler, "give-on", {"to": "handler-8"}),
        (NEIGHBOUR, "support", {}),
        (STAFF, "amend", {"category": "other", "reason": "类别有误"}),
        (STAFF, "amend", {"place": houses[0], "reason": "楼号有误"}),
        (STAFF, "adopt", {}),
        (STAFF, "release", {}),
        (STAFF, "children", {"category": "other", "title": "另一部分"}),
    ]
    made: list[str] = []
    walking = Walking(world, houses, ["noise", "noise", "other", PRIVATE])
    done = 0
    for turn in range(cases + commands):
        world.clock.wait(timedelta(minutes=dice.randrange(600)))
        if dice.random() < _WALKED * cases / (cases + commands):
            for case in await walking.go_on(dice):
                made.append(case["id"])
                if seen is not None:
                    seen("report", {"fixed": False, "at": world.clock.now}, case)
        if not made or (len(made) < cases and dice.random() < cases / (cases + commands)):
            category = dice.choice(["noise", "noise", "other", "other", PRIVATE])
            by: Principal = dice.choice([RESIDENT, RESIDENT, STAFF, WALKER])
            body: dict[str, Any] = {
                "community": HERE,
                "category": category,
                "place": dice.choice(houses),
                "text": "楼上很吵",
            }
            body["fixed"] = by is WALKER and dice.random() < 0.5
            made.append((case := await world.api.made(by, "/cases", body))["id"])
            if seen is not None:
                seen("report", {**body, "at": world.clock.now}, case)
            continue
        by, command, asked = dice.choices(steps, [1 + 4 * (step[1] in _STRAIGHT) for step in steps])[0]
        if command == "rate":
            asked = {"rating": dice.randint(1, 5)}
        if command in ("dispatch", "reassign"):
            asked = {"unit": dice.choice((unit, other))}
        if command in ("pause", "request-extension"):
            asked = {**asked, "until": (world.clock.now + timedelta(days=9)).isoformat()}
        if command in ("merge", "adopt"):
            asked = {"into" if command == "merge" else "parent": dice.choice(made[-5:])}
        answer = await world.api.post(by, f"/cases/{dice.choice(made[-5:])}/{command}", asked)
        refused = answer.status in (403, 404, 409) or answer.code in _POINTLESS
        carried_out = answer.status in (200, 201)
        assert carried_out or refused, answer.json
        if command == "children" and carried_out:
            made.append(answer.json["id"])
        if dice.random() < 0.2:
            await standing.sweep(world.rooms, "case-clock").once(world.clock)
            if seen is not None:
                await look(world, made[-5:], seen)
        if seen is not None and carried_out and answer.json["id"] in made:
            seen(command, {**asked, "at": world.clock.now}, answer.json)
        done += carried_out
        if turn % max(60, cases // 2) == 0:
            await world.follow()
    assert done > commands / 30
    return unit, walking


async def look(world: World, cases: Sequence[str], seen: Seen) -> None:
    """Tell what became of `cases` by the clock alone."""
    for id in cases:
        seen("look", {"at": world.clock.now}, (await world.api.get(STAFF, f"/cases/{id}")).json)


async def recompute(settings: IssuesSettings, period: str) -> tuple[int, str]:
    """What `kpis recompute` of a period ends with, and what it says."""
    environment = {
        **os.environ,
        "ENVIRONMENT": "test",
        "MONGODB_URL": settings.mongodb_url,
        "ISSUES_DATABASE": settings.database,
        "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "AUTH_DEVELOPMENT_KEY": str(settings.auth_development_key),
    }
    command = ["-m", "services", "kpis", "recompute", "--community", HERE, "--period", period, "--patience", "0"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=environment, cwd=ROOT, stdout=pipe, stderr=pipe
    )
    out, errors = await process.communicate()
    return process.returncode or 0, (out + errors).decode()
