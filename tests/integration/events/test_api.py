"""The gateway: what each role may do, what strangers see, what is refused and how."""

from typing import Any

import pytest
from icalendar import Calendar

from services.chassis.principal import Role
from services.events.activities.store import Store
from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import an_activity
from tests.unit.events.given import END, GRID, HOME, HOUR, ORGANISER, STAFF, START, person, resident


async def _scheduled(api: Caller, **changes: Any) -> str:
    made = await api.ok(STAFF, "/activities", an_activity(**changes))
    return f"/activities/{made['id']}"


async def test_scheduling_answers_with_the_activity_and_its_place(api: Caller) -> None:
    answer = await api.post(ORGANISER, "/activities", an_activity(starts_at="2026-03-07T09:00:00+08:00"))
    assert answer.status_code == 201
    made = answer.json()
    assert made["starts_at"] == "2026-03-07T01:00:00Z"
    assert (made["free"], made["waiting"], made["status"]) == (4, 0, "scheduled")
    assert answer.headers["etag"] == '"1"'
    read = await api.get(None, answer.headers["location"].removeprefix("/api/events/v1"))
    assert read.json() == made


async def test_the_same_key_schedules_once(api: Caller, store: Store) -> None:
    key = {"Idempotency-Key": "monthly-clinic"}
    first, second = [await api.post(STAFF, "/activities", an_activity(), key) for _ in range(2)]
    assert first.content == second.content
    assert await store.activities.collection.count_documents({}) == 1


async def test_strangers_read_and_learn_of_nobody(api: Caller) -> None:
    place = await _scheduled(api)
    await api.ok(resident(1), f"{place}/registrations", {"party": 2})
    for path in (place, f"{place}/schema-org", f"/activities?community={HOME}", f"/communities/{HOME}/calendar.ics"):
        answer = await api.get(None, path)
        assert answer.status_code == 200, path
        assert "resident-1" not in answer.text
        assert STAFF.sub not in answer.text
    for path in (f"{place}/roster", f"{place}/registrations/me", "/my/activities"):
        assert (await api.get(None, path)).status_code == 401
    for path in ("/activities", f"{place}/registrations", f"{place}/cancel", f"{place}/check-ins", "/series"):
        assert (await api.post(None, path, {})).status_code in (401, 422)


async def test_only_the_desk_reads_the_roster(api: Caller) -> None:
    place = await _scheduled(api, organiser=ORGANISER.sub)
    await api.ok(resident(1), f"{place}/registrations", {"party": 2})
    for by in (STAFF, GRID, ORGANISER):
        roster = (await api.get(by, f"{place}/roster")).json()
        assert [party["person"] for party in roster["seated"]] == ["resident-1"]
        assert roster["check_in_code"] is None
    for by in (resident(1), person("o", Role.ORGANISER), person("s", Role.STAFF, home="elsewhere")):
        assert (await api.get(by, f"{place}/roster")).status_code == 404


async def test_the_waiting_list_from_the_first_to_the_last_step(api: Caller) -> None:
    place = await _scheduled(api, capacity=3)
    assert (await api.ok(resident(1), f"{place}/registrations", {"party": 2}))["status"] == "registered"
    waiting = await api.ok(resident(2), f"{place}/registrations", {"party": 2})
    assert (waiting["status"], waiting["position"]) == ("waitlisted", 1)
    assert (await api.ok(STAFF, f"{place}/registrations", {"person": "elder-1"}))["status"] == "registered"
    assert (await api.get(resident(2), f"{place}/registrations/me")).json()["position"] == 1
    assert (await api.get(resident(1), f"{place}/registrations/resident-2")).status_code == 404
    assert (await api.ok(resident(1), f"{place}/registrations/me/withdraw"))["status"] == "none"
    assert (await api.get(resident(2), f"{place}/registrations/me")).json()["status"] == "registered"
    gone = await api.get(resident(1), f"{place}/registrations/me")
    assert (gone.status_code, gone.json()["code"]) == (404, "activity.not-registered")
    mine = (await api.get(resident(2), "/my/activities")).json()["items"]
    assert [(item["registration"]["party"], item["volunteering"]) for item in mine] == [(2, False)]


async def test_a_repeated_registration_gets_the_first_answer(api: Caller) -> None:
    place = await _scheduled(api)
    key = {"Idempotency-Key": "k-1"}
    first, second = [await api.post(resident(1), f"{place}/registrations", {"party": 1}, key) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    without = await api.post(resident(1), f"{place}/registrations", {"party": 1})
    assert (without.status_code, without.json()["code"]) == (409, "activity.already-registered")


async def test_a_stale_page_moves_nothing(api: Caller) -> None:
    place = await _scheduled(api)
    await api.ok(resident(1), f"{place}/registrations", {})
    stale = await api.post(STAFF, f"{place}/move", {"venue": "garden"}, {"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await api.get(None, place)).json()["venue"] == "committee-hall"


async def test_moving_the_start_keeps_the_length_and_another_venue_its_own_building(api: Caller) -> None:
    place = await _scheduled(api, building="building-9")
    later = await api.ok(STAFF, f"{place}/move", {"starts_at": (START + HOUR).isoformat()})
    assert (later["ends_at"], later["building"]) == ("2026-03-07T04:00:00Z", "building-9")
    elsewhere = await api.ok(STAFF, f"{place}/move", {"venue": "garden"})
    assert (elsewhere["starts_at"], elsewhere["building"]) == ("2026-03-07T02:00:00Z", None)


async def test_attendance_over_the_desk_and_by_the_code(api: Caller, hand: Hand) -> None:
    place = await _scheduled(api)
    await api.ok(resident(1), f"{place}/registrations", {"party": 3})
    hand.now = START
    code = (await api.get(STAFF, f"{place}/roster")).json()["check_in_code"]
    wrong = await api.post(resident(1), f"{place}/check-ins", {"code": "000000" if code != "000000" else "1"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "activity.wrong-code")
    assert (await api.ok(resident(1), f"{place}/check-ins", {"code": code}))["as_volunteer"] is False
    hand.now = END + HOUR
    out = await api.ok(GRID, f"{place}/check-outs", {"person": "resident-1"})
    assert (out["minutes"], out["capped"]) == (120, True)
    assert (await api.get(None, place)).json()["attended"] == 3
    assert (await api.ok(STAFF, f"{place}/complete"))["status"] == "completed"


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
async def test_bodies_that_are_refused(api: Caller, store: Store, changes: dict[str, Any]) -> None:
    answer = await api.post(STAFF, "/activities", an_activity(**changes))
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert await store.activities.collection.count_documents({}) == 0


async def test_what_is_not_there(api: Caller) -> None:
    for path in ("/activities/activity-0", "/series/series-0", "/activities/activity-0/schema-org"):
        assert (await api.get(None, path)).status_code == 404
    assert (await api.post(STAFF, "/activities/activity-0/cancel", {})).status_code == 404


async def test_the_calendar_follows_and_spares_those_who_have_it(api: Caller) -> None:
    path = f"/communities/{HOME}/calendar.ics"
    place = await _scheduled(api)
    first = await api.get(None, path)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    (entry,) = Calendar.from_ical(first.content).walk("VEVENT")
    assert (str(entry["status"]), entry["sequence"]) == ("CONFIRMED", 1)
    have = {"If-None-Match": first.headers["etag"]}
    assert (await api.get(None, path, have)).status_code == 304
    await api.ok(STAFF, f"{place}/cancel", {"reason": "大雨"})
    second = await api.get(None, path, have)
    assert second.status_code == 200
    (entry,) = Calendar.from_ical(second.content).walk("VEVENT")
    assert (str(entry["status"]), entry["sequence"]) == ("CANCELLED", 2)
    elsewhere = await api.get(None, "/communities/elsewhere/calendar.ics")
    assert Calendar.from_ical(elsewhere.content).walk("VEVENT") == []


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
