"""Care plans: visits at ten in the morning on weekdays, meals before noon on every day; confirmed afterwards."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from deploy.local.seed import calendar, tables
from deploy.local.seed.api import COMMUNITY, Api
from deploy.local.seed.cast import staff, volunteer
from deploy.local.seed.needs import NEEDS
from deploy.local.seed.places import Ground

PLANS = "/api/volunteers/v1/care-plans"
_VISITS, _MEALS = "10:00", "11:30"
_WEEKDAYS = 5
_AGREED = {"accepted", "confirmed", "checked-in"}
_NOT_NOW = {"offer.not-now", "offer.not-yours", "need.closed"}

Visit = Mapping[str, Any]


async def agree(api: Api, ground: Ground, first: date) -> int:
    """Open the plans, to begin after the `first` day; how many there are."""
    plans = await staff(api).all(PLANS)
    known = {(plan["elder"], plan["kind"]) for plan in plans}
    await asyncio.gather(
        *(
            _open(api, ground, care, nth, first)
            for nth, care in enumerate(tables.care())
            if (care.elder, care.kind) not in known
        )
    )
    return len(tables.care())


def expected(first: date, since: date, until: date) -> int:
    """How many visits there are from `since` to `until`, both among them, of plans that began after `first`."""
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return sum(_falls(care, nth, first, day) for nth, care in enumerate(tables.care()) for day in days)


async def serve(api: Api) -> int:
    """Report and confirm the visits that are over; the minutes that were confirmed now."""
    now = calendar.now()
    staffed = await staff(api).all(NEEDS, status="staffed", origin="care-plan")
    over = [visit for visit in staffed if datetime.fromisoformat(visit["ends_at"]) <= now]
    return sum(await asyncio.gather(*(_served(api, visit) for visit in over)))


def _begins(nth: int, care: tables.Care, first: date) -> date:
    """The first date of the plan that stands at `nth` in the table: from day to day another weekday."""
    tomorrow = first + timedelta(days=1)
    if care.daily:
        return tomorrow
    return next(day for day in (tomorrow + timedelta(days=n) for n in range(7)) if day.weekday() == nth % _WEEKDAYS)


def _falls(care: tables.Care, nth: int, first: date, day: date) -> bool:
    begins = _begins(nth, care, first)
    return day >= begins and (care.daily or (day - begins).days % (7 * care.weeks) == 0)


async def _open(api: Api, ground: Ground, care: tables.Care, nth: int, first: date) -> None:
    begins = _begins(nth, care, first)
    body = {
        "community": COMMUNITY,
        "building": ground.buildings[care.building],
        "recurrence": {
            "every": "week",
            "interval": care.weeks,
            "weekdays": list(range(1, 8)) if care.daily else [begins.isoweekday()],
            "at": _MEALS if care.daily else _VISITS,
            "since": begins.isoformat(),
        },
        **care.model_dump(include={"elder", "kind", "minutes", "note"}),
        "family": [f"family-of-{care.elder}"],
        "emergency": {"name": "家属", "phone": f"021-5555{care.elder[-2:]}00", "relation": "子女"},
    }
    name = f"{care.kind} for {care.elder}"
    await staff(api).post(PLANS, body, what=f"Planning {name}", once=name)


async def _served(api: Api, visit: Visit) -> int:
    agreed = [offer for offer in visit["offers"] if offer["status"] in _AGREED]
    starts, ends = (datetime.fromisoformat(visit[name]) for name in ("starts_at", "ends_at"))
    minutes = int((ends - starts).total_seconds()) // 60
    return sum([await _confirmed(api, visit, offer, offer["minutes"] or minutes) for offer in agreed])


async def _confirmed(api: Api, visit: Visit, offer: Mapping[str, Any], minutes: int) -> int:
    person = offer["person"]
    address, told = f"{NEEDS}/{visit['id']}", f"{visit['category']} by {person}"
    report, confirm = {"minutes": minutes}, {"person": person}
    if offer["minutes"] is None:
        await volunteer(api, person).post(f"{address}/report", report, what=f"Reporting {told}", unless=_NOT_NOW)
    done = await staff(api).post(f"{address}/confirm", confirm, what=f"Confirming {told}", unless=_NOT_NOW)
    return 0 if done is None else minutes
