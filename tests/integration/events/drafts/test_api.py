"""A draft lives on a running service: begun with a template, approved, and then it is an activity that is booked."""

from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.integration.wire import Wire
from tests.unit.events.given import HOME, ORGANISER, STAFF, resident
from tests.waiting import eventually


async def test_an_approved_draft_takes_place_and_holds_its_venue(running: tuple[Caller, Wire]) -> None:
    api, _ = running
    await api.ok(STAFF, "/venues", {"community": HOME, "venue": "committee-hall", "zh": "议事厅"})
    whole = {name: value for name, value in an_activity().items() if name != "community"}
    template = await api.ok(STAFF, "/drafts", {"community": HOME, "template": True, **whole})
    begun = {
        "community": HOME,
        "based_on": template["id"],
        "starts_at": whole["starts_at"],
        "ends_at": whole["ends_at"],
    }
    draft = await api.ok(ORGANISER, "/drafts", {**begun, "title": "春季义诊"})
    place = f"/drafts/{draft['id']}"
    assert draft["names"] == {"kind": "Clinic", "status": "Draft", "venue": "议事厅", "building": None, "host": None}
    assert [each["command"] for each in draft["can"]] == ["write", "submit", "drop"]
    assert (await api.get(resident(1), place)).status_code == 404
    submitted = await api.ok(ORGANISER, f"{place}/submit")
    assert (submitted["names"]["status"], submitted["can"]) == ("Submitted", [{"command": "drop", "title": "Drop"}])
    seen = (await api.get(STAFF, place)).json()
    assert [each["title"] for each in seen["can"]] == ["Approve", "Send back", "Drop"]
    (one, _) = (await api.get(STAFF, "/drafts", community=HOME)).json()["items"]
    assert (one["names"]["venue"], one["can"]) == ("议事厅", seen["can"])
    assert (await api.post(ORGANISER, f"{place}/approve")).status_code == 403
    taken = await api.ok(STAFF, "/activities", an_activity())
    assert (await api.post(STAFF, f"{place}/approve")).json()["code"] == "venue.taken"
    await api.ok(STAFF, f"/activities/{taken['id']}/move", {"venue": "garden"})
    approved = await api.ok(STAFF, f"{place}/approve")
    at = f"/activities/{approved['activity']}"

    async def there() -> bool:
        return (await api.get(None, at)).status_code == 200

    await eventually(there)
    made = (await api.get(None, at)).json()
    assert (made["title"], made["status"], made["capacity"]) == ("春季义诊", "scheduled", 4)
    assert (await api.post(STAFF, "/activities", an_activity())).json()["code"] == "venue.taken"
    listed = (await api.get(ORGANISER, "/drafts", community=HOME)).json()
    assert [(each["status"], each["title"]) for each in listed["items"]] == [
        ("approved", "春季义诊"),
        ("template", "每月义诊"),
    ]
