"""Residents in any number, and cases that they report."""

import asyncio
from collections.abc import Iterable
from typing import Any

from services.chassis.principal import Principal, Role
from tests.integration.issues.calling import Answer, Api
from tests.unit.issues.world import HERE, RESIDENT, person


def residents(number: int, first: int = 0) -> list[Principal]:
    """So many different residents."""
    return [person(f"neighbour-{n}", Role.RESIDENT) for n in range(first, first + number)]


async def a_lamp(api: Api, place: str, by: Principal = RESIDENT, **more: Any) -> Any:
    """A case of a broken lamp."""
    body = {"community": HERE, "category": "lighting", "place": place, "text": "七楼楼道灯不亮", **more}
    return await api.made(by, "/cases", body)


async def all_join(apis: Iterable[Api], case: str, people: Iterable[Principal]) -> list[Answer]:
    """All of them say "me too" at once, by turns through each of `apis`."""
    ways = list(apis)
    return await asyncio.gather(
        *(ways[n % len(ways)].post(by, f"/cases/{case}/support") for n, by in enumerate(people))
    )


async def affected(api: Api, case: str) -> int:
    """How many people have the problem."""
    number: int = (await api.get(RESIDENT, f"/cases/{case}")).json["affected"]
    return number
