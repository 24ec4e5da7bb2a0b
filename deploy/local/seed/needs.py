"""Volunteers say yes to what they are asked for."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from deploy.local.seed import calendar
from deploy.local.seed.api import Api
from deploy.local.seed.cast import staff, volunteer

NEEDS = "/api/volunteers/v1/needs"
ACTIVITIES = "/api/events/v1/activities"

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
    """Say yes until the next of these activities have their volunteers, or nobody more is found.

    Returns: how many of the next ones have somebody missing still.
    """
    missing = 0
    for _ in range(_PASSES):
        needs = await staff(api).all(NEEDS, status="open", origin="activity")
        accepted = sum(await asyncio.gather(*(accept(api, need) for need in needs if need["activity"] in ours)))
        missing = await _missing(api, ours)
        if not accepted and not missing:
            break
        await asyncio.sleep(0.5)
    return missing


async def _missing(api: Api, ours: Collection[str]) -> int:
    """How many activities of `ours` within a week or so have fewer volunteers than they need."""
    now = calendar.now()
    times = {"from": now.isoformat(), "to": (now + _SOON).isoformat()}
    soon = await staff(api).all(ACTIVITIES, status="scheduled", **times)
    return sum(each["id"] in ours and each["volunteers_found"] < each["volunteers_needed"] for each in soon)
