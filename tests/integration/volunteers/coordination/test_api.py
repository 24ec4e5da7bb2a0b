"""The lists of a day over HTTP, for staff alone; words for everybody."""

from datetime import datetime
from typing import Any

from services.chassis.runtime import Runtime
from services.contracts.volunteers import CarePlanRaised, NeedOpened
from services.volunteers.settings import VolunteersSettings
from tests.integration.calling import Hand
from tests.integration.volunteers.bodies import PLAN, a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.integration.wire import Wire
from tests.unit.volunteers.world import HERE, STAFF, STRANGER, person
from tests.waiting import eventually

ANN = person("ann")
ON: dict[str, Any] = {"community": HERE, "on": "2024-01-31"}


async def test_the_lists_of_a_day_name_people_places_and_work(api: Api, runtime: Runtime[VolunteersSettings]) -> None:
    state = {"title": "16号楼", "title_en": "Building 16"}
    await runtime.database["places"].insert_one({"_id": "building-16", "community": HERE, "state": state})
    await admit(api, ANN, called="安<娜>", phone="13800000000")
    need = (await api.ok(STAFF, "/needs", a_direct_need(building="building-16")))["id"]
    await api.ok(STAFF, "/needs", a_direct_need(category="haircut"))
    await api.ok(ANN, f"/needs/{need}/take")
    listed: dict[str, Any] = await api.read(STAFF, "/call-list", **ON)
    (call,) = listed["calls"]
    assert (call["name"], call["phone"], call["about"][0]["why"]) == ("安<娜>", "13800000000", "goes")
    assert call["about"][0]["place"] == {"zh": "16号楼", "en": "Building 16"}
    assert [each["work"]["zh"] for each in listed["uncovered"]] == ["上门理发"]
    for page in ("/day-sheet.html", "/call-list.html"):
        answer = await api.get(STAFF, page, **ON)
        assert "安&lt;娜&gt;" in answer.text
        assert "16号楼" in answer.text
        for nobody in (ANN, STRANGER):
            assert (await api.get(nobody, page, **ON)).status_code == 403


async def test_every_code_has_its_words(api: Api) -> None:
    sets = (await api.get(None, "/words")).json()["sets"]
    assert {"code": "visit", "zh": "上门慰问", "en": "Visit"} in sets["care-kind"]
    assert {"code": "chat", "zh": "陪伴聊天", "en": "Chat"} in sets["care-kind"]
    assert sets["filter"][0]["code"] == "approved"


async def test_an_elder_and_their_family_see_who_comes_and_show_the_code(running: tuple[Api, Wire], hand: Hand) -> None:
    api, wire = running
    daughter, elder = person("daughter-1"), person("elder-1")
    await admit(api, ANN, called="安姐")
    plan = await api.ok(STAFF, "/care-plans", {**PLAN, "family": ["daughter-1"]})
    _, raised = await wire.wait_for(CarePlanRaised)
    need = raised["visits"][0]["need"]
    await wire.wait_for(NeedOpened, care_plan=plan["id"])
    await eventually(lambda: taken(api, need))
    for by in (daughter, elder):
        first = (await api.read(by, "/visits/me", community=HERE))["items"][0]
        assert (first["need"], first["helpers"], first["work"]["zh"]) == (need, ["安姐"], "上门慰问")
    assert (await api.read(ANN, "/visits/me", community=HERE))["items"] == []
    hand.now = datetime.fromisoformat(raised["visits"][0]["starts_at"])
    code = (await api.read(daughter, f"/needs/{need}/code"))["digits"]
    assert (await api.ok(ANN, f"/needs/{need}/check-in", {"code": code}))["arrival"] == "code"


async def taken(api: Api, need: str) -> bool:
    """Ann has a seat; the need may not be there yet."""
    return (await api.post(ANN, f"/needs/{need}/take")).status_code == 200
