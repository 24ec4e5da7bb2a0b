"""An update that is sent again, and the time that it tells."""

from typing import Any

from tests.integration.issues.calling import Api
from tests.integration.issues.open311.desk import Desk
from tests.unit.issues.world import STAFF

UPDATES = "/servicerequestupdates"


async def test_an_update_that_is_sent_again_in_other_spelling_is_the_same(
    desk: Desk, api: Api, places: tuple[str, list[str]]
) -> None:
    id = await desk.requested()
    said = {"service_request_id": id, "update_id": "u1", "status": "OPEN", "description": "三楼的树"}
    first = {**said, "updated_datetime": "2026-05-01T09:30:00+08:00", "phone": "0311 8888"}
    taken = (await desk.post("updated", UPDATES, data=first)).only["update_id"]
    again: dict[str, Any] = {name: f"{text} " for name, text in said.items()}
    again |= {"status": "open", "phone": "(0311) 8888"}
    same = await desk.post("updated", UPDATES, data={**again, "updated_datetime": "2026-05-01t01:30:00z"})
    assert same.only["update_id"] == taken
    other = await desk.post("errors", UPDATES, data={**first, "description": "四楼的树"})
    assert (other.status, "update_id" in other.only["description"]) == (400, True)
    case = (await api.get(STAFF, f"/cases/{id}")).json
    assert [each["text"] for each in case["inside"]["remarks"]] == ["三楼的树"]


async def test_what_is_no_time_is_refused_and_a_time_may_lack_its_zone(
    desk: Desk, api: Api, places: tuple[str, list[str]]
) -> None:
    id = await desk.requested()
    said = {"service_request_id": id, "status": "OPEN", "description": "三楼的树"}
    for wrong in ("yesterday", "1777599000", "2026-13-01T00:00:00Z", "01/05/2026"):
        refused = await desk.post("errors", UPDATES, data={**said, "update_id": "u1", "updated_datetime": wrong})
        assert refused.status == 400, wrong
        assert "updated_datetime" in refused.only["description"], wrong
    times = ("2026-05-01T09:30:00Z", "2026-05-01T09:30:00", "2026-05-01 09:30:00.5", "2026-05-01", " ")
    for number, time in enumerate(times):
        await desk.post("updated", UPDATES, data={**said, "update_id": f"n{number}", "updated_datetime": time})
    case = (await api.get(STAFF, f"/cases/{id}")).json
    assert [each["text"] for each in case["inside"]["remarks"]] == ["三楼的树"] * len(times)
