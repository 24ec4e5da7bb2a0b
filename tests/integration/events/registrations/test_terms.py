"""Registration over HTTP: what is answered when seats are short, something overlaps, or somebody has no account."""

from tests.integration.calling import Caller
from tests.integration.events.calling import scheduled
from tests.unit.events.given import GRID, STAFF, resident


async def test_too_few_seats_are_answered_with_what_is_left_and_nothing_is_done(api: Caller) -> None:
    path = await scheduled(api, capacity=3)
    await api.ok(resident(1), f"{path}/registrations", {"party": 2})
    refused = await api.post(resident(2), f"{path}/registrations", {"party": 2, "when_short": "ask"})
    assert (refused.status_code, refused.json()["code"]) == (409, "activity.seats-short")
    assert "1 left" in refused.json()["detail"] or "1 个" in refused.json()["detail"]
    assert (await api.get(resident(2), f"{path}/registrations/me")).status_code == 404
    await api.ok(resident(2), f"{path}/registrations", {"party": 1, "when_short": "ask"})


async def test_an_overlap_is_warned_of_and_people_without_account_have_a_registration_each(api: Caller) -> None:
    first, second = await scheduled(api), await scheduled(api, capacity=9)
    await api.ok(resident(1), f"{first}/registrations", {})
    warned = await api.post(resident(1), f"{second}/registrations", {})
    assert (warned.status_code, warned.json()["code"]) == (409, "activity.overlapping")
    await api.ok(resident(1), f"{second}/registrations", {"despite_overlap": True})
    ids = {(await api.ok(GRID, f"{second}/registrations", {"label": f"{n} 号楼阿姨"}))["person"] for n in range(5)}
    assert len(ids) == 5
    assert (await api.get(None, second)).json()["free"] == 3
    taken_out = await api.ok(STAFF, f"{second}/registrations/{ids.pop()}/remove", {"reason": "重复报名"})
    assert taken_out["status"] == "none"
