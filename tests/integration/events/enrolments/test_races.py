"""Somebody enrols, or leaves a date out, while the series is paused, ended or skipped: each hears once what is true.

Two processes take the commands and the facts that follow from them, which come a little later, as over Kafka.
"""

import random
from collections import Counter
from collections.abc import Awaitable, Mapping
from datetime import date
from typing import Any

import httpx
import pytest

from services.contracts.activities import (
    ActivityStatus,
    EnrolmentCalledOff,
    EnrolmentDatesCalledOff,
    SeriesPaused,
)
from services.events.activities.domain.activity import Activity
from services.events.activities.store import ACTIVITY
from services.events.enrolments.domain import Enrolment, enrolment_id
from services.events.enrolments.store import ENROLMENT
from services.events.series.store import SERIES
from tests.integration.events.calling import an_activity
from tests.integration.events.racing import Post, Replica, audited, outbox_of, race
from tests.unit.events.given import STAFF, resident

TRIES = 3
IN_SIGHT, FAR = date(2026, 4, 4), date(2026, 12, 12)
"""Dates of a series of every fourth week: one that is an activity, and one that is none yet."""
Replicas = tuple[Replica, Replica]


@pytest.fixture
def dice() -> random.Random:
    """The delays of a run; another number each time would be another test."""
    return random.Random(13)


async def test_who_enrols_while_a_series_is_ended_is_enrolled_in_nothing(
    replicas: Replicas, dice: random.Random
) -> None:
    one, _ = replicas
    post = Post(replicas, dice)
    for n in range(TRIES):
        id = await _running(one, post, n)
        off = one.api.post(STAFF, f"/series/{id}/end", {"cancels": True, "reason": "老师离职"})
        async with post.beside():
            ended, *answers = await race(dice, off, *_enrolling(replicas, id))
        assert ended.status_code == 200
        assert all(each.status is ActivityStatus.CANCELLED for each in await _dates(one, id))
        for m, answer in enumerate(answers, 1):
            if answer.status_code == 201:
                enrolment, told = await _enrolled(one, id, m)
                assert (enrolment.stands, told[EnrolmentCalledOff.type]) == (False, 1)
            else:
                assert answer.json()["code"] == "series.ended"


async def test_who_enrols_while_a_series_is_paused_comes_to_what_is_left(
    replicas: Replicas, dice: random.Random
) -> None:
    one, _ = replicas
    post = Post(replicas, dice)
    pause = {"since": "2026-04-01", "until": "2026-04-25", "reason": "放假"}
    for n in range(TRIES):
        id = await _running(one, post, n)
        async with post.beside():
            answers = await race(dice, one.api.post(STAFF, f"/series/{id}/pause", pause), *_enrolling(replicas, id))
        assert [each.status_code for each in answers] == [200, 201, 201]
        for each in await _dates(one, id):
            off = each.occurrence is not None and pause["since"] <= each.occurrence.isoformat() < pause["until"]
            assert (each.status is ActivityStatus.CANCELLED) == off
            assert off or {p.person for p in (*each.seated, *each.waiting)} == {"resident-1", "resident-2"}


async def test_who_enrols_while_dates_that_are_no_activities_yet_are_paused_hears_of_it_once(
    replicas: Replicas, dice: random.Random
) -> None:
    """Who had enrolled before the pause hears of it, whichever fact is taken first; nobody hears of it twice."""
    one, _ = replicas
    post = Post(replicas, dice)
    pause = {"since": FAR.isoformat(), "until": "2027-01-01"}
    for each in replicas:
        each.hand.runs()
    for n in range(TRIES):
        id = await _running(one, post, n)
        async with post.beside():
            await race(dice, one.api.post(STAFF, f"/series/{id}/pause", pause), *_enrolling(replicas, id))
        (paused,) = [e for e in await outbox_of(one.of(SERIES), id) if e["type"] == SeriesPaused.type]
        for m in (1, 2):
            enrolment, told = await _enrolled(one, id, m)
            assert told[EnrolmentDatesCalledOff.type] <= 1
            assert told[EnrolmentDatesCalledOff.type] or enrolment.made_at >= paused["time"]


async def test_a_date_is_left_out_while_it_is_skipped(replicas: Replicas, dice: random.Random) -> None:
    """Whoever waits behind gets the seat or hears that the date is off, and who left it out hears one of both."""
    one, other = replicas
    post = Post(replicas, dice)
    for n in range(TRIES):
        id = await _running(one, post, n, capacity=1)
        for m in (1, 2):
            await one.api.ok(resident(m), f"/series/{id}/enrolments", _party())
            await post.brings_everything()
        far = bool(n % 2)
        on = {"on": (FAR if far else IN_SIGHT).isoformat()}
        leaving = f"/enrolments/{enrolment_id(id, 'resident-1')}/leave-out"
        async with post.beside():
            skipped, left = await race(
                dice,
                one.api.post(STAFF, f"/series/{id}/skip", {**on, "reason": "场地维修"}),
                other.api.post(resident(1), leaving, on),
            )
        assert skipped.status_code == 200
        assert left.status_code == 200 or left.json()["code"] == "series.no-such-date"
        for each in await _dates(one, id):
            assert (each.status is ActivityStatus.CANCELLED) == (not far and each.occurrence == IN_SIGHT)
            if each.occurrence != IN_SIGHT:
                assert [[p.person for p in parties] for parties in (each.seated, each.waiting)] == [
                    ["resident-1"],
                    ["resident-2"],
                ]
        for m in (1, 2):
            enrolment, told = await _enrolled(one, id, m)
            hears = far and date.fromisoformat(on["on"]) not in enrolment.left_out
            assert enrolment.stands
            assert told[EnrolmentDatesCalledOff.type] in ((1,) if hears else (0,) if not far else (0, 1))


def _enrolling(replicas: Replicas, id: str) -> list[Awaitable[httpx.Response]]:
    """Two residents enrol in a series, one at each process."""
    at = f"/series/{id}/enrolments"
    return [each.api.post(resident(m), at, _party()) for m, each in enumerate(replicas, 1)]


def _party() -> dict[str, Any]:
    return {"party": 1, "despite_overlap": True}


async def _running(one: Replica, post: Post, n: int, capacity: int = 4) -> str:
    """A series whose two next dates are activities."""
    rule, venue = "FREQ=WEEKLY;INTERVAL=4;BYDAY=SA", f"room-{n}"
    body = an_activity(rule=rule, capacity=capacity, volunteers_needed=0, venue=venue)
    id = str((await one.api.ok(STAFF, "/series", body))["id"])
    await post.brings_everything()
    return id


async def _dates(one: Replica, id: str) -> list[Activity]:
    """The dates of a series that are activities; of each was told what is true."""
    found = one.database[ACTIVITY.collection].find({"state.series": id}, {"_id": 1})
    dates = [await audited(one.activities, each["_id"]) async for each in found]
    assert dates
    return dates


async def _enrolled(one: Replica, id: str, m: int) -> tuple[Enrolment, Mapping[str, int]]:
    """The enrolment of a resident, and how often each kind of fact was told of it."""
    theirs = enrolment_id(id, f"resident-{m}")
    outbox = await outbox_of(one.of(ENROLMENT), theirs)
    return (await one.of(ENROLMENT).get(theirs)).aggregate, Counter(entry["type"] for entry in outbox)
