"""The rounds: buildings 1 to 9 floor by floor, and what was found on each; and the partner's round of every month."""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any

from deploy.local.seed import calendar, tables
from deploy.local.seed.api import COMMUNITY, Api, Hand, until
from deploy.local.seed.cast import staff, walker
from deploy.local.seed.pictures import put_right
from deploy.local.seed.places import Ground
from deploy.local.trouble import Trouble

_ROUNDS = "/api/issues/v1/rounds"
_PLANS = "/api/issues/v1/round-plans"
_MONTHLY = "物业每月查找问题"
_PER_FLOOR = timedelta(minutes=6)
_DONE = ("walked", "completed")


def walked() -> list[tables.Building]:
    """The buildings that the rounds have reached: up to the last one with a finding."""
    last = max(finding.building for finding in tables.findings())
    return [building for building in tables.buildings() if building.number <= last]


def title_of(building: tables.Building) -> str:
    return f"{building.number}号楼逐层走访"


async def walk(api: Api, ground: Ground, building: tables.Building, begins: datetime) -> str:
    """Walk a building, unless somebody has; the id of its round, once its figures are final."""
    known = {round["title"]: round for round in await staff(api).all(_ROUNDS)}
    round = known.get(title_of(building)) or await _plan(
        staff(api), ground, building, walker(api, building.number).sub, begins
    )
    address = f"{_ROUNDS}/{round['id']}"
    if round["status"] not in _DONE:
        await _walk(walker(api, building.number), address, ground, building, begins)

    async def completed() -> str | None:
        found = await staff(api).get(address)
        return str(found["id"]) if found["status"] == "completed" else None

    return await until("Counting the round", completed)


async def _walk(hand: Hand, address: str, ground: Ground, building: tables.Building, begins: datetime) -> None:
    body = {"visits": await _visits(hand, ground, building, begins)}
    answer = await hand.post(f"{address}/visits/batch", body, what=f"Recording the walk of {building.number}号楼")
    for result in answer["results"]:
        if result["outcome"] == "refused":
            raise Trouble(f"Recording {building.number}号楼 {result['id']} was refused: {result['error']['en']}")
    await hand.post(f"{address}/complete", what=f"Completing the round of {building.number}号楼", unless={"round.over"})


async def plan_every_month(api: Api, ground: Ground, today: date) -> None:
    """Through all buildings, on the first weekday of every month, from the month after `today` on: an earlier one would
    stand there as a round that nobody walked."""
    desk = staff(api)
    if any(plan["title"] == _MONTHLY for plan in await desk.all(_PLANS)):
        return
    month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    body = {
        "community": COMMUNITY,
        "buildings": [ground.buildings[building.number] for building in tables.buildings()],
        "title": _MONTHLY,
        "rule": "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
        "first": datetime.combine(month, time(9), calendar.ZONE).isoformat(),
        "days_ahead": 3,
    }
    await desk.post(_PLANS, body, what=f"Planning {_MONTHLY}", once=_MONTHLY)


async def _plan(desk: Hand, ground: Ground, building: tables.Building, walker: str, begins: datetime) -> dict[str, Any]:
    title = title_of(building)
    body = {
        "community": COMMUNITY,
        "buildings": [ground.buildings[building.number]],
        "title": title,
        "walker": walker,
        "starts_at": begins.isoformat(),
    }
    planned: dict[str, Any] = await desk.post(_ROUNDS, body, what=f"Planning {title}", once=title)
    return planned


async def _visits(hand: Hand, ground: Ground, building: tables.Building, begins: datetime) -> list[dict[str, Any]]:
    """Top floor first, as people walk."""
    return [
        {
            "id": f"floor-{floor}",
            "building": ground.buildings[building.number],
            "floor": floor,
            "visited_at": (begins + (building.floors - floor) * _PER_FLOOR).isoformat(),
            "findings": await _found(hand, building.number, floor),
        }
        for floor in range(building.floors, 0, -1)
    ]


async def _found(hand: Hand, building: int, floor: int) -> list[dict[str, Any]]:
    here = [finding for finding in tables.findings() if (finding.building, finding.floor) == (building, floor)]
    return [
        {
            "id": f"finding-{number}",
            "category": finding.category,
            "title": finding.title,
            "spot": finding.spot,
            "fixed": finding.fixed,
            "after": [await photo(hand, finding.category, f"{building}-{floor}-{number}")] if finding.fixed else [],
        }
        for number, finding in enumerate(here, 1)
    ]


async def photo(hand: Hand, category: str, name: str) -> str:
    """The id of a photo of something put right, taken by `hand`."""
    picture = await asyncio.to_thread(put_right, category, name)
    sent = await hand.upload("/api/issues/v1/photos", f"{name}.png", picture, what=f"Sending the photo {name}")
    return str(sent["id"])
