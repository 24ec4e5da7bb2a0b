"""Grid workers see volunteers come to a visit, and leave: the two days before today."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from deploy.local.seed import calendar
from deploy.local.seed.api import Api
from deploy.local.seed.cast import staff, walker
from deploy.local.seed.needs import NEEDS

TIMES = ("10:00", "10:40", "10:45", "11:00", "11:30", "12:00")
"""When visits and meals begin and end."""
_LONGEST = timedelta(hours=3)
_NOT_NOW = {
    "need.closed",
    "offer.not-yours",
    "presence.not-at-this-time",
    "presence.not-checked-in",
    "volunteer.not-eligible",
}


async def see(api: Api) -> None:
    """Who has just come is checked in, and whose visit is over is checked out."""
    now = calendar.now()
    times = {"since": (now - _LONGEST).isoformat(), "until": (now + timedelta(minutes=1)).isoformat()}
    visits = await staff(api).all(NEEDS, status="staffed", origin="care-plan", **times)
    await asyncio.gather(*(_seen(api, visit, person, now) for visit in visits for person in visit["volunteers"]))


async def _seen(api: Api, visit: Mapping[str, Any], person: str, now: datetime) -> None:
    over = datetime.fromisoformat(visit["ends_at"]) <= now
    step = "check-out" if over else "check-in"
    address, body = f"{NEEDS}/{visit['id']}/{step}", {"person": person}
    await walker(api, 1).post(address, body, what=f"{step} of {person} at {visit['category']}", unless=_NOT_NOW)
