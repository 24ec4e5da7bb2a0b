"""Activities over HTTP: scheduled once, moved, refused where the body makes no sense, listed page by page."""

from typing import Any

import pytest

from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.events.activities.domain.activity import Activity
from tests.integration.calling import Caller, fine
from tests.integration.events.calling import an_activity, scheduled
from tests.unit.events.given import END, HOME, HOUR, ORGANISER, STAFF, START, person, resident


async def test_scheduling_answers_with_the_activity_and_its_place(api: Caller) -> None:
    answer = await api.post(ORGANISER, "/activities", an_activity(starts_at="2026-03-07T09:00:00+08:00"))
    assert answer.status_code == 201
    made = answer.json()
    assert made["starts_at"] == "2026-03-07T01:00:00Z"
    assert (made["free"], made["waiting"], made["status"]) == (4, 0, "scheduled")
    assert answer.headers["etag"] == '"1"'
    read = await api.get(None, answer.headers["location"].removeprefix("/api/events/v1"))
    assert read.json() | {"can": made["can"]} == made


async def test_the_same_key_schedules_once(api: Caller, activities: Aggregates[Activity]) -> None:
    key = {"Idempotency-Key": "monthly-clinic"}
    first, second = [await api.post(STAFF, "/activities", an_activity(), key) for _ in range(2)]
    assert first.content == second.content
    assert await activities.collection.count_documents({}) == 1


async def test_a_stale_page_moves_nothing(api: Caller) -> None:
    place = await scheduled(api)
    await api.ok(resident(1), f"{place}/registrations", {})
    stale = await api.post(STAFF, f"{place}/move", {"venue": "garden"}, {"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await api.get(None, place)).json()["venue"] == "committee-hall"


async def test_moving_the_start_keeps_the_length_and_another_venue_its_own_building(api: Caller) -> None:
    place = await scheduled(api, building="building-9")
    later = await api.ok(STAFF, f"{place}/move", {"starts_at": (START + HOUR).isoformat()})
    assert (later["ends_at"], later["building"]) == ("2026-03-07T04:00:00Z", "building-9")
    elsewhere = await api.ok(STAFF, f"{place}/move", {"venue": "garden"})
    assert (elsewhere["starts_at"], elsewhere["building"]) == ("2026-03-07T02:00:00Z", None)


@pytest.mark.parametrize(
    "changes",
    [
        {"capacity": 0},
        {"capacity": 1001},
        {"kind": "party"},
        {"starts_at": "2026-03-07T09:00:00"},
        {"starts_at": "9999-12-31T23:59:59-12:00"},
        {"title": "  "},
        {"venue": "居委会"},
        {"organiser": "13812345678"},
        {"volunteers_needed": -1},
        {"surprise": 1},
    ],
)
async def test_bodies_that_are_refused(api: Caller, activities: Aggregates[Activity], changes: dict[str, Any]) -> None:
    answer = await api.post(STAFF, "/activities", an_activity(**changes))
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert await activities.collection.count_documents({}) == 0


async def test_lists_by_start_and_filters_page_by_page(api: Caller) -> None:
    for n in range(5):
        times = {"starts_at": (START + n * HOUR).isoformat(), "ends_at": (END + n * HOUR).isoformat()}
        await api.ok(STAFF, "/activities", an_activity(title=f"t{n}", kind="class" if n % 2 else "clinic", **times))
    await api.ok(
        person("s", Role.STAFF, home="elsewhere"), "/activities", an_activity(community="elsewhere", title="far")
    )

    async def titles(**query: Any) -> list[str]:
        found: list[str] = []
        cursor: dict[str, Any] = {}
        while True:
            page = (await api.get(None, "/activities", community=HOME, limit=2, **query, **cursor)).json()
            found += [item["title"] for item in page["items"]]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}

    assert await titles() == ["t0", "t1", "t2", "t3", "t4"]
    assert await titles(kind="class") == ["t1", "t3"]
    assert await titles(status="cancelled") == []
    window = {"from": (START + HOUR).isoformat(), "to": (START + 3 * HOUR).isoformat()}
    assert await titles(**window) == ["t1", "t2"]
    assert (await api.get(None, "/activities")).status_code == 422


async def test_a_thousand_people_are_expected_only_where_the_police_were_told(api: Caller) -> None:
    missing = (422, "activity.formalities-missing")

    async def refusal(path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        answer = await api.post(STAFF, path, body)
        return answer.status_code, answer.json().get("code")

    large = an_activity(capacity=1000)
    assert await refusal("/activities", large) == missing
    weekly = large | {"rule": "FREQ=WEEKLY;COUNT=3"}
    for path in ("/series", "/series/preview"):
        assert await refusal(path, weekly) == missing
    filed = await api.ok(STAFF, "/activities", large | {"details": {"filing": "file-12"}})
    place = f"/activities/{filed['id']}"
    for path in ("change", "change/preview"):
        assert await refusal(f"{place}/{path}", {"details": {"filing": None}}) == missing
    small = await scheduled(api, venue="garden")
    assert await refusal(f"{small}/change", {"capacity": 1000}) == missing
    await api.ok(STAFF, f"{small}/change", {"capacity": 1000, "details": {"filing": "file-13"}})
    draft = await api.ok(STAFF, "/drafts", large | {"venue": "square"})
    assert await refusal(f"/drafts/{draft['id']}/submit") == missing
    numbered = {"filing_number": "京公治许字[2026]第3号"}
    written = await api.ok(STAFF, f"/drafts/{draft['id']}/write", numbered)
    assert written["filing_number"] == numbered["filing_number"]
    await api.ok(STAFF, f"/drafts/{draft['id']}/submit")
    await api.ok(STAFF, f"/drafts/{draft['id']}/approve")
    gala = (await api.ok(STAFF, "/activities", large | numbered | {"venue": "stadium"}))["id"]
    roster = fine(await api.get(STAFF, f"/activities/{gala}/roster"))
    assert (roster["filing_number"], roster["insurance_number"]) == (numbered["filing_number"], None)
    assert await refusal(f"/activities/{gala}/change", {"filing_number": None}) == missing
    assert numbered["filing_number"] not in (await api.get(None, f"/activities/{gala}")).text
    classes = await api.ok(STAFF, "/series", weekly | {"capacity": 20, "venue": "school"})
    more = {"scope": "all", "capacity": 1000}
    assert await refusal(f"/series/{classes['id']}/change", more) == missing
    await api.ok(STAFF, f"/series/{classes['id']}/change", more | numbered)
