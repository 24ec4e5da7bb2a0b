"""Cases: what rounds handed over is put right and verified; what residents reported is on its way.

Only the next step from where a case stands is asked for, and nothing of a case that people took another way.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

from deploy.local.seed import calendar, tables
from deploy.local.seed.api import COMMUNITY, Api, until
from deploy.local.seed.cast import handler, resident, staff, supervisor
from deploy.local.seed.places import Ground
from deploy.local.seed.rounds import photo

CASES = "/api/issues/v1/cases"
_TURNS = ("returned", "sent_back", "reopened")
_WAY = ("reported", "accepted", "dispatched", "in-progress")
_TO_HANDLE = ("dispatched", "in-progress")


async def put_right(api: Api, ground: Ground, rounds: Sequence[Mapping[str, Any]]) -> int:
    """Bring every case of `rounds` to its end; how many there are."""
    units = await _units(api, ground)
    ids = {round["id"] for round in rounds}
    expected = sum(round["handed_over"] for round in rounds)

    async def appeared() -> list[dict[str, Any]] | None:
        cases = [case for case in await staff(api).all(CASES) if case["round"] in ids]
        return cases if len(cases) >= expected else None

    cases = await until("Making cases of what was handed over", appeared) if expected else []
    await asyncio.gather(*(_put_right(api, case, units) for case in cases))
    return len(cases)


async def report(api: Api, ground: Ground) -> int:
    """What residents report, each as far as the data says; how many there are."""
    units = await _units(api, ground)
    known = {(case["reporter"], case["category"]): case for case in await staff(api).all(CASES)}
    await asyncio.gather(
        *(_report(api, ground, each, units, known.get((each.resident, each.category))) for each in tables.reports())
    )
    return len(tables.reports())


async def _units(api: Api, ground: Ground) -> dict[str, str]:
    """Which unit handles a category."""
    catalogue = await staff(api).get("/api/issues/v1/categories")
    return {each["code"]: ground.units[each["unit_kind"]] for each in catalogue["items"]}


async def _put_right(api: Api, case: Mapping[str, Any], units: Mapping[str, str]) -> None:
    if any(case[turn] for turn in _TURNS):
        return
    unit = units[case["category"]]
    status = case["status"]
    if status == "accepted":
        status = (await _dispatch(api, case, {"unit": unit}))["status"]
    elif case["unit"] not in (None, unit):
        return
    if status in _TO_HANDLE:
        await _handle(api, case, unit)
        status = "handled"
    if status == "handled":
        await _step(supervisor(api).post, case, "verify", {"note": "现场查看，已整改。"})


async def _dispatch(api: Api, case: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    dispatched = await _step(staff(api).post, case, "dispatch", body)
    return dispatched or {**case, "status": "dispatched"}


async def _handle(api: Api, case: Mapping[str, Any], unit: str) -> None:
    hand = handler(api, unit)
    body = {"note": "已整改，请核查。", "photos": [await photo(hand, case["category"], case["id"])]}
    await _step(hand.post, case, "handle", body)


async def _report(
    api: Api, ground: Ground, report: tables.Report, units: Mapping[str, str], case: Mapping[str, Any] | None
) -> None:
    if case is None:
        case = await _reported(api, ground, report)
    unit = units[report.category]
    if any(case[turn] for turn in _TURNS) or case["unit"] not in (None, unit):
        return
    for here, following in pairwise(_WAY):
        if case["status"] == here != report.until:
            case = await _further(api, case, following, report, unit)


async def _reported(api: Api, ground: Ground, report: tables.Report) -> Mapping[str, Any]:
    body = {
        "community": COMMUNITY,
        "place": ground.compound if report.building is None else ground.buildings[report.building],
        **report.model_dump(include={"category", "floor", "spot", "text"}, exclude_none=True),
    }
    hand = resident(api, report.resident)
    case = await hand.post(CASES, body, what=f"Reporting for {report.resident}", once=f"report of {report.resident}")
    current: Mapping[str, Any] = await hand.get(f"{CASES}/{case['id']}")
    return current


async def _further(
    api: Api, case: Mapping[str, Any], following: str, report: tables.Report, unit: str
) -> dict[str, Any]:
    if following == "accepted":
        answer = await _step(staff(api).post, case, "accept", {"title": report.title})
    elif following == "dispatched":
        day = calendar.now().astimezone(calendar.ZONE).date() + timedelta(days=report.days)
        due = datetime.combine(day, time(18), calendar.ZONE)
        answer = await _dispatch(api, case, {"unit": unit, "due_at": due.isoformat()})
    else:
        answer = await _step(handler(api, unit).post, case, "start", None)
    return answer or {**case, "status": following}


async def _step(post: Any, case: Mapping[str, Any], command: str, body: Any) -> Any:
    """One command, once. A step that somebody else has taken meanwhile is taken."""
    id, title = case["id"], case["title"] or case["category_zh"]
    return await post(
        f"{CASES}/{id}/{command}",
        body,
        what=f"To {command} “{title}” ({id})",
        once=f"{command} {id}",
        unless={"case.not-now", "idempotency-key-reused"},
    )
