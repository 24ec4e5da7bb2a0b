"""Photos of a handling over HTTP: new ones only, each once, with the camera's time for who verifies."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from services.chassis.clock import utc_now
from services.chassis.principal import Role
from tests.integration.issues.calling import Api, a_community
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.world import HERE, RESIDENT, STAFF, SUPERVISOR, WALKER, person

TAKEN = "2026:11:26 08:15:00"
FIXED = {"community": HERE, "category": "lighting", "fixed": True}


async def _dispatched(api: Api, unit: str, house: str) -> str:
    report = {"community": HERE, "category": "lighting", "place": house, "text": "灯不亮"}
    case = (await api.made(RESIDENT, "/cases", report))["id"]
    await api.made(STAFF, f"/cases/{case}/accept", {})
    await api.made(STAFF, f"/cases/{case}/dispatch", {"unit": unit})
    return str(case)


async def _sent(api: Api, by: Any, data: bytes | None = None) -> str:
    return str((await api.photo(by, data)).json["id"])


async def test_a_photo_shows_one_handling_and_none_that_began_after_it(api: Api) -> None:
    unit, houses = await a_community(api)
    handler, mate = (person(sub, Role.HANDLER, units=(unit,)) for sub in ("handler-1", "handler-2"))
    early = a_picture("navy")
    old = await _sent(api, handler, early)
    first, second = [await _dispatched(api, unit, house) for house in houses[:2]]

    async def handled(case: str, by: Any, photo: str) -> Any:
        return await api.post(by, f"/cases/{case}/handle", {"photos": [photo]})

    assert (await handled(first, handler, old)).code == "case.evidence-old"
    assert (await handled(first, mate, await _sent(api, mate, early))).code == "case.evidence-old"
    new = await _sent(api, handler)
    key = {"Idempotency-Key": "handled-once"}
    answer = await api.post(handler, f"/cases/{first}/handle", {"photos": [new]}, key)
    assert (answer.status, answer.json["inside"]["after"]) == (200, [new])
    assert (await api.post(handler, f"/cases/{first}/handle", {"photos": [new]}, key)).status == 200
    assert (await handled(second, handler, new)).code == "case.evidence-used"
    await api.made(SUPERVISOR, f"/cases/{first}/send-back", {"reason": "仍不亮"})
    assert (await handled(first, handler, new)).code == "case.evidence-used"
    assert (await handled(first, handler, await _sent(api, handler))).status == 200


async def test_of_two_cases_that_name_a_photo_at_once_one_gets_it(api: Api) -> None:
    unit, houses = await a_community(api)
    handler = person("handler-1", Role.HANDLER, units=(unit,))
    cases = [await _dispatched(api, unit, house) for house in houses]
    photo = {"photos": [await _sent(api, handler)]}
    answers = await asyncio.gather(*(api.post(handler, f"/cases/{case}/handle", photo) for case in cases))
    assert sorted(answer.status for answer in answers) == [200, 409, 409]
    assert {answer.code for answer in answers if answer.status == 409} == {"case.evidence-used"}


async def test_what_was_fixed_on_the_spot_is_shown_by_a_photo_of_its_own(api: Api) -> None:
    _, houses = await a_community(api)
    photo = await _sent(api, STAFF)
    fixed = {**FIXED, "place": houses[0], "after": [photo]}
    assert (await api.post(STAFF, "/cases", fixed)).status == 201
    assert (await api.post(STAFF, "/cases", {**fixed, "place": houses[1]})).code == "case.evidence-used"


async def test_what_was_put_right_on_a_walk_is_shown_by_new_photos_each_once(api: Api) -> None:
    _, houses = await a_community(api)
    early, before = [await _sent(api, WALKER) for _ in range(2)]
    await api.made(STAFF, "/cases", {**FIXED, "place": houses[0], "after": [await _sent(api, STAFF, a_picture("red"))]})
    plan = {"community": HERE, "buildings": houses, "starts_at": utc_now().isoformat()}
    at = f"/rounds/{(await api.made(WALKER, '/rounds', plan))['id']}/visits"
    new, other = [await _sent(api, WALKER) for _ in range(2)]
    theirs = await _sent(api, WALKER, a_picture("red"))

    def floor(id: str, *findings: list[str], shown: Sequence[str] = ()) -> dict[str, Any]:
        found = [
            {"id": f"f{n}", "category": "wall", "fixed": True, "before": list(shown), "after": after}
            for n, after in enumerate(findings)
        ]
        return {"id": id, "building": houses[0], "floor": 1, "findings": found}

    async def code(visit: dict[str, Any]) -> str | None:
        answer = await api.post(WALKER, at, visit)
        return answer.code if answer.status >= 400 else None

    assert await code(floor("v0", [early])) == "visit.evidence-old"
    assert await code(floor("v1", [theirs])) == "visit.evidence-used", "the picture of a case"
    assert await code(floor("v2", [new], [new])) == "visit.evidence-used"
    assert await code(floor("v3", [new], shown=[new])) == "visit.evidence-used", "nothing has changed since"
    assert await code(floor("v4", [new], shown=[before])) is None
    assert await code(floor("v4", [new], shown=[before])) is None, "the same walk again"
    assert await code(floor("v5", [new])) == "visit.evidence-used"
    both = await asyncio.gather(*(api.post(WALKER, at, floor(id, [other])) for id in ("v6", "v7", "v6")))
    assert {answer.status for answer in both} <= {200, 201, 409}
    kept = [visit for visit in (await api.get(STAFF, at)).json["items"] if visit["client_id"] in ("v6", "v7")]
    assert len(kept) == 1
    batch = [floor("v8", [await _sent(api, WALKER)]), floor("v9", [new]), floor("v10", [early])]
    results = (await api.post(WALKER, f"{at}/batch", {"visits": batch})).json["results"]
    assert [(result["error"] or {}).get("code") for result in results] == [
        None,
        "visit.evidence-used",
        "visit.evidence-old",
    ]
    assert [[each["id"] for each in result["findings"]] for result in results] == [[], ["f0"], ["f0"]]


async def test_the_time_that_the_camera_told_is_for_who_verifies(api: Api) -> None:
    unit, houses = await a_community(api)
    handler = person("handler-1", Role.HANDLER, units=(unit,))
    case = await _dispatched(api, unit, houses[0])
    photo = await _sent(api, handler, a_picture("teal", taken=TAKEN))
    await api.made(handler, f"/cases/{case}/handle", {"photos": [photo]})
    for by in (handler, RESIDENT, person("someone", Role.GRID_WORKER)):
        assert (await api.get(by, f"/cases/{case}/evidence")).status == 403
        assert TAKEN[:10].replace(":", "-") not in (await api.get(by, f"/cases/{case}")).content.decode()
    [told] = (await api.get(SUPERVISOR, f"/cases/{case}/evidence")).json
    assert (told["photo"], datetime.fromisoformat(told["taken_at"])) == (
        photo,
        datetime(2026, 11, 26, 0, 15, tzinfo=UTC),
    )
    assert b"2026:11:26" not in (await api.get(SUPERVISOR, f"/photos/{photo}")).content
