"""The two threads that run through all four services, told as people would tell them."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from services.chassis.principal import Role
from tests.e2e.house import COMMUNITY, Hand, House, eventually


async def _compound_with_building(staff: Hand) -> dict[str, Any]:
    compound = await staff.post(
        "/api/issues/v1/places", {"community": COMMUNITY, "kind": "compound", "title": "都市阳光小区"}
    )
    building: dict[str, Any] = await staff.post(
        "/api/issues/v1/places",
        {
            "community": COMMUNITY,
            "kind": "building",
            "parent": compound["id"],
            "title": "9号楼",
            "number": 9,
            "floors": 18,
            "households": 126,
        },
    )
    return building


async def _photo(hand: Hand, colour: str) -> str:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(picture, "JPEG")
    answer = await hand.http.post(
        "/api/issues/v1/photos",
        data={"community": COMMUNITY},
        files={"photo": ("灯.jpg", picture.getvalue(), "image/jpeg")},
    )
    answer.raise_for_status()
    return str(answer.json()["id"])


async def test_a_finding_is_dispatched_handled_verified_and_published(house: House) -> None:
    staff = house.hand("staff-1", Role.STAFF)
    walker = house.hand("walker-1", Role.GRID_WORKER)
    supervisor = house.hand("supervisor-1", Role.SUPERVISOR)
    building = await _compound_with_building(staff)
    unit = await staff.post(
        "/api/issues/v1/units",
        {"community": COMMUNITY, "code": "property", "kind": "property", "title": "都市阳光物业"},
    )
    fixer = house.hand("fixer-1", Role.HANDLER, unit=unit["id"])

    round = await staff.post(
        "/api/issues/v1/rounds",
        {
            "community": COMMUNITY,
            "buildings": [building["id"]],
            "walker": "walker-1",
            "starts_at": datetime.now(UTC).isoformat(),
        },
    )
    dark = {"id": "lamp", "category": "lighting", "title": "七楼电梯口照明灯不亮", "fixed": False}
    tile = {
        "id": "tile",
        "category": "wall",
        "title": "墙砖松动",
        "fixed": True,
        "after": [await _photo(walker, "white")],
    }
    visit = await walker.post(
        f"/api/issues/v1/rounds/{round['id']}/visits",
        {"id": "visit-7", "building": building["id"], "floor": 7, "findings": [dark, tile]},
    )
    lamp = next(finding for finding in visit["findings"] if finding["id"] == "lamp")["case"]

    async def handed_over() -> bool:
        return (await staff.http.get(f"/api/issues/v1/cases/{lamp}")).status_code == 200

    await eventually(handed_over)
    await staff.post(f"/api/issues/v1/cases/{lamp}/dispatch", {"unit": unit["id"]})
    await fixer.post(f"/api/issues/v1/cases/{lamp}/start")
    await fixer.post(
        f"/api/issues/v1/cases/{lamp}/handle", {"note": "换了灯泡", "photos": [await _photo(fixer, "yellow")]}
    )
    refused = await fixer.http.post(f"/api/issues/v1/cases/{lamp}/verify", json={})
    assert refused.status_code in (403, 409), "who handled it must not verify it"
    await supervisor.post(f"/api/issues/v1/cases/{lamp}/verify", {})
    await walker.post(f"/api/issues/v1/rounds/{round['id']}/complete")

    async def published() -> dict[str, Any] | None:
        answer = await staff.http.get(f"/api/notify/v1/board/{COMMUNITY}")
        if answer.status_code != 200:
            return None
        findings: dict[str, Any] = answer.json()["findings"]
        return findings if findings["put_right"] == 2 and findings["found"] == 2 else None

    findings = await eventually(published)
    assert findings["on_the_spot"] == 1

    async def told() -> list[Any]:
        notices = (await walker.get("/api/notify/v1/me/notices"))["items"]
        return [notice for notice in notices if notice["kind"] == "case-verified" and notice["about"] == lamp]

    assert len(await eventually(told)) == 1


async def test_an_activity_is_staffed_booked_attended_and_credited(house: House) -> None:
    staff = house.hand("staff-1", Role.STAFF)
    helpers = [house.hand(f"helper-{n}", Role.VOLUNTEER, Role.RESIDENT) for n in (1, 2)]
    resident = house.hand("resident-1", Role.RESIDENT)
    building = await _compound_with_building(staff)
    for helper in helpers:
        await helper.post(
            "/api/volunteers/v1/volunteers", {"community": COMMUNITY, "skills": ["first-aid"], "adult": True}
        )
    starts = datetime.now(UTC) + timedelta(minutes=40)
    clinic = await staff.post(
        "/api/events/v1/activities",
        {
            "community": COMMUNITY,
            "title": "每月义诊",
            "kind": "clinic",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=2)).isoformat(),
            "venue": "central-square",
            "building": building["id"],
            "capacity": 30,
            "volunteers_needed": 2,
            "skill": "first-aid",
        },
    )

    async def offered(helper: Hand) -> list[Any]:
        return (await helper.get("/api/volunteers/v1/offers/me", community=COMMUNITY))["items"]  # type: ignore[no-any-return]

    for helper in helpers:
        need = (await eventually(lambda helper=helper: offered(helper)))[0]  # type: ignore[misc]
        await helper.post(f"/api/volunteers/v1/needs/{need['id']}/accept")

    async def staffed() -> bool:
        return bool((await staff.get(f"/api/events/v1/activities/{clinic['id']}"))["volunteers_found"] == 2)

    await eventually(staffed)
    booked = await resident.post(f"/api/events/v1/activities/{clinic['id']}/registrations", {"party": 2})
    assert booked["status"] == "registered"

    async def told() -> bool:
        kinds = {notice["kind"] for notice in (await resident.get("/api/notify/v1/me/notices"))["items"]}
        return {"registration-confirmed", "activity-reminder"} <= kinds

    await eventually(told)
    came = datetime.now(UTC) - timedelta(minutes=10)
    for person, as_volunteer in (("resident-1", False), ("helper-1", True), ("helper-2", True)):
        await staff.post(
            f"/api/events/v1/activities/{clinic['id']}/check-ins",
            {"person": person, "as_volunteer": as_volunteer, "at": came.isoformat()},
        )
    for person in ("helper-1", "helper-2"):
        await staff.post(
            f"/api/events/v1/activities/{clinic['id']}/check-outs", {"person": person, "as_volunteer": True}
        )

    async def credited() -> dict[str, Any] | None:
        answer = await helpers[0].http.get("/api/volunteers/v1/accounts/me", params={"community": COMMUNITY})
        account: dict[str, Any] = answer.json()
        return account if answer.status_code == 200 and account.get("minutes") else None

    account = await eventually(credited)
    assert account["minutes"] == 10
    assert [entry["activity"] for entry in account["entries"]] == [clinic["id"]]
