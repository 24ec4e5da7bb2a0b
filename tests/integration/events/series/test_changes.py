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
