"""Cases: what rounds handed over is put right and verified; what residents reported is on its way.

Only the next step from where a case stands is asked for, and nothing of a case that people took another way.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
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
_STAGES = ("dispatched", "in-progress", "handled", "verified")


async def of_round(api: Api, round: str) -> list[dict[str, Any]]:
    """The cases that a round has handed over, once all of them are there."""
    handed_over = (await staff(api).get(f"/api/issues/v1/rounds/{round}"))["handed_over"]

    async def appeared() -> list[dict[str, Any]] | None:
        cases = [case for case in await staff(api).all(CASES) if case["round"] == round]
        return cases if len(cases) >= handed_over else None

    return await until("Making cases of what was handed over", appeared) if handed_over else []


async def put_right(api: Api, ground: Ground, round: str, until: str, due: datetime | None = None) -> int:
    """Bring every case of a round so far: `dispatched`, `in-progress`, `handled` or `verified`; how many there are.

    With `due`, only those that have to be handled before.
    """
    units, cases = await _units(api, ground), await of_round(api, round)
    meant = [case for case in cases if due is None or _due(case) < due]
    await asyncio.gather(*(_put_right(api, case, units, _STAGES.index(until)) for case in meant))
    return len(cases)


def _due(case: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(case["due_at"]) if case["due_at"] else datetime.max.replace(tzinfo=UTC)


async def report(api: Api, ground: Ground, until: str, today: date) -> int:
    """Bring what residents report so far, or as far as the data says; how many reports there are."""
    units = await _units(api, ground)
    known = {(case["reporter"], case["category"]): case for case in await staff(api).all(CASES)}
    far = _WAY.index(until)
    await asyncio.gather(
        *(
            _report(api, ground, each, units, known.get((each.resident, each.category)), far, today)
            for each in tables.reports()
        )
    )
    return len(tables.reports())


async def _units(api: Api, ground: Ground) -> dict[str, str]:
    """Which unit handles a category."""
    catalogue = await staff(api).get("/api/issues/v1/categories")
    return {each["code"]: ground.units[each["unit_kind"]] for each in catalogue["items"]}


async def _put_right(api: Api, case: Mapping[str, Any], units: Mapping[str, str], far: int) -> None:
    if any(case[turn] for turn in _TURNS):
        return
    unit = units[case["category"]]
    status = case["status"]
    if status == "accepted":
        status = (await _dispatch(api, case, {"unit": unit}))["status"]
    elif case["unit"] not in (None, unit):
        return
    if status == "dispatched" and far >= _STAGES.index("in-progress"):
        await _step(handler(api, unit).post, case, "start", None)
        status = "in-progress"
    if status == "in-progress" and far >= _STAGES.index("handled"):
        await _handle(api, case, unit)
        status = "handled"
    if status == "handled" and far >= _STAGES.index("verified"):
        await _step(supervisor(api).post, case, "verify", {"note": "现场查看，已整改。"})


async def _dispatch(api: Api, case: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    dispatched = await _step(staff(api).post, case, "dispatch", body)
    return dispatched or {**case, "status": "dispatched"}


async def _handle(api: Api, case: Mapping[str, Any], unit: str) -> None:
    hand = handler(api, unit)
    body = {"note": "已整改，请核查。", "photos": [await photo(hand, case["category"], case["id"])]}
    await _step(hand.post, case, "handle", body)


async def _report(
    api: Api,
    ground: Ground,
    report: tables.Report,
    units: Mapping[str, str],
    case: Mapping[str, Any] | None,
    far: int,
    today: date,
) -> None:
    if case is None:
        if far == 0 and report.until == _WAY[0]:
            return  # it comes last, so that nobody lets it lie
        case = await _reported(api, ground, report)
    unit = units[report.category]
    if any(case[turn] for turn in _TURNS) or case["unit"] not in (None, unit):
        return
    for here, following in pairwise(_WAY[: far + 1]):
        if case["status"] == here != report.until:
            case = await _further(api, case, following, report, unit, today)


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
    api: Api, case: Mapping[str, Any], following: str, report: tables.Report, unit: str, today: date
) -> dict[str, Any]:
    if following == "accepted":
        answer = await _step(staff(api).post, case, "accept", {"title": report.title})
    elif following == "dispatched":
        due = calendar.at(today + timedelta(days=report.days), "18:00")
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
