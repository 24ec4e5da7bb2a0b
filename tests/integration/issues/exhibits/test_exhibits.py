"""Exhibits over HTTP: everybody gets a picture that staff show, and nobody any more where its case changes."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from services.chassis.principal import Role
from services.chassis.store.mongo import Database
from services.chassis.subscriber.handlers import Handlers
from services.contracts import issues as i
from services.contracts.event import Event
from services.contracts.issues import CaseStatus
from tests.integration.issues.calling import Api
from tests.integration.issues.opening import hear
from tests.unit.issues.world import HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, STRANGER, SUPERVISOR, person


async def a_case_put_right(api: Api, unit: str, house: str) -> dict[str, Any]:
    """A case with a picture from before and one from after; what staff would show of it."""
    handler = person("handler-1", Role.HANDLER, units=(unit,))
    before = (await api.photo(RESIDENT)).json["id"]
    report = {"community": HERE, "category": "lighting", "place": house, "text": "灯不亮", "before": [before]}
    case = (await api.made(RESIDENT, "/cases", report))["id"]
    await api.made(STAFF, f"/cases/{case}/accept", {})
    await api.made(STAFF, f"/cases/{case}/dispatch", {"unit": unit})
    after = (await api.photo(handler)).json["id"]
    await api.made(handler, f"/cases/{case}/handle", {"photos": [after]})
    await api.made(SUPERVISOR, f"/cases/{case}/verify", {})
    return {"case": case, "before": before, "after": after, "agreed": True}


async def test_everybody_gets_the_pictures_that_staff_show(api: Api, unit_and_houses: tuple[str, list[str]]) -> None:
    unit, houses = unit_and_houses
    shown = await a_case_put_right(api, unit, houses[0])
    assert (await api.post(NEIGHBOUR, "/exhibits", shown)).status == 403
    assert (await api.post(STRANGER, "/exhibits", shown)).code == "not-found"
    assert (await api.post(STAFF, "/exhibits", {**shown, "agreed": False})).code == "exhibit.not-agreed"
    exhibit = await api.made(STAFF, "/exhibits", shown)
    at = f"/exhibits/{exhibit['id']}"
    for path in (exhibit["before_url"], exhibit["after_url"]):
        picture = await api.get(None, path)
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert max(Image.open(BytesIO(picture.content)).size) <= 320
    assert (await api.get(None, f"/photos/{shown['before']}")).status == 401
    assert (await api.get(NEIGHBOUR, f"/photos/{shown['before']}")).status == 404
    assert [each["id"] for each in (await api.get(RESIDENT, "/exhibits", community=HERE)).json["items"]] == [
        exhibit["id"]
    ]
    down = await api.post(STAFF, f"{at}/take-down", {"reason": "看得见门牌"})
    assert (down.json["shown"], down.json["before_url"]) == (False, None)
    assert (await api.get(None, f"{at}/before.jpg")).status == 404
    other = {**shown, "before": shown["before"]}
    del other["case"]
    assert (await api.post(STAFF, f"{at}/show", other)).json["shown"]
    assert (await api.get(None, f"{at}/after.jpg")).status == 200


@pytest.mark.parametrize(
    "event",
    [
        i.CaseReopened(
            status=CaseStatus.REOPENED,
            unit=None,
            due_at=None,
            overdue=False,
            handled_at=None,
            closed_at=None,
            rating=None,
            reopened=1,
            previous_unit=None,
            by="resident-1",
        ),
        i.CaseWithheld(public=False, status=CaseStatus.VERIFIED, reported_at=NOW),
        i.CaseAnonymised(reporter=None, photos=0),
    ],
    ids=lambda event: event.type.split(".")[-2],
)
async def test_a_case_that_changes_takes_its_pictures_down(
    api: Api, db: Database, handlers: Handlers, unit_and_houses: tuple[str, list[str]], event: Event
) -> None:
    unit, houses = unit_and_houses
    shown = await a_case_put_right(api, unit, houses[0])
    exhibit = await api.made(STAFF, "/exhibits", shown)
    for _ in range(2):
        await hear(handlers, db, event, shown["case"], 99)
    assert (await api.get(None, f"/exhibits/{exhibit['id']}")).json["shown"] is False


async def test_a_picture_is_refused_before_the_exhibit_has_come_down(
    api: Api, unit_and_houses: tuple[str, list[str]]
) -> None:
    unit, houses = unit_and_houses
    shown = await a_case_put_right(api, unit, houses[0])
    exhibit = await api.made(STAFF, "/exhibits", shown)
    await api.made(RESIDENT, f"/cases/{shown['case']}/reopen", {"reason": "又坏了"})
    assert (await api.get(None, exhibit["before_url"])).status == 404
