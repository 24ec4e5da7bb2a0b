"""Venues: where activities take place, with their hours, their size and what they have."""

import asyncio
from datetime import time

from deploy.local.seed import tables
from deploy.local.seed.api import COMMUNITY, Api
from deploy.local.seed.cast import staff
from deploy.local.seed.places import Ground

_VENUES = "/api/events/v1/venues"


async def enter(api: Api, ground: Ground) -> int:
    """Enter the venues that aren't known yet; how many there are."""
    plans = tables.venues()
    known = {each["venue"] for each in await staff(api).all(_VENUES)}
    await asyncio.gather(*(_enter(api, ground, each) for each in plans if each.venue not in known))
    return len(plans)


async def _enter(api: Api, ground: Ground, plan: tables.Venue) -> None:
    hours = {"opens": _minutes(plan.opens), "closes": _minutes(plan.closes)}
    body = {
        "community": COMMUNITY,
        "venue": plan.venue,
        "zh": plan.zh,
        "en": plan.en,
        "building": None if plan.building is None else ground.buildings[plan.building],
        "capacity": plan.capacity,
        "openings": [{"weekday": weekday, **hours} for weekday in plan.weekdays],
        "equipment": [each.model_dump() for each in plan.equipment],
        "before_minutes": plan.before,
        "after_minutes": plan.after,
    }
    await staff(api).post(_VENUES, body, what=f"Entering {plan.en}", once=f"venue {plan.venue}")


def _minutes(at: str) -> int:
    hour = time.fromisoformat(at)
    return hour.hour * 60 + hour.minute
