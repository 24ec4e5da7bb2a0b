"""Names beside codes: venues, hosts and kinds, in the caller's language; and what each caller may do."""

from typing import Any

from services.chassis.runtime import Runtime
from services.events.names.store import PLACES, TEAMS
from services.events.settings import EventsSettings
from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import an_activity
from tests.unit.events.given import HOME, HOUR, STAFF, START, resident


async def _copied(runtime: Runtime[EventsSettings], collection: str, id: str, **state: Any) -> None:
    await runtime.database[collection].insert_one({"_id": id, "community": HOME, "seq": 1, "state": state})


async def test_names_stand_beside_ids_and_each_reads_what_they_may_do(
    api: Caller, runtime: Runtime[EventsSettings], hand: Hand
) -> None:
    await api.ok(STAFF, "/venues", {"community": HOME, "venue": "committee-hall", "zh": "议事厅", "en": "Hall"})
    await _copied(runtime, TEAMS, "team-1", title="葫芦丝队", title_en=None)
    await _copied(runtime, PLACES, "building-9", title="9号楼")
    choices = (await api.get(None, "/choices", community=HOME)).json()
    assert choices["venues"] == [{"code": "committee-hall", "zh": "议事厅", "en": "Hall"}]
    assert choices["hosts"] == [{"id": "team-1", "kind": "team", "zh": "葫芦丝队", "en": None}]
    assert {"code": "clinic", "zh": "义诊", "en": "Clinic"} in choices["kinds"]
    body = an_activity(building="building-9", details={"host": "team-1", "host_kind": "team"}, capacity=2)
    made = await api.ok(STAFF, "/activities", body)
    assert made["names"] == {
        "kind": "Clinic",
        "status": "Scheduled",
        "venue": "Hall",
        "building": "9号楼",
        "host": "葫芦丝队",
    }
    place = f"/activities/{made['id']}"
    zh = (await api.get(resident(1), place, {"Accept-Language": "zh"})).json()
    assert (zh["names"]["venue"], [each["command"] for each in zh["can"]]) == ("议事厅", ["registrations"])
    assert (await api.get(None, place)).json()["can"] == []
    await api.ok(resident(1), f"{place}/registrations", {"party": 2})
    mine = (await api.get(resident(1), "/my/activities?as=registered&when=ahead")).json()
    assert [each["command"] for each in mine["items"][0]["can"]] == [
        "registrations/me/withdraw",
        "registrations/me/change",
        "registrations/me/answer",
    ]
    assert (await api.get(resident(1), "/my/activities", when="over")).json()["total"] == 0
    staff = {each["command"] for each in (await api.get(STAFF, place)).json()["can"]}
    assert staff == {"registrations", "registrations/{person}/remove", "change", "move", "cancel"}
    hand.wait(START - hand.now)
    door = {each["command"] for each in (await api.get(STAFF, place)).json()["can"]}
    assert door == {"registrations/{person}/remove", "change", "check-ins", "scans", "walk-ins"}


async def test_a_venue_says_in_which_building_what_takes_place_there_is(
    api: Caller, runtime: Runtime[EventsSettings]
) -> None:
    await _copied(runtime, PLACES, "building-5", title="5号楼")
    room = {"community": HOME, "venue": "activity-room", "zh": "活动室", "building": "building-5"}
    await api.ok(STAFF, "/venues", room)
    made = await api.ok(STAFF, "/activities", an_activity(venue="activity-room", building=None))
    assert (made["building"], made["names"]["building"]) == (None, "5号楼")
    linked = (await api.get(None, f"/activities/{made['id']}/schema-org")).json()
    assert linked["location"]["containedInPlace"]["name"] == "5号楼"


async def test_activities_are_found_by_day_and_by_free_places(api: Caller) -> None:
    full = await api.ok(STAFF, "/activities", an_activity(capacity=2))
    await api.ok(resident(1), f"/activities/{full['id']}/registrations", {"party": 2})
    wide = await api.ok(STAFF, "/activities", an_activity(starts_at=(START + HOUR).isoformat()))
    of_day = (await api.get(None, "/activities", community=HOME, day="2026-03-07")).json()
    assert (of_day["total"], [each["id"] for each in of_day["items"]]) == (2, [full["id"], wide["id"]])
    assert (await api.get(None, "/activities", community=HOME, day="2026-03-08")).json()["total"] == 0
    free = (await api.get(None, "/activities", community=HOME, free=2)).json()
    assert [each["id"] for each in free["items"]] == [wide["id"]]
    days = {"starts_at": "2027-10-08T00:00:00+08:00", "ends_at": "2027-10-10T00:00:00+08:00", "all_day": True}
    fair = await api.ok(STAFF, "/activities", an_activity(**days))
    found = {}
    for n in range(7, 11):
        on = (await api.get(None, "/activities", community=HOME, day=f"2027-10-{n:02}")).json()
        found[n] = [each["id"] for each in on["items"]]
    assert found == {7: [], 8: [fair["id"]], 9: [fair["id"]], 10: []}
    assert (await api.get(None, "/activities", community=HOME, free=5)).json()["items"] == []


async def test_a_series_says_what_may_be_done_with_it(api: Caller) -> None:
    series = await api.ok(STAFF, "/series", an_activity(rule="FREQ=MONTHLY;BYDAY=1SA"))
    assert [each["command"] for each in series["can"]] == ["change", "skip", "dates", "pause", "end"]
    assert (series["names"]["status"], series["names"]["kind"]) == ("Running", "Clinic")
    place = f"/series/{series['id']}"
    skipped = await api.ok(STAFF, f"{place}/skip", {"on": "2026-04-04"})
    assert "restore" in [each["command"] for each in skipped["can"]]
    assert (await api.get(resident(1), place)).json()["can"] == []
    ended = await api.ok(STAFF, f"{place}/end", {"cancels": True})
    assert ended["can"] == []
