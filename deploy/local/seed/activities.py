"""Activities: what recurs, what comes once a year, a day of service; who registers, and who came.

Classes are held on school days alone: the other dates of their series are skipped as soon as it is started.
"""

import asyncio
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from deploy.local.seed import calendar, tables
from deploy.local.seed.api import COMMUNITY, Api
from deploy.local.seed.cast import resident, staff
from deploy.local.seed.needs import ACTIVITIES

EVENTS = "/api/events/v1"
SERIES = f"{EVENTS}/series"

_MARGIN = timedelta(minutes=10)
_TERM = timedelta(days=180)
"""So far ahead it is known when schools are closed."""
_EARLY = timedelta(minutes=5)
_RESIDENTS = 130
_SCHOOL_AGE = 8
_SATURDAY = 5
_NO_DATE = {"series.no-such-date"}
_TAKEN = {
    "activity.already-registered",
    "activity.registration-closed",
    "activity.not-scheduled",
    "activity.missed-too-often",
}
_THERE = {"activity.already-checked-in", "activity.already-checked-out", "activity.not-scheduled"}

Activity = dict[str, Any]


async def start(api: Api) -> int:
    """Start the series that aren't, on the dates on which they are to be; how many there are."""
    plans = tables.activities()
    known = {each["title"]: each for each in await staff(api).all(SERIES)}
    await asyncio.gather(*(_start(api, each, known.get(each.title)) for each in plans.series))
    return len(plans.series)


async def plan_service_day(api: Api, on: date) -> None:
    """The day of service, once for all."""
    plan = tables.activities().service_day
    if not any(each["title"] == plan.title for each in await staff(api).all(ACTIVITIES, kind=plan.kind)):
        await _schedule(api, plan, calendar.at(on, plan.at))


async def look_ahead(api: Api, days: int) -> list[str]:
    """People register for what lies within so many days; the ids of all that lies ahead and is ours."""
    plans = tables.activities()
    by_title = {each.title: each for each in (*plans.series, *plans.yearly, plans.service_day)}
    ahead = [activity for activity in await _ahead(api) if activity["title"] in by_title]
    near = (calendar.now() + timedelta(days=days)).isoformat()
    await asyncio.gather(
        *(_register(api, by_title[each["title"]], each) for each in ahead if _utc(each["starts_at"]) < _utc(near))
    )
    return [activity["id"] for activity in ahead]


async def top_up(api: Api) -> list[str]:
    """Schedule what comes once a year and isn't, register for what comes next; the ids of all of ours that lies ahead.

    What people have ended or cancelled stays so.
    """
    plans = tables.activities()
    series = {each["title"]: each for each in await staff(api).all(SERIES)}
    ahead = await _ahead(api)
    yearly = await asyncio.gather(*(_schedule_yearly(api, each, ahead) for each in plans.yearly))
    running = [each for each in plans.series if series.get(each.title, {}).get("status") == "running"]
    await asyncio.gather(
        *(_register_for_next(api, each, series[each.title]["id"]) for each in running),
        *(_register(api, each, activity) for each, activity in zip(plans.yearly, yearly, strict=True)),
    )
    titles = {each.title for each in (*plans.series, *plans.yearly)}
    return [activity["id"] for activity in await _ahead(api) if activity["title"] in titles]


async def hold(api: Api, day: date) -> int:
    """The desk copies its lists of what took place on `day`: who came, and when the helpers left; their minutes."""
    plans = tables.activities()
    held = {each.title for each in (*plans.series, plans.service_day)}
    times = {"from": _moment(calendar.at(day, "00:00")), "to": _moment(calendar.at(day, "23:59"))}
    over = [
        each
        for each in await staff(api).all(ACTIVITIES, status="scheduled", **times)
        if each["title"] in held and datetime.fromisoformat(each["ends_at"]) <= calendar.now()
    ]
    return sum(await asyncio.gather(*(_attend(api, each) for each in over)))


async def _start(api: Api, series: tables.Series, known: dict[str, Any] | None) -> None:
    free = _free_days(series)
    if known is None:
        first = calendar.first_date(series.rule, series.at, calendar.now() + _MARGIN)
        while first.date() in free:
            first = calendar.first_date(series.rule, series.at, first)
        body = {**_body(series, first), "rule": series.rule}
        known = await staff(api).post(SERIES, body, what=f"Starting {series.title}", once=f"series {series.title}")
    for day in free:
        skipping = {"on": day.isoformat(), "reason": "放假，课堂停课"}
        address, what = f"{SERIES}/{known['id']}/skip", f"Skipping {day} of {series.title}"
        await staff(api).post(address, skipping, what=what, unless=_NO_DATE)


def _free_days(series: tables.Series) -> list[date]:
    """The weekdays of the coming term on which schools are closed, if that matters."""
    if not series.school_days:
        return []
    today = calendar.now().astimezone(calendar.ZONE).date()
    days = (today + timedelta(days=n) for n in range(_TERM.days))
    return [day for day in days if day.weekday() < _SATURDAY and calendar.is_free(day, series.vacations)]


async def _schedule_yearly(api: Api, plan: tables.Yearly, ahead: Sequence[Activity]) -> Activity:
    known = next((activity for activity in ahead if activity["title"] == plan.title), None)
    return known or await _schedule(api, plan, calendar.next_of_year(plan.on, plan.at, calendar.now() + _MARGIN))


async def _schedule(api: Api, plan: tables.Plan, starts: datetime) -> Activity:
    scheduled: Activity = await staff(api).post(
        ACTIVITIES, _body(plan, starts), what=f"Scheduling {plan.title}", once=f"{plan.title} {starts:%Y-%m-%d}"
    )
    return scheduled


def _body(plan: tables.Plan, starts: datetime) -> dict[str, Any]:
    ends = starts + timedelta(minutes=plan.minutes)
    return {"community": COMMUNITY, **plan.body, "starts_at": starts.isoformat(), "ends_at": ends.isoformat()}


async def _ahead(api: Api, **query: Any) -> list[Activity]:
    """What may still be registered for, the soonest first."""
    query = {"status": "scheduled", "from": _moment(calendar.now() + _MARGIN), **query}
    return await staff(api).all(ACTIVITIES, **query)


async def _register_for_next(api: Api, plan: tables.Series, series: str) -> None:
    dates = await _ahead(api, series=series)
    await asyncio.gather(*(_register(api, plan, activity) for activity in dates[: plan.dates]))


async def _register(api: Api, plan: tables.Plan, activity: Activity) -> None:
    parties = _parties(plan)
    if activity["capacity"] - activity["free"] >= sum(parties.values()):
        return
    await asyncio.gather(*(_register_one(api, plan, activity, person, heads) for person, heads in parties.items()))


async def _register_one(api: Api, plan: tables.Plan, activity: Activity, person: str, heads: int) -> None:
    children = [await _child_of(api, person)] if plan.guardian_required else []
    await resident(api, person).post(
        f"{ACTIVITIES}/{activity['id']}/registrations",
        {"party": heads, "children": children, "ages_confirmed": True},
        what=f"Registering {person} for {plan.title}",
        unless=_TAKEN,
    )


async def _child_of(api: Api, person: str) -> str:
    """The child that a resident has entered, with their consent."""
    known = (await resident(api, person).get(f"{EVENTS}/my/children"))["items"]
    child = next((each for each in known if each["consent"] is not None), None)
    if child is None:
        body = {"community": COMMUNITY, "label": "孩子", "birth_year": calendar.now().year - _SCHOOL_AGE}
        what = f"Entering a child of {person}"
        child = await resident(api, person).post(f"{EVENTS}/children", body, what=what, once=f"child of {person}")
        consent = {"text": "activities-v1"}
        await resident(api, person).post(f"{EVENTS}/children/{child['id']}/consent", consent, what=what)
    return str(child["id"])


def _parties(plan: tables.Plan) -> dict[str, int]:
    """Who registers, and with how many heads: the same people every time."""
    first = zlib.crc32(plan.title.encode()) % _RESIDENTS
    return {
        f"resident-{1 + (first + place) % _RESIDENTS:03}": 2 if place % 3 == 0 else 1 for place in range(plan.parties)
    }


async def _attend(api: Api, activity: Activity) -> int:
    """Who came of those who registered; the helpers from the start to the end."""
    roster = await _roster(api, activity["id"])
    starts, ends = (datetime.fromisoformat(activity[name]) for name in ("starts_at", "ends_at"))
    parties = [party["person"] for party in roster["seated"]]
    people = [(person, True) for person in roster["volunteers"]] + [(person, False) for person in parties]
    await asyncio.gather(*(_see(api, activity, "check-ins", person, role, starts - _EARLY) for person, role in people))
    await asyncio.gather(*(_see(api, activity, "check-outs", person, True, ends) for person in roster["volunteers"]))
    return sum(_served(await _roster(api, activity["id"]))) - sum(_served(roster))


async def _see(api: Api, activity: Activity, what: str, person: str, as_volunteer: bool, at: datetime) -> None:
    body = {"person": person, "as_volunteer": as_volunteer, "at": _moment(at)}
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


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
