"""A series on Kafka: its activities follow when its dates change, and who is affected is told before."""

from services.contracts.activities import ActivityCancelled, ActivityChanged, ActivityMoved, ActivityScheduled
from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.integration.wire import Wire
from tests.unit.events.given import HOME, STAFF, resident


async def test_activities_follow_their_series(running: tuple[Caller, Wire]) -> None:
    api, wire = running
    series = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;BYDAY=SA", details={"bring": "水杯"})))["id"]
    scheduled = await wire.wait_for_many(8, ActivityScheduled, series=series)
    assert {data["details"]["bring"] for _, data in scheduled} == {"水杯"}
    by_day = {data["occurrence"]: envelope.partitionkey for envelope, data in scheduled}
    await api.ok(resident(1), f"/activities/{by_day['2026-03-21']}/registrations", {"party": 2})

    change = {"scope": "following", "on": "2026-03-21", "at": "14:30", "title": "下午义诊"}
    told = await api.ok(STAFF, f"/series/{series}/change/preview", change)
    assert len(told) == 6
    assert (told[0]["seated_heads"], told[0]["told"]) == (2, ["changed", "moved"])
    await api.ok(STAFF, f"/series/{series}/change", change)
    assert len(await wire.wait_for_many(6, ActivityMoved, asks_until=None)) == 6
    assert len(await wire.wait_for_many(6, ActivityChanged, title="下午义诊")) == 6
    listed = (await api.get(None, "/activities", community=HOME, series=series)).json()["items"]
    assert [item["starts_at"][11:16] for item in listed] == ["01:00"] * 2 + ["06:30"] * 6

    await api.ok(STAFF, f"/series/{series}/skip", {"on": "2026-03-14"})
    await wire.wait_for(ActivityCancelled, status="cancelled")
    await api.ok(STAFF, f"/series/{series}/restore", {"on": "2026-03-14"})
    first, again = await wire.wait_for_many(2, ActivityScheduled, occurrence="2026-03-14")
    assert first[0].partitionkey != again[0].partitionkey
    assert again[1]["title"] == "每月义诊"

    await api.ok(resident(2), f"/activities/{again[0].partitionkey}/registrations", {})
    await api.ok(STAFF, f"/activities/{again[0].partitionkey}/cancel", {"reason": "大雨"})
    cancelled = (await api.get(STAFF, f"/series/{series}")).json()
    assert "restore" in [each["command"] for each in cancelled["can"]]
    await api.ok(STAFF, f"/series/{series}/restore", {"on": "2026-03-14"})
    third = (await wire.wait_for_many(3, ActivityScheduled, occurrence="2026-03-14"))[-1][0].partitionkey
    assert third not in (first[0].partitionkey, again[0].partitionkey)
    twice = await api.post(STAFF, f"/series/{series}/restore", {"on": "2026-03-14"})
    assert (twice.status_code, twice.json()["code"]) == (409, "series.not-skipped")

    mine = (await api.get(resident(2), "/my/activities")).json()["items"]
    assert [each["registration"]["status"] for each in mine] == ["cancelled"]  # they are not in the one that stands
    await api.ok(resident(2), f"/activities/{third}/registrations", {})
    lists = [
        await api.get(None, "/activities", community=HOME, day="2026-03-14"),
        await api.get(resident(2), "/my/activities"),
    ]
    assert [[each["id"] for each in found.json()["items"]] for found in lists] == [[third]] * 2
    off = (await api.get(None, "/activities", community=HOME, day="2026-03-14", status="cancelled")).json()["items"]
    assert {each["id"] for each in off} == {first[0].partitionkey, again[0].partitionkey}
