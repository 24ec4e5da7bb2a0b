"""Who may schedule what, when; and what moving an activity keeps."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError, NotYours
from services.chassis.principal import Principal, Role
from services.contracts.activities import (
    ActivityConfirmed,
    ActivityDetails,
    ActivityMoved,
    ActivityOffered,
    ActivityPromoted,
    ActivityScheduled,
    ActivityWithdrawn,
    Leaving,
    Promotion,
)
from services.events.activities.domain import scheduling, seats
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.scheduling import AgesEmpty, EndsBeforeItStarts, StartsInThePast, TooLong
from services.events.registrations import domain as registrations
from tests.unit.events.given import END, HOME, HOUR, NOW, ORGANISER, STAFF, START, activity, person, plan, resident
from tests.unit.events.lawful import lawful, took


def test_the_first_fact_carries_the_whole_state() -> None:
    decision = scheduling.schedule("activity-1", HOME, plan(), "314159", STAFF, NOW)
    lawful(None, decision)
    (event,) = decision.events
    assert isinstance(event, ActivityScheduled)
    assert set(event.public_data()) == set(ActivityScheduled.public_fields)
    assert "314159" not in event.model_dump_json()


def test_a_phone_number_in_a_title_reaches_nobody() -> None:
    decision = scheduling.schedule("activity-1", HOME, plan(title="义诊 13812345678"), "1", STAFF, NOW)
    assert "13812345678" not in decision.aggregate.model_dump_json() + decision.events[0].model_dump_json()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"starts_at": NOW}, StartsInThePast),
        ({"min_age": 60, "details": ActivityDetails(max_age=20)}, AgesEmpty),
        ({"ends_at": START}, EndsBeforeItStarts),
        ({"ends_at": START + timedelta(days=15)}, TooLong),
    ],
)
def test_times_and_ages_that_make_no_sense_are_refused(changes: dict[str, object], error: type[CommunityError]) -> None:
    with pytest.raises(error):
        scheduling.schedule("activity-1", HOME, plan(**changes), "1", STAFF, NOW)


@pytest.mark.parametrize(
    "by",
    [
        resident(1),
        person("other", Role.ORGANISER),
        person("staff-of-elsewhere", Role.STAFF, home="elsewhere"),
    ],
)
def test_nobody_else_schedules_for_this_organiser(by: Principal) -> None:
    with pytest.raises(NotYours):
        scheduling.schedule("activity-1", HOME, plan(), "1", by, NOW)


def test_an_organiser_schedules_their_own() -> None:
    assert scheduling.schedule("activity-1", HOME, plan(), "1", ORGANISER, NOW).aggregate.organiser == ORGANISER.sub


def _move(a: Activity, **changes: Any) -> Decision[Activity]:
    kept: dict[str, Any] = {"starts_at": a.starts_at, "ends_at": a.ends_at, "venue": a.venue, "building": a.building}
    return took(a, lambda a: scheduling.move(a, ORGANISER, NOW, **{**kept, **changes}))


def test_moving_keeps_seats_and_remembers_where_it_was() -> None:
    registered = registrations.register(activity(), "resident-1", 2, resident(1), NOW).aggregate
    decision = _move(registered, starts_at=START + HOUR, ends_at=END + HOUR, venue="garden", building=None)
    (event,) = decision.events
    assert isinstance(event, ActivityMoved)
    assert (event.previous_starts_at, event.previous_ends_at) == (START, END)
    assert event.previous_venue == "committee-hall"
    moved = decision.aggregate
    assert moved.seated == registered.seated
    assert moved.previous_starts == (START,)


def test_moving_to_where_it_is_says_nothing() -> None:
    assert _move(activity()).events == ()


def test_changing_only_the_place_is_not_another_start() -> None:
    assert _move(activity(), venue="garden").aggregate.previous_starts == ()


def _moved(before: Activity, days: int, now: datetime = NOW) -> Decision[Activity]:
    starts = START + timedelta(days=days)
    return took(
        before,
        lambda a: scheduling.move(
            a, STAFF, now, starts_at=starts, ends_at=starts + 2 * HOUR, venue=a.venue, building=a.building
        ),
    )


def _seated() -> Activity:
    seated = activity(capacity=3)
    for n, heads in ((1, 2), (2, 1), (3, 2)):
        seated = registrations.register(seated, f"resident-{n}", heads, resident(n), NOW).aggregate
    return seated


def test_on_another_day_nobody_has_a_place_without_their_yes() -> None:
    moved = _moved(_seated(), 2)
    (event,) = moved.events
    assert isinstance(event, ActivityMoved)
    assert event.asks_until == NOW + timedelta(hours=72)
    yes = took(moved.aggregate, lambda a: seats.answer(a, "resident-1", comes=True, now=NOW))
    assert [type(e) for e in yes.events] == [ActivityConfirmed]
    late = took(yes.aggregate, lambda a: seats.lapse(a, NOW + timedelta(hours=72)))
    assert [p.person for p in late.aggregate.seated] == ["resident-1"]
    (left,) = late.events
    assert isinstance(left, ActivityWithdrawn)
    assert left.why is Leaving.MOVE_UNANSWERED
    with pytest.raises(seats.NothingAsked):
        seats.answer(late.aggregate, "resident-1", comes=True, now=NOW)


def test_a_no_frees_the_seat_for_somebody_who_is_asked_about_the_day_too() -> None:
    moved = _moved(_seated(), 2).aggregate
    no = took(moved, lambda a: seats.answer(a, "resident-1", comes=False, now=NOW))
    assert [type(e) for e in no.events] == [ActivityWithdrawn, ActivityPromoted]
    promoted = no.aggregate.party_of("resident-3")
    assert promoted is not None
    assert promoted.asked_until is not None
    told = no.events[-1]
    assert isinstance(told, ActivityPromoted)
    assert told.asks_until == promoted.asked_until


def test_an_offer_follows_the_activity_to_its_other_day_and_a_yes_to_it_is_a_yes_to_the_day() -> None:
    waits = registrations.register(_seated(), "resident-4", 1, resident(4), NOW).aggregate
    terms = waits.details.terms.model_copy(update={"promotion": Promotion.OFFER, "offer_hours": 300})
    offering = waits.model_copy(update={"details": waits.details.model_copy(update={"terms": terms})})
    offered = seats.release(offering, "resident-2", NOW).aggregate
    moved = _moved(offered, -2)
    event = moved.events[-1]
    assert isinstance(event, ActivityOffered)
    assert (event.person, event.until) == ("resident-4", moved.aggregate.starts_at - seats.OFFERS_END)
    assert moved.aggregate.answer_due is not None
    assert moved.aggregate.answer_due < moved.aggregate.starts_at
    yes = took(moved.aggregate, lambda a: seats.accept(a, "resident-4", NOW)).aggregate.party_of("resident-4")
    assert yes is not None
    assert yes.asked_until is None


def test_who_registers_after_the_move_is_not_asked_and_moving_back_asks_nobody() -> None:
    moved = _moved(_seated(), 2).aggregate
    late = registrations.register(moved.model_copy(update={"capacity": 9}), "resident-9", 1, resident(9), NOW)
    assert late.aggregate.seated[-1].asked_until is None
    back = _moved(moved, 0).aggregate
    assert [(p.asked_until, p.agreed_on) for p in back.seated] == [(None, None)] * 2
    assert back.answer_due is None


def test_moved_back_it_asks_who_registered_in_between_and_names_who_agreed_to_that_day_before() -> None:
    moved = _moved(_seated(), 2)
    (event,) = moved.events
    assert isinstance(event, ActivityMoved)
    assert event.unasked == []
    assert _moved(activity(), 2).events[0].unasked is None  # type: ignore[attr-defined]
    between = moved.aggregate.model_copy(update={"capacity": 9})
    between = registrations.register(between, "resident-9", 1, resident(9), NOW).aggregate
    back = _moved(between, 0)
    (event,) = back.events
    assert isinstance(event, ActivityMoved)
    assert event.asks_until is not None
    assert event.unasked == ["resident-1", "resident-2"]
    assert [party.person for party in back.aggregate.seated if party.asked_until] == ["resident-9"]


def test_a_yes_to_the_day_holds_over_a_move_of_the_place() -> None:
    moved = _moved(_seated(), 2).aggregate
    yes = took(moved, lambda a: seats.answer(a, "resident-1", comes=True, now=NOW)).aggregate
    (event,) = _move(yes, venue="garden").events
    assert isinstance(event, ActivityMoved)
    assert (event.asks_until is None, event.unasked) == (False, ["resident-1"])


def test_whoever_is_asked_shortly_before_has_until_the_start() -> None:
    near = START - HOUR
    moved = _moved(_seated(), 1, near)
    soon = scheduling.move(
        moved.aggregate, STAFF, near, starts_at=START + 15 * HOUR, ends_at=START + 16 * HOUR, venue="x", building=None
    ).aggregate
    assert {p.asked_until for p in soon.seated} == {START + 13 * HOUR}
