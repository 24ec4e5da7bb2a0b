"""Volunteers say yes to what they are asked for."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from deploy.local.seed import calendar
from deploy.local.seed.api import Api
from deploy.local.seed.cast import staff, volunteer

NEEDS = "/api/volunteers/v1/needs"

_SOON = timedelta(days=8)
_PASSES = 60
_TOO_LATE = {"offer.expired", "offer.not-now", "offer.not-yours", "need.already-started", "need.closed"}


async def accept(api: Api, need: Mapping[str, Any]) -> int:
    """Everybody who is asked says yes; how many were asked."""
    asked = [offer["person"] for offer in need["offers"] if offer["status"] == "offered"]
    address = f"{NEEDS}/{need['id']}/accept"
    await asyncio.gather(
        *(
            volunteer(api, person).post(address, what=f"Accepting {need['category']} for {person}", unless=_TOO_LATE)
            for person in asked
        )
    )
    return len(asked)


async def staff_activities(api: Api, ours: Collection[str]) -> int:
    """Say yes until no seat is empty at the nearest of these activities, or nobody more is found.

    Returns: how many of them have somebody missing still.
    """
    waiting: list[dict[str, Any]] = []
    for _ in range(_PASSES):
        needs = await staff(api).all(NEEDS, status="open", origin="activity")
        waiting = [need for need in needs if need["activity"] in ours]
        accepted = sum(await asyncio.gather(*(accept(api, need) for need in waiting)))
        if not accepted and not any(_is_soon(need) for need in waiting):
            break
        await asyncio.sleep(0.5)
    return len(waiting)


def _is_soon(need: Mapping[str, Any]) -> bool:
    return datetime.fromisoformat(need["starts_at"]) < calendar.now() + _SOON
