"""Needs over HTTP: lists by their start, and why somebody is not asked."""

from typing import Any

from tests.integration.volunteers.bodies import a_direct_need
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
