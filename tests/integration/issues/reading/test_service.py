"""The running service: what happens to a case is found, counted and drawn without anybody asking for it."""

from typing import Any

from services.chassis.store.mongo import Database
from services.issues.reading.projection import STATE
from services.issues.reading.row import ROWS
from tests.integration.issues.calling import a_community
from tests.integration.issues.listening import Running
from tests.unit.issues.world import HERE, RESIDENT, STAFF
from tests.waiting import eventually


async def test_rows_follow_commands(running: Running, db: Database) -> None:
    api = running.api
    unit, houses = await a_community(api)
    body = {"community": HERE, "category": "noise", "place": houses[0], "text": "装修噪声"}
    case = (await api.made(RESIDENT, "/cases", body))["id"]

    async def found(**query: Any) -> bool:
        items = (await api.get(STAFF, "/search", community=HERE, q="装修", **query)).json["items"]
        return [item["id"] for item in items] == [case]

    await eventually(lambda: found(status="reported"))
    await api.made(STAFF, f"/cases/{case}/accept", {})
    await api.made(STAFF, f"/cases/{case}/dispatch", {"unit": unit})
    await eventually(lambda: found(status="dispatched", unit=unit))

    async def counted() -> bool:
        lines = (await api.get(STAFF, "/kpis", community=HERE)).json["lines"]
        return bool(lines) and lines[0]["figures"][0]["part"] == 1

    await eventually(counted)

    async def told() -> bool:
        history = (await api.get(STAFF, f"/cases/{case}/history")).json["items"]
        return len(history) == 3

    await eventually(told)
    first, *_, last = (await api.get(STAFF, f"/cases/{case}/history")).json["items"]
    assert (first["names"]["place"], first["names"]["category"]) == ("都市小区 1号楼", "Noise")
    assert last["names"]["unit"] == "物业公司"


async def test_an_upgrade_makes_rows_of_cases_that_have_none(running: Running, db: Database) -> None:
    api = running.api
    _, houses = await a_community(api)
    body = {"community": HERE, "category": "noise", "place": houses[0], "text": "装修噪声"}
    case = (await api.made(RESIDENT, "/cases", body))["id"]

    async def has_row() -> bool:
        return await db[ROWS].find_one({"_id": case, "seq": 1}) is not None

    async def shaped() -> bool:
        return await db[STATE].find_one({"_id": "shape"}) is not None

    await eventually(has_row)
    await eventually(shaped)
