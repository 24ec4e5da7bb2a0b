"""Lists of requests: what is in them, in which order, by which filters, and from which index."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.store.mongo import Database
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.open311.notes import told
from services.issues.open311.queries import Parameters
from services.issues.open311.windows import Window
from services.issues.reading.row import ROWS
from tests.integration.issues.calling import OPERATOR, Api
from tests.integration.issues.explaining import stages
from tests.integration.issues.kept import Kept
from tests.integration.issues.open311.desk import LAT, LON, STEP, Desk, closed, dispatched, shown
from tests.unit.issues.world import HERE, STAFF

DAY = timedelta(days=1)


def ids(said: Any) -> list[str]:
    return [each["service_request_id"] for each in said.value]


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def test_filters_pages_and_named_requests(
    desk: Desk, api: Api, store: Kept, places: tuple[str, list[str]]
) -> None:
    unit, _ = places
    lamp = await desk.requested(description="一", address_string="1号楼")
    pipe = await desk.requested(description="二", service_code="pipe", address_string="2号楼")
    noise = await desk.requested(description="三", service_code="noise", address_string="3号楼")
    hidden = RESIDENTIAL.category("noise").model_dump(mode="json") | {"public": False}
    await closed(api, pipe, unit)
    await dispatched(api, lamp, unit, title="三楼楼道灯损坏")
    path = f"/catalogues/{HERE}/categories/noise"
    assert (await api.put(OPERATOR, path, {"category": hidden})).status == 200
    await shown(store)

    both = (await desk.get("requests", "/requests")).value
    assert [each["service_request_id"] for each in both] == [pipe, lamp]
    by_id = {each["service_request_id"]: each for each in both}
    assert (by_id[pipe]["status"], by_id[lamp]["status"]) == ("closed", "open")
    assert (by_id[lamp]["description"], by_id[lamp]["agency_responsible"]) == ("三楼楼道灯损坏", "物业公司")
    assert by_id[lamp]["expected_datetime"] is not None
    assert by_id[pipe]["updated_datetime"] >= by_id[pipe]["requested_datetime"]
    assert (await desk.refused(f"/requests/{noise}")).status == 404
    assert (await desk.refused("/services/noise")).status == 404

    async def found(**query: Any) -> list[str]:
        return ids(await desk.get("requests", "/requests", **query))

    now = datetime.now(UTC)
    east = {"long_ne": LON + 2.5 * STEP, "lat_ne": LAT + 1, "long_sw": LON + 1.5 * STEP, "lat_sw": LAT - 1}
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({"status": "open"}, [lamp]),
        ({"status": "closed"}, [pipe]),
        ({"status": "open,closed"}, [pipe, lamp]),
        ({"service_code": "lighting,noise"}, [lamp]),
        ({"service_code": ""}, [pipe, lamp]),
        ({"page_size": 1}, [pipe]),
        ({"page_size": 1, "page": 2}, [lamp]),
        ({"page_size": 1, "page": 3}, []),
        ({"start_date": iso(now - DAY), "end_date": iso(now + DAY)}, [pipe, lamp]),
        ({"start_date": iso(now - DAY).replace("Z", "+00:00")}, [pipe, lamp]),
        ({"start_date": iso(now - DAY).replace("Z", " 0000")}, [pipe, lamp]),
        ({"end_date": iso(now - DAY)}, []),
        ({"start_date": iso(now + DAY)}, []),
        ({"updated_after": iso(now + DAY)}, []),
        ({"updated_before": iso(now - DAY)}, []),
        (east, [pipe]),
        (
            {"service_request_id": f"{lamp},nothing,{noise},{pipe},{lamp}", "status": "open", "page_size": 1},
            [lamp, pipe],
        ),
        ({"service_request_id": "nothing"}, []),
        ({"service_request_id": lamp, "start_date": "yesterday", "page": "x", "long_ne": "1"}, [lamp]),
        ({"page_size": 1001}, [pipe, lamp]),
        ({"start_date": iso(now - DAY).lower()}, [pipe, lamp]),
    ]
    for query, wanted in expected:
        assert await found(**query) == wanted, query
    assert set(await found(updated_after=iso(now - DAY))) == {lamp, pipe}
    first = await desk.get("requests", "/requests", page_size=1)
    assert 'rel="next"' in first.headers["link"]
    assert "page=2" in first.headers["link"]

    for query in (
        {"start_date": "yesterday"},
        {"start_date": "2026-01-01T00:00:00"},
        {"start_date": iso(now - 100 * DAY), "end_date": iso(now)},
        {"start_date": iso(now), "end_date": iso(now - DAY)},
        {"status": "lost"},
        {"page": "0"},
        {"page_size": "0"},
        {"page": "x"},
        {"long_ne": "1"},
        {"dates": "never"},
        {"extensions": "perhaps"},
        {"extensions": "true", "service_request_id": ",".join([lamp] * 101)},
        {"jurisdiction_id": "x" * 200},
    ):
        assert (await desk.refused("/requests", **query)).status == 400, query
    for far in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert await found(start_date=far, end_date=far) == []


async def test_a_reason_is_told_masked(desk: Desk, api: Api) -> None:
    id = await desk.requested()
    await api.made(STAFF, f"/cases/{id}/reject", {"reason": "重复诉求，请联系13812345678"})
    [request] = (await desk.get("requests", f"/requests/{id}")).value
    assert request["status"] == "closed"
    assert "重复诉求" in request["status_notes"]
    assert "13812345678" not in request["status_notes"]


async def test_no_list_reads_a_whole_collection(store: Kept, db: Database) -> None:
    now = datetime.now(UTC)
    window = {"start_date": now - DAY, "end_date": now}
    for given in (
        {},
        {"status": "open"},
        {"service_code": "lighting"},
        window,
        {**window, "dates": "requested"},
        {**window, "dates": "updated"},
        {"updated_after": now - DAY},
        {"long_ne": 122.0, "lat_ne": 32.0, "long_sw": 121.0, "lat_sw": 31.0},
    ):
        asked = Parameters(**given).asked(now, 1000)
        plan = await db[ROWS].find(asked.query(HERE)).sort(asked.sort).limit(1001).explain()
        used = stages(plan["queryPlanner"]["winningPlan"])
        assert "COLLSCAN" not in used, given
        assert used & {"IXSCAN"}, given
    journal = db["journal"].find(told(Window(now - DAY, now), HERE)).sort([("time", 1), ("_id", 1)])
    used = stages((await journal.limit(1001).explain())["queryPlanner"]["winningPlan"])
    assert used & {"IXSCAN"}
    assert not used & {"COLLSCAN", "SORT"}
    for name, query in (("open311_keys", {"digest": "x"}), ("open311_keys", {"community": HERE})):
        plan = await db[name].find(query).explain()
        assert "COLLSCAN" not in stages(plan["queryPlanner"]["winningPlan"])
