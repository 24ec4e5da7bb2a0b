"""The door over HTTP: one's own code, the list to take along and to print, scans sent twice, and walk-ins."""

from datetime import timedelta

from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import scheduled
from tests.unit.events.given import GRID, HOME, MINUTE, STAFF, START, resident


async def test_a_code_is_shown_scanned_offline_and_sent_twice(api: Caller, hand: Hand) -> None:
    path = await scheduled(api, capacity=9, details={"terms": {"children_per_adult": 1}})
    child = await api.ok(resident(1), "/children", {"community": HOME, "label": "<小宝>", "pickups": ["奶奶"]})
    await api.ok(resident(1), f"/children/{child['id']}/consent", {"text": "consent-v1"})
    await api.ok(resident(1), f"{path}/registrations", {"party": 2, "children": [child["id"]]})
    await api.ok(GRID, f"{path}/registrations", {"label": "三楼王阿姨"})
    hand.now = START
    code = (await api.get(resident(1), f"{path}/my-code")).json()
    drawn = await api.get(resident(1), f"{path}/my-code.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.content.lstrip().startswith((b"<?xml", b"<svg"))
    assert (await api.get(resident(2), f"{path}/my-code")).status_code == 404

    listed = (await api.get(STAFF, f"{path}/door-list")).json()
    assert [(row["label"], row["children"], row["pickups"]) for row in listed["rows"]] == [
        (None, ["<小宝>"], ["奶奶"]),
        ("三楼王阿姨", [], []),
    ]
    assert listed["rows"][0]["reference"] in code["text"]
    hand.now = START + timedelta(hours=1)
    scans = {
        "scans": [
            {"id": "a", "code": code["text"], "at": (START + 5 * MINUTE).isoformat()},
            {"id": "b", "person": listed["rows"][1]["person"], "at": (START + 6 * MINUTE).isoformat()},
            {"id": "c", "code": code["text"], "at": (START + 50 * MINUTE).isoformat()},
        ]
    }
    for _ in range(2):
        told = await api.ok(STAFF, f"{path}/scans", scans)
        assert [each["outcome"] for each in told["answers"]] == ["present", "present", "refused"]
    await api.ok(GRID, f"{path}/walk-ins", {"label": "路人", "heads": 3, "children": 1})
    assert (await api.get(None, path)).json()["attended"] == 6
    after = (await api.get(STAFF, f"{path}/door-list")).json()
    assert (after["children_present"], after["adults_present"], after["adults_missing"]) == (2, 4, 0)
    page = (await api.get(STAFF, f"{path}/door-list.html")).text
    assert "&lt;小宝&gt;" in page
    assert page.count("☑") == 3
    assert (await api.get(resident(1), f"{path}/door-list.html")).status_code == 404
