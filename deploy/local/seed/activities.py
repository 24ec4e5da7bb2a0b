"""Activities: what recurs, what comes once a year, who registers; and one of today, with who came to it."""

import asyncio
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.local.seed import calendar, tables
from deploy.local.seed.api import COMMUNITY, Api, until
from deploy.local.seed.cast import resident, staff
from deploy.local.seed.needs import ACTIVITIES, staff_activities

SERIES = "/api/events/v1/series"

_MARGIN = timedelta(minutes=10)
_RESIDENTS = 130
_TAKEN = {"activity.already-registered", "activity.registration-closed", "activity.not-scheduled"}
_THERE = {"activity.already-checked-in", "activity.already-checked-out"}

_TODAY_IN = timedelta(minutes=5)
_DOORS = timedelta(minutes=58)
"""So long before the start helpers are there to set up; the desk lets in an hour before."""

Activity = dict[str, Any]


async def schedule(api: Api) -> list[str]:
    """Schedule what isn't, let people register for what comes next; the ids of everything of ours that lies ahead."""
    plans = tables.activities()
    series = {each["title"]: each for each in await staff(api).all(SERIES)}
    started = await asyncio.gather(*(_start(api, each, series.get(each.title)) for each in plans.series))
    ahead = await _ahead(api)
    yearly = await asyncio.gather(*(_schedule_yearly(api, each, ahead) for each in plans.yearly))
    await asyncio.gather(
        *(_register_for_next(api, each, id) for each, id in zip(plans.series, started, strict=True)),
        *(_register(api, each, activity) for each, activity in zip(plans.yearly, yearly, strict=True)),
    )
    titles = {each.title for each in (*plans.series, *plans.yearly)}
    return [activity["id"] for activity in await _ahead(api) if activity["title"] in titles]


async def hold_today(api: Api) -> int:
    """An activity that begins soon, staffed, whose desk has seen who came: once for all. The minutes given now."""
    plan = tables.activities().today
    held = [each for each in await staff(api).all(ACTIVITIES, kind=plan.kind) if each["title"] == plan.title]
    for activity in held:
        roster = await _roster(api, activity["id"])
        if len(_served(roster)) >= plan.volunteers_needed:
            return 0
    usable = [activity for activity in held if _usable(activity)]
    activity = usable[0] if usable else await _schedule_today(api, plan, len(held))
    await _register(api, plan, activity)
    await staff_activities(api, {activity["id"]})

    async def staffed() -> Activity | None:
        found: Activity = await staff(api).get(f"{ACTIVITIES}/{activity['id']}")
        return found if found["volunteers_found"] >= plan.volunteers_needed else None

    return await _attend(api, await until(f"Staffing {plan.title}", staffed))


async def _start(api: Api, series: tables.Series, known: dict[str, Any] | None) -> str:
    if known is None:
        first = calendar.first_date(series.rule, series.at, calendar.now() + _MARGIN)
        body = {**_body(series, first), "rule": series.rule}
        known = await staff(api).post(SERIES, body, what=f"Starting {series.title}", once=f"series {series.title}")
    return str(known["id"])


async def _schedule_yearly(api: Api, plan: tables.Yearly, ahead: Sequence[Activity]) -> Activity:
    known = next((activity for activity in ahead if activity["title"] == plan.title), None)
    return known or await _schedule(api, plan, calendar.next_of_year(plan.on, plan.at, calendar.now() + _MARGIN))


async def _schedule(api: Api, plan: tables.Plan, starts: datetime, name: str | None = None) -> Activity:
    once = name or f"{plan.title} {starts:%Y-%m-%d}"
    scheduled: Activity = await staff(api).post(
        ACTIVITIES, _body(plan, starts), what=f"Scheduling {plan.title}", once=once
    )
    return scheduled


def _body(plan: tables.Plan, starts: datetime) -> dict[str, Any]:
    ends = starts + timedelta(minutes=plan.minutes)
    return {"community": COMMUNITY, **plan.body, "starts_at": starts.isoformat(), "ends_at": ends.isoformat()}


async def _ahead(api: Api, **query: Any) -> list[Activity]:
    """What may still be registered for, the soonest first."""
    return await staff(api).all(ACTIVITIES, **{"from": _moment(calendar.now() + _MARGIN), **query})


async def _register_for_next(api: Api, plan: tables.Series, series: str) -> None:
    async def named() -> list[Activity] | None:
        return await _ahead(api, series=series)

    status = (await staff(api).get(f"{SERIES}/{series}"))["status"]
    dates = await until(f"Naming the dates of {plan.title}", named) if status == "running" else []
    await asyncio.gather(*(_register(api, plan, activity) for activity in dates[: plan.dates]))


async def _register(api: Api, plan: tables.Plan, activity: Activity) -> None:
    parties = _parties(plan)
    if activity["capacity"] - activity["free"] >= sum(parties.values()):
        return
    address = f"{ACTIVITIES}/{activity['id']}/registrations"
    await asyncio.gather(
        *(
            resident(api, person).post(
                address,
                {"party": heads, "guardian": plan.guardian_required},
                what=f"Registering {person} for {plan.title}",
                unless=_TAKEN,
            )
            for person, heads in parties.items()
        )
    )


def _parties(plan: tables.Plan) -> dict[str, int]:
    """Who registers, and with how many heads: the same people every time."""
    first = zlib.crc32(plan.title.encode()) % _RESIDENTS
    return {
        f"resident-{1 + (first + place) % _RESIDENTS:03}": 2 if place % 3 == 0 else 1 for place in range(plan.parties)
    }


async def _schedule_today(api: Api, plan: tables.Plan, attempt: int) -> Activity:
    return await _schedule(api, plan, calendar.full_minute(calendar.now() + _TODAY_IN), f"{plan.title} {attempt}")


def _usable(activity: Activity) -> bool:
    """Whether helpers can still be found for it, or were found and can still be checked in."""
    starts, ends = (datetime.fromisoformat(activity[name]) for name in ("starts_at", "ends_at"))
    staffed = activity["volunteers_found"] >= activity["volunteers_needed"]
    return activity["status"] == "scheduled" and calendar.now() < (ends if staffed else starts - timedelta(minutes=1))


async def _attend(api: Api, activity: Activity) -> int:
    """The desk copies its list: who came to set up, who came of those who registered, and when the helpers left."""
    roster = await _roster(api, activity["id"])
    came = datetime.fromisoformat(activity["starts_at"]) - _DOORS
    parties = [party["person"] for party in roster["seated"]]
    people = [(person, True) for person in roster["volunteers"]] + [(person, False) for person in parties]
    await asyncio.gather(*(_see(api, activity, "check-ins", person, role, came) for person, role in people))
    await asyncio.gather(*(_see(api, activity, "check-outs", person, True) for person in roster["volunteers"]))
    return sum(_served(await _roster(api, activity["id"]))) - sum(_served(roster))


async def _see(
    api: Api, activity: Activity, what: str, person: str, as_volunteer: bool, at: datetime | None = None
) -> None:
    body = {"person": person, "as_volunteer": as_volunteer, "at": None if at is None else _moment(at)}
    address = f"{ACTIVITIES}/{activity['id']}/{what}"
    await staff(api).post(address, body, what=f"{what} of {person} at {activity['title']}", unless=_THERE)


def _served(roster: dict[str, Any]) -> list[int]:
    """The minutes of each helper who has left."""
    return [seen["minutes"] for seen in roster["presences"] if seen["as_volunteer"] and seen["left_at"] is not None]


async def _roster(api: Api, id: str) -> dict[str, Any]:
    roster: dict[str, Any] = await staff(api).get(f"{ACTIVITIES}/{id}/roster")
    return roster


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
