"""Registration over HTTP: what is answered when seats are short, something overlaps, or somebody has no account."""

import asyncio
from datetime import timedelta

from services.chassis.runtime import Runtime
from services.contracts.activities import ActivityDetails
from services.events.activities.store import ACTIVITY
from services.events.registrations.claims import COLLECTION, Claims
from services.events.registrations.store import Standings
from services.events.settings import EventsSettings
from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import an_activity, scheduled
from tests.unit.events.given import END, GRID, NOW, STAFF, START, activity, resident


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


async def test_who_waits_elsewhere_at_that_time_gives_that_up_first_so_that_nobody_is_promoted_into_two(
    api: Caller,
) -> None:
    terms = {"details": {"terms": {"overlapping": "refused"}}}
    first, second = await scheduled(api, capacity=1, **terms), await scheduled(api, capacity=1, **terms)
    await api.ok(resident(1), f"{first}/registrations", {})
    assert (await api.ok(resident(2), f"{first}/registrations", {}))["status"] == "waitlisted"
    refused = await api.post(resident(2), f"{second}/registrations", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "activity.overlapping-refused")
    title = (await api.get(resident(2), first)).json()["title"]
    assert f"“{title}”" in refused.json()["detail"]
    await api.ok(resident(2), f"{first}/registrations/me/withdraw")
    assert (await api.ok(resident(2), f"{second}/registrations", {}))["status"] == "registered"


async def test_of_two_registrations_of_one_person_at_once_for_one_time_only_one_is_taken_without_a_word(
    api: Caller,
) -> None:
    terms = {"details": {"terms": {"overlapping": "refused"}}}
    strict, strict_too, warns = await scheduled(api, **terms), await scheduled(api, **terms), await scheduled(api)
    for n, (first, second) in enumerate(((strict, strict_too), (warns, strict)), 1):
        paths = [f"{path}/registrations" for path in (first, second)]
        answers = await asyncio.gather(*(api.post(resident(n), path, {}) for path in paths))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (refused,) = [answer.json()["code"] for answer in answers if answer.status_code == 409]
        assert refused in ("activity.overlapping-refused", "activity.overlapping")


async def test_a_replica_sees_what_another_is_just_registering_somebody_for(runtime: Runtime[EventsSettings]) -> None:
    activities = runtime.aggregates(ACTIVITY)
    one, other = (Standings(activities, Claims(runtime.database[COLLECTION]), 0, timedelta(0)) for _ in range(2))
    strict = ActivityDetails.model_validate({"terms": {"overlapping": "refused"}})
    first, second = (activity(details=strict).model_copy(update={"id": id}) for id in ("a-1", "a-2"))
    async with one.claimed("resident-1", first, NOW) as alone, other.claimed("resident-1", second, NOW) as beside:
        assert ([*alone.claimed], [each.activity for each in beside.claimed]) == ([], ["a-1"])
    async with other.claimed("resident-1", second, NOW) as later:
        assert later.claimed == ()
    assert await one.claims.collection.count_documents({}) == 0


async def test_who_enrols_in_a_series_is_told_of_the_dates_on_which_they_have_something_else(api: Caller) -> None:
    await api.ok(resident(1), f"{await scheduled(api)}/registrations", {})
    weekly = {"rule": "FREQ=WEEKLY;BYDAY=SA;COUNT=4"}
    terms = {"details": {"terms": {"overlapping": "refused"}}}
    strict = (await api.ok(STAFF, "/series", an_activity(venue="yard", **weekly, **terms)))["id"]
    refused = await api.post(resident(1), f"/series/{strict}/enrolments", {"despite_overlap": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "enrolment.overlapping-refused")
    assert "2026-03-07" in refused.json()["detail"]
    assert "2026-03-14" not in refused.json()["detail"]
    mine = await api.ok(resident(1), f"/series/{strict}/enrolments", {"left_out": ["2026-03-07"]})
    taken = await api.post(resident(1), f"/enrolments/{mine['id']}/take", {"on": "2026-03-07"})
    assert (taken.status_code, taken.json()["code"]) == (409, "enrolment.overlapping-refused")
    warns = (await api.ok(STAFF, "/series", an_activity(venue="plaza", **weekly)))["id"]
    warned = await api.post(resident(1), f"/series/{warns}/enrolments", {})
    assert (warned.status_code, warned.json()["code"]) == (409, "enrolment.overlapping")
    assert "2026-03-14" in warned.json()["detail"]  # for which they are enrolled elsewhere
    await api.ok(resident(1), f"/series/{warns}/enrolments", {"despite_overlap": True})


async def test_a_series_that_ended_and_kept_its_near_dates_stands_against_nothing_further_ahead(api: Caller) -> None:
    ended = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY")))["id"]
    await api.ok(resident(1), f"/series/{ended}/enrolments", {})
    begins = {
        "starts_at": (START + timedelta(weeks=10)).isoformat(),
        "ends_at": (END + timedelta(weeks=10)).isoformat(),
    }
    of_later = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY", venue="yard", **begins)))["id"]
    warned = await api.post(resident(1), f"/series/{of_later}/enrolments", {})
    assert (warned.status_code, warned.json()["code"]) == (409, "enrolment.overlapping")
    await api.ok(STAFF, f"/series/{ended}/end", {"cancels": False})
    await api.ok(resident(1), f"/series/{of_later}/enrolments", {})


async def test_who_was_missed_too_often_is_told_so_when_they_enrol_in_a_series(api: Caller, hand: Hand) -> None:
    series = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;COUNT=4", venue="plaza")))["id"]
    paths = [await scheduled(api) for _ in range(3)]
    for path in paths:
        await api.ok(resident(1), f"{path}/registrations", {"despite_overlap": True})
    hand.wait(END - hand.now)
    for path in paths:
        await api.ok(STAFF, f"{path}/complete")
    refused = await api.post(resident(1), f"/series/{series}/enrolments", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "activity.missed-too-often")
    await api.ok(STAFF, f"{paths[0]}/check-ins", {"person": "resident-1", "at": START.isoformat()})
    await api.ok(resident(1), f"/series/{series}/enrolments", {})
