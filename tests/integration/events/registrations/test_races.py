"""Two processes are asked for what excludes itself, at once: one of both holds, and everybody is told what does, once.

Each race is run again and again with another beginning; what a try found is looked at before the next.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.aggregate import Decision
from services.chassis.store.aggregates import Cause
from services.contracts.activities import ActivityChanged, ActivityMovedUp, ActivityRegistered, ActivityStatus
from services.contracts.notices import NoticeAnswered
from services.events.activities.domain import scheduling
from services.events.activities.domain.activity import Activity
from services.events.registrations import domain as registrations
from tests.integration.events.racing import Replica, audited, outbox_of, race
from tests.unit.events.given import HOME, HOUR, MINUTE, NOW, STAFF, START, plan, resident

TRIES = 8
OFFERS = {"terms": {"promotion": "offer", "offer_hours": 3}}
Replicas = tuple[Replica, Replica]


@pytest.fixture
def dice() -> random.Random:
    """The delays of a run; another number each time would be another test."""
    return random.Random(13)


async def test_an_offer_is_accepted_or_lapses(replicas: Replicas, dice: random.Random) -> None:
    """By the clock of the one there is a second left, by that of the other there is none."""
    one, other = replicas
    one.hand.now, other.hand.now = NOW + 3 * HOUR - MINUTE / 60, NOW + 3 * HOUR
    for n in range(TRIES):
        id = await _scheduled(one, n, seated=1, waiting=2, details=OFFERS)
        await one.activities.change(id, lambda a, _: registrations.withdraw(a, "resident-1", resident(1), NOW), _by(1))
        accepted, _ = await race(
            dice, one.api.post(resident(2), _at(id, "me/answer"), {"comes": True}), other.sweeps("activity-answers")
        )
        activity = await audited(one.activities, id)
        if accepted.status_code == 200:
            assert [each.person for each in activity.seated] == ["resident-2"]
            assert [each.offered_until for each in activity.waiting] == [None]
        else:
            assert accepted.json()["code"] in ("activity.nothing-offered", "activity.not-registered")
            assert [each.person for each in activity.waiting if each.offered_until] == ["resident-3"]
            assert activity.party_of("resident-2") is None


async def test_who_withdraws_is_not_promoted_and_the_next_is(replicas: Replicas, dice: random.Random) -> None:
    one, other = replicas
    for n in range(TRIES):
        id = await _scheduled(one, n, seated=1, waiting=3)
        answers = await race(
            dice,
            one.api.post(resident(1), _at(id, "me/withdraw")),
            other.api.post(resident(2), _at(id, "me/withdraw")),
            other.api.post(STAFF, f"/activities/{id}/change", {"capacity": 2}),
        )
        assert [each.status_code for each in answers] == [200] * 3
        activity = await audited(one.activities, id)
        assert {each.person for each in activity.seated} == {"resident-3", "resident-4"}


async def test_a_capacity_is_lowered_while_people_register(replicas: Replicas, dice: random.Random) -> None:
    """Who was seated before it was lowered keeps the seat; nobody gets one above the capacity after that."""
    one, other = replicas
    for n in range(TRIES):
        id = await _scheduled(one, n, seated=1, waiting=0, capacity=4)
        lowered, *answers = await race(
            dice,
            one.api.post(STAFF, f"/activities/{id}/change", {"capacity": 2}),
            *(
                each.api.post(resident(m), _at(id), {"party": heads, "despite_overlap": True})
                for m, each, heads in ((2, one, 1), (3, other, 2), (4, other, 1))
            ),
        )
        assert [lowered.status_code, *(each.status_code for each in answers)] == [200] * 4
        activity = await audited(one.activities, id)
        outbox = await outbox_of(one.activities, id)
        (since,) = [entry["seq"] for entry in outbox if entry["type"] == ActivityChanged.type]
        seated = [entry for entry in outbox if entry["type"] == ActivityRegistered.type]
        assert all(entry["data"]["taken"] <= (4 if entry["seq"] < since else 2) for entry in seated)
        assert {each.person for each in (*activity.seated, *activity.waiting)} == {f"resident-{m}" for m in range(1, 5)}


async def test_nobody_registers_for_what_is_cancelled(replicas: Replicas, dice: random.Random) -> None:
    """Who got a seat before that hears that it is off; who came too late reads it."""
    one, other = replicas
    for n in range(TRIES):
        id = await _scheduled(one, n, seated=1, waiting=0, capacity=2)
        off, *answers = await race(
            dice,
            one.api.post(STAFF, f"/activities/{id}/cancel", {"reason": "大雨"}),
            *(each.api.post(resident(m), _at(id), {"party": 1}) for m, each in ((2, one), (3, other), (4, other))),
        )
        assert off.status_code == 200
        activity = await audited(one.activities, id)
        assert activity.status is ActivityStatus.CANCELLED
        for m, answer in enumerate(answers, 2):
            assert (answer.status_code, activity.party_of(f"resident-{m}") is not None) in ((200, True), (409, False))
            if answer.status_code == 409:
                assert answer.json()["code"] == "activity.not-scheduled"


async def test_nobody_is_checked_in_whose_party_is_removed(replicas: Replicas, dice: random.Random) -> None:
    one, other = replicas
    one.hand.now = other.hand.now = START - 10 * MINUTE
    for n in range(TRIES):
        id = await _scheduled(one, n, seated=1, waiting=1)
        there, removed = await race(
            dice,
            one.api.post(STAFF, f"/activities/{id}/check-ins", {"person": "resident-1"}),
            other.api.post(STAFF, _at(id, "resident-1/remove"), {"reason": "名额有误"}),
        )
        activity = await audited(one.activities, id)
        if there.status_code == 200:
            assert removed.json()["code"] == "activity.already-there"
            assert [each.person for each in activity.seated] == ["resident-1"]
            assert activity.is_there("resident-1")
        else:
            assert (there.json()["code"], removed.status_code) == ("activity.not-registered", 200)
            assert [each.person for each in activity.seated] == ["resident-2"]
            assert activity.presences == ()


async def test_two_desks_put_a_party_ahead_and_it_stands_where_the_last_one_said(
    replicas: Replicas, dice: random.Random
) -> None:
    one, _ = replicas
    for n in range(TRIES):
        id = await _scheduled(one, n, seated=1, waiting=4)
        places = (1, 1) if n % 2 else (1, 2)
        answers = await race(
            dice,
            *(
                each.api.post(STAFF, _at(id, "resident-5/move-up"), {"position": place, "reason": f"{place} 例外"})
                for each, place in zip(replicas, places, strict=True)
            ),
        )
        assert [each.status_code for each in answers] == [200, 200]
        activity = await audited(one.activities, id)
        moved = [e["data"] for e in await outbox_of(one.activities, id) if e["type"] == ActivityMovedUp.type]
        assert len(moved) == len({*places}), "at the same place it is moved, and told, once"
        last = moved[-1]
        assert activity.position_of("resident-5") == last["position"]
        assert activity.party_of("resident-5").reason == last["reason"]  # type: ignore[union-attr]
        others = [each.person for each in activity.waiting if each.person != "resident-5"]
        assert others == ["resident-2", "resident-3", "resident-4"]


async def test_an_answer_by_link_and_one_in_the_service_are_one_answer(replicas: Replicas, dice: random.Random) -> None:
    """Of a yes here and a no there the first counts, and of two that are alike one is told."""
    one, other = replicas
    for n in range(TRIES):
        one.hand.now = other.hand.now = NOW
        id = await _scheduled(one, n, seated=1, waiting=2, details=OFFERS)
        left = await one.activities.change(
            id, lambda a, _: registrations.withdraw(a, "resident-1", resident(1), NOW), _by(1)
        )
        one.hand.now = other.hand.now = NOW + HOUR
        offered, here, there = left.aggregate.waiting[0], bool(n % 2), bool(n // 2 % 2)
        by_link = NoticeAnswered(
            person="resident-2",
            activity=id,
            question="place-offered",
            comes=there,
            starts_at=START,
            answer_by=offered.offered_until,
            registered_at=offered.registered_at,
            answered_at=NOW + HOUR,
        )
        said, *_ = await race(
            dice,
            one.api.post(resident(2), _at(id, "me/answer"), {"comes": here}),
            other.hears(by_link, f"notice-{n}", 4),
            one.hears(by_link, f"notice-{n}", 4),
        )
        activity = await audited(one.activities, id)
        seated = [each.person for each in activity.seated]
        offers = [each.person for each in activity.waiting if each.offered_until]
        assert (seated, offers) in ((["resident-2"], []), ([], ["resident-3"]))
        if here == there:
            assert (seated == ["resident-2"]) == here
        elif said.status_code == 200:
            assert said.json()["status"] == ("registered" if here else "none")
        else:
            assert said.json()["code"] in ("activity.nothing-offered", "activity.not-registered")
            assert (seated == ["resident-2"]) == there


async def _scheduled(one: Replica, n: int, *, seated: int, waiting: int, **changes: Any) -> str:
    """An activity with so many residents in it and so many who wait, in that order; by default it is full then."""
    id = f"activity-{n}"
    fields = {"capacity": seated, "volunteers_needed": 0, "skill": None, "venue": f"room-{n}", **changes}
    begun = plan(**fields)
    await one.activities.create(id, lambda _: scheduling.schedule(id, HOME, begun, "1", STAFF, NOW), Cause(STAFF.sub))
    for m in range(1, seated + waiting + 1):
        await one.activities.change(id, _registering(m), _by(m))
    return id


def _registering(m: int) -> Callable[[Activity, Any], Decision[Activity]]:
    at = NOW - HOUR + timedelta(seconds=m)
    return lambda activity, _: registrations.register(activity, f"resident-{m}", 1, resident(m), at)


def _by(m: int) -> Cause:
    return Cause(f"resident-{m}")


def _at(id: str, more: str = "") -> str:
    return f"/activities/{id}/registrations" + (f"/{more}" if more else "")
