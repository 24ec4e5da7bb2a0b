"""Needs over HTTP: lists by their start, and why somebody is not asked."""

from typing import Any

from services.chassis.store.aggregates import Aggregates
from services.volunteers.needs.domain.need import Need
from tests.integration.volunteers.bodies import PLAN, a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person

ANN, BOB = person("ann"), person("bob")


async def test_the_reason_for_not_being_asked_is_told_to_oneself_and_to_staff(api: Api) -> None:
    await admit(api, ANN)
    need = (await api.ok(STAFF, "/needs", a_direct_need(skill="haircut")))["id"]
    why = await api.read(ANN, f"/needs/{need}/why")
    assert why["first_failure"] == "skill"
    assert [f["name"] for f in why["filters"] if not f["holds"]] == ["skill"]
    assert (await api.read(STAFF, f"/needs/{need}/why", person="ann"))["person"] == "ann"
    assert (await api.get(BOB, f"/needs/{need}/why", person="ann")).status_code == 403
    assert (await api.get(BOB, f"/needs/{need}/why")).status_code == 404


async def test_needs_are_listed_by_their_start_page_by_page(api: Api) -> None:
    begins = [NOW + (n % 5 + 1) * DAY for n in range(11)]
    for begin in begins:
        times = {"starts_at": begin.isoformat(), "ends_at": (begin + HOUR).isoformat()}
        await api.ok(STAFF, "/needs", a_direct_need(**times))
    seen: list[Any] = []
    query: dict[str, Any] = {"community": HERE, "limit": 4, "status": "open"}
    while True:
        page = await api.read(ANN, "/needs", **query)
        seen += page["items"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert len({need["id"] for need in seen}) == 11
    assert [need["starts_at"] for need in seen] == sorted(need["starts_at"] for need in seen)


async def test_needs_are_found_by_time_place_and_skill_and_a_week_of_ones_own(api: Api) -> None:
    ann = person("ann")
    await admit(api, ann)
    early, late = (NOW + days * DAY for days in (1, 8))
    ids = []
    for begin, more in ((early, {"building": "b1"}), (late, {"skill": "haircut", "category": "haircut"})):
        times = {"starts_at": begin.isoformat(), "ends_at": (begin + HOUR).isoformat()}
        ids.append((await api.ok(STAFF, "/needs", a_direct_need(**times, **more)))["id"])
    await api.ok(ann, f"/needs/{ids[0]}/take")

    async def found(**query: Any) -> list[str]:
        return [need["id"] for need in (await api.read(ann, "/needs", community=HERE, **query))["items"]]

    assert await found() == ids
    assert await found(since=(NOW + 2 * DAY).isoformat()) == ids[1:]
    assert await found(until=(NOW + 2 * DAY).isoformat(), mine=True) == ids[:1]
    assert await found(since=(NOW + 2 * DAY).isoformat(), mine=True) == []
    assert await found(building="b1") == await found(category="chores") == ids[:1]
    assert await found(skill="haircut") == await found(unfilled=True) == ids[1:]


async def test_the_sheet_of_a_day_says_who_goes_where_and_each_home_on_it_is_on_record(
    api: Api, needs: Aggregates[Need]
) -> None:
    ann = person("ann")
    await admit(api, ann)
    plan = {**PLAN, "home": "16-2-301", "note": "听力不好"}
    opened = (await api.ok(STAFF, "/care-plans", plan))["id"]
    taken = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    gone = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    await api.ok(ann, f"/needs/{taken}/take")
    await api.ok(STAFF, f"/needs/{gone}/cancel")
    await needs.collection.update_one({"_id": taken}, {"$set": {"state.care_plan": opened}})
    sheet = await api.read(STAFF, "/day-sheet", community=HERE, on="2024-01-31")
    assert [(line["need"], line["going"]) for line in sheet["lines"]] == [(taken, ["ann"])]
    assert sheet["lines"][0]["where"] == {
        "elder": "elder-1",
        "home": "16-2-301",
        "note": "听力不好",
        "emergency": None,
    }
    assert sheet["uncovered"] == 0
    readings = await api.read(STAFF, "/readings", community=HERE, need=taken)
    assert [reading["person"] for reading in readings["items"]] == [STAFF.sub]
    assert (await api.get(ann, "/day-sheet", community=HERE, on="2024-01-31")).status_code == 403


async def test_what_one_could_take_is_found_behind_pages_of_what_one_could_not(api: Api) -> None:
    ann = person("ann")
    await admit(api, ann)
    for days in (1, 2, 3):
        times = {"starts_at": (NOW + days * DAY).isoformat(), "ends_at": (NOW + days * DAY + HOUR).isoformat()}
        await api.ok(STAFF, "/needs", a_direct_need(**times, skill=None if days == 3 else "haircut"))
    found = await api.read(ann, "/needs", community=HERE, for_me=True, limit=1)
    assert [need["starts_at"] for need in found["items"]] == [(NOW + 3 * DAY).isoformat().replace("+00:00", "Z")]
    assert found["next"] is None
    assert (found["items"][0]["can"], found["items"][0]["work"]["zh"]) == (["take"], "帮做家务")
