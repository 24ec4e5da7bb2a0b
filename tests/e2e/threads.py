"""The two threads that run through all four services, told as people would tell them.

Each can be told again in the same house, in another community.
"""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from services.chassis.principal import Role
from tests.e2e.house import Hand, House
from tests.waiting import eventually


async def _compound_with_building(house: House, staff: Hand) -> dict[str, Any]:
    compound = await staff.post(
        "/api/issues/v1/places", {"community": house.community, "kind": "compound", "title": "都市阳光小区"}
    )
    building: dict[str, Any] = await staff.post(
        "/api/issues/v1/places",
        {
            "community": house.community,
            "kind": "building",
            "parent": compound["id"],
            "title": "9号楼",
            "number": 9,
            "floors": 18,
            "households": 126,
        },
    )
    return building


async def _photo(house: House, hand: Hand, colour: str) -> str:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(picture, "JPEG")
    answer = await hand.http.post(
        "/api/issues/v1/photos",
        data={"community": house.community},
        files={"photo": ("灯.jpg", picture.getvalue(), "image/jpeg")},
    )
    answer.raise_for_status()
    return str(answer.json()["id"])


async def a_finding_is_put_right(house: House) -> None:
    """Found in a round, dispatched, handled, verified by somebody else; the board shows it and its finder is told."""
    staff = house.newcomer("staff", Role.STAFF)
    walker = house.newcomer("walker", Role.GRID_WORKER)
    supervisor = house.newcomer("supervisor", Role.SUPERVISOR)
    building = await _compound_with_building(house, staff)
    unit = await staff.post(
        "/api/issues/v1/units",
        {"community": house.community, "code": "property", "kind": "property", "title": "都市阳光物业"},
    )
    fixer = house.newcomer("fixer", Role.HANDLER, unit=unit["id"])

    round = await staff.post(
        "/api/issues/v1/rounds",
        {
            "community": house.community,
            "buildings": [building["id"]],
            "walker": walker.sub,
            "starts_at": datetime.now(UTC).isoformat(),
        },
    )
    dark = {"id": "lamp", "category": "lighting", "title": "七楼电梯口照明灯不亮", "fixed": False}
    tile = {
        "id": "tile",
        "category": "wall",
        "title": "墙砖松动",
        "fixed": True,
        "after": [await _photo(house, walker, "white")],
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
        f"/api/issues/v1/cases/{lamp}/handle", {"note": "换了灯泡", "photos": [await _photo(house, fixer, "yellow")]}
    )
    refused = await fixer.http.post(f"/api/issues/v1/cases/{lamp}/verify", json={})
    assert refused.status_code in (403, 409), "who handled it must not verify it"
    await supervisor.post(f"/api/issues/v1/cases/{lamp}/verify", {})
    await walker.post(f"/api/issues/v1/rounds/{round['id']}/complete")

    async def published() -> dict[str, Any] | None:
        answer = await staff.http.get(f"/api/notify/v1/board/{house.community}")
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


async def a_hardship_is_looked_into(house: House) -> None:
    """Reported in confidence, filed, taken back into the open as what it turns out to be; and one that goes the way."""
    staff, resident = house.newcomer("staff", Role.STAFF), house.newcomer("resident", Role.RESIDENT)
    building = await _compound_with_building(house, staff)
    for reported, filed in (("hardship", None), ("hardship", "noise"), ("noise", "hardship")):
        body = {"community": house.community, "category": reported, "place": building["id"], "text": "很难"}
        case = await resident.post("/api/issues/v1/cases", body)
        await staff.post(f"/api/issues/v1/cases/{case['id']}/accept", {"category": filed} if filed else {})


async def an_activity_is_attended(house: House) -> None:
    """Scheduled, staffed by two volunteers, booked, reminded of and attended; the hours stand in the ledger."""
    staff = house.newcomer("staff", Role.STAFF)
    helpers = [house.newcomer("helper", Role.VOLUNTEER, Role.RESIDENT) for _ in range(2)]
    resident = house.newcomer("resident", Role.RESIDENT)
    building = await _compound_with_building(house, staff)
    for helper in helpers:
        mine = await helper.post(
            "/api/volunteers/v1/volunteers", {"community": house.community, "skills": ["first-aid"], "adult": True}
        )
        for step, seen in (("verify", {"skills": ["first-aid"], "adult": True}), ("approve", None)):
            await staff.post(f"/api/volunteers/v1/volunteers/{mine['id']}/{step}", seen)
    starts = datetime.now(UTC) + timedelta(minutes=40)
    clinic = await staff.post(
        "/api/events/v1/activities",
        {
            "community": house.community,
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
        return (await helper.get("/api/volunteers/v1/offers/me", community=house.community))["items"]  # type: ignore[no-any-return]

    for helper in helpers:
        need = (await eventually(lambda helper=helper: offered(helper)))[0]  # type: ignore[misc]
        yes = "take" if need["mine"] is None else "accept"  # asked together with others, or by an offer of their own
        await helper.post(f"/api/volunteers/v1/needs/{need['id']}/{yes}")

    async def staffed() -> bool:
        return bool((await staff.get(f"/api/events/v1/activities/{clinic['id']}"))["volunteers_found"] == 2)

    await eventually(staffed)
    booked = await resident.post(f"/api/events/v1/activities/{clinic['id']}/registrations", {"party": 2})
    assert booked["status"] == "registered"

    async def told() -> bool:
        kinds = {notice["kind"] for notice in (await resident.get("/api/notify/v1/me/notices"))["items"]}
        return "registration-confirmed" in kinds

    await eventually(told)
    came = datetime.now(UTC) - timedelta(minutes=10)
    for person, as_volunteer in ((resident, False), *((helper, True) for helper in helpers)):
        await staff.post(
            f"/api/events/v1/activities/{clinic['id']}/check-ins",
            {"person": person.sub, "as_volunteer": as_volunteer, "at": came.isoformat()},
        )
    for helper in helpers:
        await staff.post(
            f"/api/events/v1/activities/{clinic['id']}/check-outs", {"person": helper.sub, "as_volunteer": True}
        )

    async def credited() -> dict[str, Any] | None:
        answer = await helpers[0].http.get("/api/volunteers/v1/accounts/me", params={"community": house.community})
        account: dict[str, Any] = answer.json()
        return account if answer.status_code == 200 and account.get("minutes") else None

    account = await eventually(credited)
    assert account["minutes"] == 10
    assert [entry["activity"] for entry in account["entries"]] == [clinic["id"]]
