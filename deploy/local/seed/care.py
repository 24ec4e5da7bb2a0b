"""Care plans, whose first visits are made while the data is loaded, so that hours stand in the ledger.

The API takes no service that was not planned ahead and no report before it begins; so each plan begins with the next
full minute. A visit that nobody could agree to in time is no loss: its plan is closed and opened anew.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from deploy.local.seed import calendar, tables
from deploy.local.seed.api import COMMUNITY, Api, until
from deploy.local.seed.cast import staff, volunteer
from deploy.local.seed.needs import NEEDS, accept
from deploy.local.seed.places import Ground
from deploy.local.trouble import Trouble

PLANS = "/api/volunteers/v1/care-plans"

_TIME_TO_AGREE = timedelta(seconds=8)
"""At the first attempt; each further one takes as much more."""
_ATTEMPTS = 4
_NOT_NOW = {"offer.not-now", "offer.not-yours", "need.closed"}

Visit = dict[str, Any]


async def agree(api: Api, ground: Ground) -> list[Visit]:
    """Open the plans that aren't open; the first visit of each, which somebody has agreed to."""
    plans = await staff(api).all(PLANS)
    return list(await asyncio.gather(*(_agreed(api, ground, each, plans) for each in tables.care())))


async def serve(api: Api, visits: list[Visit]) -> int:
    """Make, report and confirm the visits that aren't yet; the minutes that were confirmed now."""
    return sum(await asyncio.gather(*(_served(api, visit) for visit in visits)))


async def _agreed(api: Api, ground: Ground, care: tables.Care, plans: list[dict[str, Any]]) -> Visit:
    mine = [plan for plan in plans if (plan["elder"], plan["kind"]) == (care.elder, care.kind)]
    plan = next((plan for plan in mine if plan["status"] == "open"), None)
    for attempt in range(1, _ATTEMPTS + 1):
        if plan is None:
            begins = calendar.full_minute(calendar.now() + attempt * _TIME_TO_AGREE)
            plan = await _open(api, ground, care, begins, len(mine) + attempt)
        visit = await _first_visit(api, plan["id"])
        if visit["volunteers"]:
            return visit
        closing = f"Closing the plan of {care.kind} for {care.elder}"
        await staff(api).post(f"{PLANS}/{plan['id']}/close", what=closing, unless={"care-plan.closed"})
        plan = None
    raise Trouble(f"No volunteer could be found for {care.kind} of {care.elder}: see the services' log.")


async def _open(api: Api, ground: Ground, care: tables.Care, begins: datetime, attempt: int) -> dict[str, Any]:
    body = {
        "community": COMMUNITY,
        "building": ground.buildings[care.building],
        "recurrence": {
            "every": "week",
            "interval": care.weeks,
            "weekdays": list(range(1, 8)) if care.daily else [begins.isoweekday()],
            "at": f"{begins:%H:%M}",
            "since": begins.date().isoformat(),
        },
        **care.model_dump(include={"elder", "kind", "minutes", "note"}),
    }
    name = f"{care.kind} for {care.elder}"
    opened: dict[str, Any] = await staff(api).post(PLANS, body, what=f"Planning {name}", once=f"{name} {attempt}")
    return opened


async def _first_visit(api: Api, plan: str) -> Visit:
    """The first visit of a plan, once somebody has agreed to it or it is too late for that."""

    async def settled() -> Visit | None:
        page = await staff(api).get(NEEDS, community=COMMUNITY, care_plan=plan, limit=1)
        for visit in page["items"]:
            if visit["volunteers"] or calendar.now() >= datetime.fromisoformat(visit["starts_at"]):
                return dict(visit)
            await accept(api, visit)
        return None

    return await until("Finding a volunteer for a visit", settled)


async def _served(api: Api, visit: Visit) -> int:
    agreed = [offer["person"] for offer in visit["offers"] if offer["status"] == "accepted"]
    starts, ends = (datetime.fromisoformat(visit[name]) for name in ("starts_at", "ends_at"))
    await asyncio.sleep((starts - calendar.now()).total_seconds() + 0.2)
    minutes = int((ends - starts).total_seconds()) // 60
    return sum([await _confirmed(api, visit, person, minutes) for person in agreed])


async def _confirmed(api: Api, visit: Visit, person: str, minutes: int) -> int:
    address, told = f"{NEEDS}/{visit['id']}", f"{visit['category']} by {person}"
    report, confirm = {"minutes": minutes}, {"person": person}
    await volunteer(api, person).post(f"{address}/report", report, what=f"Reporting {told}", unless=_NOT_NOW)
    done = await staff(api).post(f"{address}/confirm", confirm, what=f"Confirming {told}", unless=_NOT_NOW)
    return 0 if done is None else minutes
