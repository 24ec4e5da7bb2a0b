"""A series over HTTP, from its start to its end."""

from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.unit.events.given import HOME, STAFF, resident


async def test_series_over_http(api: Caller) -> None:
    body = an_activity(rule="FREQ=MONTHLY;BYDAY=1SA")
    made = await api.ok(STAFF, "/series", body)
    place = f"/series/{made['id']}"
    assert (made["rule"], made["minutes"], made["status"]) == ("FREQ=MONTHLY;BYDAY=1SA", 120, "running")
    assert (await api.ok(STAFF, f"{place}/skip", {"on": "2026-04-04"}))["skipped"] == ["2026-04-04"]
    none = await api.post(STAFF, f"{place}/skip", {"on": "2026-04-05"})
    assert (none.status_code, none.json()["code"]) == (422, "series.no-such-date")
    assert (await api.post(resident(1), f"{place}/end")).status_code == 403
    assert (await api.ok(STAFF, f"{place}/end"))["status"] == "ended"
    assert (await api.get(None, place)).json()["status"] == "ended"
    assert [s["id"] for s in (await api.get(None, "/series", community=HOME)).json()["items"]] == [made["id"]]
    bad = await api.post(STAFF, "/series", an_activity(rule="FREQ=SECONDLY"))
    assert (bad.status_code, bad.json()["code"]) == (422, "series.rule-unreadable")
