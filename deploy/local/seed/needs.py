"""Volunteers say yes to what they are asked for."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from deploy.local.seed import calendar
from deploy.local.seed.api import Api
from deploy.local.seed.cast import staff, volunteer

NEEDS = "/api/volunteers/v1/needs"
ACTIVITIES = "/api/events/v1/activities"

SOON = timedelta(days=8)
_WEEK = timedelta(days=7, hours=12)
"""To the end of the seventh day, from whichever hour of office."""
_PASSES = 60
_IN_VAIN = 16
"""So many passes one after another without a yes: nobody more is found."""
_TOO_LATE = {"offer.expired", "offer.not-now", "offer.not-yours", "need.already-started", "need.closed"}


async def say_yes(api: Api, ours: Collection[str] | None = None) -> int:
    """Whoever is asked for a visit or an activity says yes, once; how many were asked. `ours`: the activities that are
    meant; all without it."""
    needs = await staff(api).all(NEEDS, status="open")
    meant = [each for each in needs if each["origin"] == "care-plan" or ours is None or each["activity"] in ours]
    return sum(await asyncio.gather(*(_accept(api, need) for need in meant)))


async def _accept(api: Api, need: Mapping[str, Any]) -> int:
    asked = [offer["person"] for offer in need["offers"] if offer["status"] == "offered"]
    address = f"{NEEDS}/{need['id']}/accept"
    await asyncio.gather(
        *(
            volunteer(api, person).post(address, what=f"Accepting {need['category']} for {person}", unless=_TOO_LATE)
            for person in asked
        )
    )
    return len(asked)


async def find_volunteers(api: Api, ours: Collection[str], visits: int = 0, within: timedelta = SOON) -> int:
    """Say yes until all that is near has its volunteers, or nobody more is found.

    Args:
        ours: the activities that are meant.
        visits: so many visits of care lie within a week; they may have to be asked for first.
        within: what is near.

    Returns: how many of what is near have somebody missing still.
    """
    missing, in_vain = 0, 0
    for _ in range(_PASSES):
        accepted = await say_yes(api, ours)
        missing = await _missing(api, ours, within) + await _unserved(api, visits)
        in_vain = 0 if accepted else in_vain + 1
        if not missing or in_vain >= _IN_VAIN:
            break
        await asyncio.sleep(0.25)
    return missing


async def _missing(api: Api, ours: Collection[str], within: timedelta) -> int:
    """How many activities of `ours` that are near have fewer volunteers than they need."""
    now = calendar.now()
    times = {"from": now.isoformat(), "to": (now + within).isoformat()}
    soon = await staff(api).all(ACTIVITIES, status="scheduled", **times)
    return sum(each["id"] in ours and each["volunteers_found"] < each["volunteers_needed"] for each in soon)


async def _unserved(api: Api, visits: int) -> int:
    """How many of so many `visits` within a week have nobody yet."""
    if not visits:
        return 0
    now = calendar.now()
    staffed = await staff(api).all(NEEDS, status="staffed", origin="care-plan")
    near = sum(now < datetime.fromisoformat(need["starts_at"]) <= now + _WEEK for need in staffed)
    return max(0, visits - near)
