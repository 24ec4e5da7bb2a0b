"""Whom it would affect if a date was skipped or restored, or a series paused: shown before, and nothing is saved."""

from services.contracts.activities import ActivityRegistered, ActivityScheduled
from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.integration.wire import Wire
from tests.unit.events.given import STAFF, resident

NEAR, FAR = ("2026-03-21", "2026-03-28"), ("2026-08-15", "2026-08-22")


async def test_those_with_a_seat_and_those_enrolled_far_ahead_are_shown_before(running: tuple[Caller, Wire]) -> None:
    api, wire = running
    series = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;BYDAY=SA")))["id"]
    await wire.wait_for_many(5, ActivityScheduled, series=series)
    await api.ok(resident(1), f"/series/{series}/enrolments", {"left_out": [NEAR[1], FAR[1]]})
    await wire.wait_for_many(4, ActivityRegistered, person="resident-1")
    before = (await api.get(STAFF, f"/series/{series}")).json()

    async def shown(command: str, body: dict[str, str]) -> list[tuple[str, list[str], int, list[str]]]:
        """Day, messages, parties with a seat, and who is enrolled."""
        found = await api.ok(STAFF, f"/series/{series}/{command}/preview", body)
        return [(each["starts_at"][:10], each["told"], each["seated"], each["enrolled"]) for each in found]

    assert await shown("skip", {"on": NEAR[0]}) == [(NEAR[0], ["cancelled"], 1, [])]
    assert await shown("skip", {"on": NEAR[1]}) == [(NEAR[1], ["cancelled"], 0, [])]
    assert await shown("skip", {"on": FAR[0]}) == [(FAR[0], ["cancelled"], 0, ["resident-1"])]
    assert await shown("skip", {"on": FAR[1]}) == []
    assert await shown("pause", {"since": NEAR[0], "until": "2026-03-29"}) == [
        (NEAR[0], ["cancelled"], 1, []),
        (NEAR[1], ["cancelled"], 0, []),
    ]
    assert await shown("pause", {"since": FAR[0], "until": "2026-08-30"}) == [
        (FAR[0], ["cancelled"], 0, ["resident-1"]),
        ("2026-08-29", ["cancelled"], 0, ["resident-1"]),
    ]
    assert (await api.get(STAFF, f"/series/{series}")).json() == before, "nothing was saved"

    for on in (*NEAR, FAR[0]):
        await api.ok(STAFF, f"/series/{series}/skip", {"on": on})
        assert await shown("skip", {"on": on}) == [], "it is skipped already"
    assert await shown("restore", {"on": NEAR[0]}) == [(NEAR[0], ["registered"], 0, ["resident-1"])]
    assert await shown("restore", {"on": NEAR[1]}) == []
    assert await shown("restore", {"on": FAR[0]}) == [(FAR[0], ["registered"], 0, ["resident-1"])]

    await api.ok(STAFF, f"/series/{series}/restore", {"on": NEAR[0]})
    await wire.wait_for(ActivityRegistered, person="resident-1", restored=True)
    for command, body in (
        ("skip", {"on": "2026-03-22"}),
        ("restore", {"on": "2026-04-04"}),
        ("pause", {"since": "2026-05-01", "until": "2026-05-01"}),
    ):
        refused = await api.post(STAFF, f"/series/{series}/{command}/preview", body)
        saved = await api.post(STAFF, f"/series/{series}/{command}", body)
        assert (refused.status_code, refused.json()["code"]) == (saved.status_code, saved.json()["code"])
        assert refused.status_code in (404, 409, 422)
    for command, body in (("skip", {"on": FAR[1]}), ("pause", {"since": FAR[0], "until": FAR[1]})):
        assert (await api.post(resident(1), f"/series/{series}/{command}/preview", body)).status_code == 403
