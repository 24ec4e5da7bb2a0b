"""Who may answer what and when; and every refusal that the machine only steps over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.errors import CommunityError, NotYours
from services.contracts.activities import ActivityKind, ActivityMoved, ActivityScheduled, ActivityStatus
from services.contracts.volunteers import NeedAccepted, NeedMoved, NeedReopened, NeedStaffed, NeedStatus, Origin
from services.volunteers.domain import errors
from services.volunteers.needs.domain import needs, seating, serving
from services.volunteers.needs.domain.needs import Need, OpenNeed, open_for_activity, open_need
from services.volunteers.needs.domain.offers import TABLE, OfferCommand, OfferStatus, target
from services.volunteers.needs.domain.serving import Confirm, Report
from tests.unit.volunteers.world import (
    DAY,
    HERE,
    HOUR,
    NOW,
    STAFF,
    STRANGER,
    a_need,
    accepted,
    assert_folds,
    offered,
    person,
    said,
)

ALLOWED = {(row.source, row.command) for row in TABLE}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.source}-{row.command}")
def test_each_row_leads_where_it_says(row: Any) -> None:
    assert target(row.source, row.command) is row.target


@pytest.mark.parametrize(
    ("status", "command"),
    [(s, c) for s in OfferStatus for c in OfferCommand if (s, c) not in ALLOWED],
    ids=str,
)
def test_what_is_not_in_the_table_is_refused(status: Any, command: Any) -> None:
    with pytest.raises(errors.OfferNotNow):
        target(status, command)


def test_the_last_yes_says_staffed_with_everybody_in_order() -> None:
    need = accepted(a_need(seats=2), "bob")
    decision = seating.accept(offered(need, "ann"), person("ann"), NOW + HOUR)
    assert [type(event) for event in decision.events] == [NeedAccepted, NeedStaffed]
    assert said(decision, 1).volunteers == ["bob", "ann"]
    assert decision.aggregate.status is NeedStatus.STAFFED
    assert_folds(offered(need, "ann"), decision)


def test_a_yes_said_twice_is_said_once() -> None:
    need = accepted(a_need(), "ann")
    assert seating.accept(need, person("ann"), NOW + HOUR).events == ()


def test_only_the_person_asked_answers() -> None:
    need = offered(a_need(), "ann")
    for answer in (seating.accept, seating.decline):
        with pytest.raises(errors.NoSuchOffer):
            answer(need, person("bob"), NOW)
        with pytest.raises(NotYours):
            answer(need, STRANGER, NOW)


def test_a_neighbour_cannot_give_back_somebody_elses_seat_but_staff_can() -> None:
    need = accepted(a_need(), "ann")
    with pytest.raises(NotYours):
        seating.withdraw(need, "ann", person("bob"), NOW)
    decision = seating.withdraw(need, "ann", STAFF, NOW)
    assert decision.aggregate.status is NeedStatus.OPEN
    assert said(decision).person == "ann"
    assert_folds(need, decision)


def test_a_yes_at_the_moment_of_expiry_is_too_late() -> None:
    need = offered(a_need(), "ann")
    expires = need.offers[0].expires_at
    with pytest.raises(errors.OfferExpired):
        seating.accept(need, person("ann"), expires)
    assert seating.accept(need, person("ann"), expires - HOUR / 3600).events


def test_an_offer_never_outlasts_the_start() -> None:
    need = a_need(starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    assert offered(need, "ann").offers[0].expires_at == NOW + HOUR


@pytest.mark.parametrize("late", [2 * DAY, 3 * DAY])
def test_seats_are_neither_given_nor_taken_back_once_it_has_begun(late: Any) -> None:
    now = NOW + late
    commands: list[Callable[[], object]] = [
        lambda: seating.offer(a_need(), seating.tentative(a_need(), "offer-1", NOW), "ann", now),
        lambda: seating.accept(offered(a_need(), "ann"), person("ann"), now),
        lambda: seating.withdraw(accepted(a_need(), "ann"), "ann", person("ann"), now),
    ]
    for command in commands:
        with pytest.raises(errors.AlreadyStarted):
            command()


def test_a_seat_is_only_offered_for_the_time_that_was_booked() -> None:
    booked_for = a_need()
    moved = a_need(starts_at=NOW + 3 * DAY, ends_at=NOW + 3 * DAY + HOUR)
    with pytest.raises(errors.NeedHasMoved):
        seating.offer(moved, seating.tentative(booked_for, "offer-1", NOW), "ann", NOW)


def test_who_said_no_is_not_asked_again_but_may_change_their_mind() -> None:
    need = seating.decline(offered(a_need(), "ann"), person("ann"), NOW).aggregate
    booking = seating.tentative(need, "offer-2", NOW)
    with pytest.raises(errors.AskedBefore):
        seating.offer(need, booking, "ann", NOW)
    assert seating.take(need, booking, person("ann"), NOW).aggregate.volunteers == ["ann"]


def test_signing_up_where_an_offer_stands_accepts_it() -> None:
    need = offered(a_need(), "ann")
    decision = seating.take(need, None, person("ann"), NOW)
    assert decision.aggregate.volunteers == ["ann"]
    assert len(decision.aggregate.offers) == 1


def moved_by(need: Need, later: timedelta, **fields: Any) -> ActivityMoved:
    return ActivityMoved(
        starts_at=need.starts_at + later,
        ends_at=need.ends_at + later,
        venue="square",
        previous_starts_at=need.starts_at,
        previous_venue="hall",
        **fields,
    )


def test_a_new_time_lets_every_answer_fall_and_asks_the_same_people_again() -> None:
    need = offered(accepted(a_need(seats=2), "ann"), "bob")
    decision = needs.move(need, moved_by(need, DAY), NOW)
    assert [type(event) for event in decision.events] == [NeedMoved, NeedReopened]
    assert {ref.person for ref in said(decision).released} == {"ann", "bob"}
    assert_folds(need, decision)
    after = decision.aggregate
    assert after.open_seats == 2
    assert offered(after, "ann").open_seats == 1


def test_a_new_place_at_the_same_time_keeps_every_answer() -> None:
    need = accepted(a_need(), "ann")
    decision = needs.move(need, moved_by(need, 0 * DAY, building="building-3"), NOW)
    assert decision.aggregate.volunteers == ["ann"]
    assert decision.aggregate.building == "building-3"
    assert [type(event) for event in decision.events] == [NeedMoved]
    assert_folds(need, decision)


def test_cancelling_names_everybody_who_is_owed_a_word_and_is_done_once() -> None:
    need = offered(accepted(a_need(seats=3), "ann"), "bob")
    decision = needs.cancel(need, STAFF, NOW)
    assert {ref.person for ref in said(decision).released} == {"ann", "bob"}
    assert_folds(need, decision)
    assert needs.cancel(decision.aggregate, STAFF, NOW).events == ()
    with pytest.raises(NotYours):
        needs.cancel(need, person("ann"), NOW)


def test_an_activitys_need_is_cancelled_and_counted_in_the_activity() -> None:
    need = accepted(a_need(origin=Origin.ACTIVITY, activity="activity-1"), "ann")
    with pytest.raises(errors.OfActivity):
        needs.cancel(need, STAFF, NOW)
    with pytest.raises(errors.OfActivity):
        serving.report(need, Report(minutes=60), person("ann"), NOW + 2 * DAY)


def test_help_that_nobody_gave_lapses_and_those_who_came_are_still_counted() -> None:
    need = accepted(a_need(seats=2), "ann")
    assert needs.lapse(need, NOW + 2 * DAY).events == ()
    over = NOW + 2 * DAY + HOUR
    decision = needs.lapse(need, over)
    assert decision.aggregate.status is NeedStatus.LAPSED
    assert_folds(need, decision)
    confirmed = serving.confirm(decision.aggregate, Confirm(person="ann"), STAFF, over)
    assert said(confirmed).minutes == 60
    assert confirmed.aggregate.status is NeedStatus.LAPSED


def test_reported_minutes_count_unless_staff_say_otherwise_and_only_once() -> None:
    begun = NOW + 2 * DAY
    need = accepted(a_need(), "ann")
    with pytest.raises(errors.NotStarted):
        serving.report(need, Report(minutes=60), person("ann"), NOW)
    with pytest.raises(errors.TooManyMinutes):
        serving.report(need, Report(minutes=121), person("ann"), begun)
    reported = serving.report(need, Report(minutes=75), person("ann"), begun).aggregate
    with pytest.raises(NotYours):
        serving.confirm(reported, Confirm(person="ann"), person("ann"), begun)
    done = serving.confirm(reported, Confirm(person="ann"), STAFF, begun)
    assert said(done).minutes == 75
    assert done.aggregate.status is NeedStatus.FULFILLED
    assert_folds(reported, done)
    assert said(serving.confirm(reported, Confirm(person="ann", minutes=50), STAFF, begun)).minutes == 50
    with pytest.raises(errors.OfferNotNow):
        serving.confirm(done.aggregate, Confirm(person="ann"), STAFF, begun)


def test_an_activity_that_looks_for_helpers_becomes_a_need_with_the_certificate_its_skill_asks_for() -> None:
    scheduled = ActivityScheduled(
        title="义诊",
        kind=ActivityKind.CLINIC,
        starts_at=NOW + DAY,
        ends_at=NOW + DAY + HOUR,
        venue="hall",
        organiser="organiser-1",
        capacity=30,
        taken=0,
        waiting=0,
        attended=0,
        volunteers_needed=2,
        skill="medical",
        volunteers=[],
        guardian_required=False,
        status=ActivityStatus.SCHEDULED,
    )
    decision = open_for_activity("activity-1", HERE, scheduled, NOW)
    need = decision.aggregate
    assert (need.seats, need.certificate, need.activity) == (2, "medical-licence", "activity-1")
    assert_folds(None, decision)


@pytest.mark.parametrize(
    ("times", "refusal"),
    [
        ((HOUR, HOUR), errors.EndsBeforeStart),
        ((HOUR, 26 * HOUR), errors.TooLong),
        ((-HOUR, HOUR), errors.AlreadyStarted),
    ],
)
def test_a_need_must_make_sense(times: Any, refusal: Any) -> None:
    begin, end = times
    command = OpenNeed(community=HERE, category="chores", starts_at=NOW + begin, ends_at=NOW + end)
    with pytest.raises(refusal):
        open_need("need-1", command, STAFF, NOW)


def test_needs_are_opened_by_staff_of_the_community() -> None:
    command = OpenNeed(community=HERE, category="chores", starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    for nobody in (person("ann"), STRANGER):
        with pytest.raises(CommunityError):
            open_need("need-1", command, nobody, NOW)
    assert_folds(None, open_need("need-1", command, STAFF, NOW))


def test_an_erased_helper_gives_the_seat_back_under_a_name_that_leads_nowhere() -> None:
    need = accepted(a_need(), "ann")
    decision = seating.forget(need, "ann", "erased-1", NOW)
    assert "ann" not in decision.aggregate.model_dump_json()
    assert all("ann" not in event.model_dump_json() for event in decision.events)
    assert decision.aggregate.open_seats == 1
    assert_folds(need, decision)


def test_no_offer_is_made_of_a_hold_that_has_run_out_or_has_made_one() -> None:
    need = a_need(seats=2)
    hold = seating.tentative(need, "offer-1", NOW, HOUR)
    just = NOW + HOUR - timedelta(seconds=1)
    assert seating.offer(need, hold, "ann", just).events
    assert seating.take(need, hold, person("ann"), just).events
    with pytest.raises(errors.OfferExpired):
        seating.offer(need, hold, "ann", NOW + HOUR)
    with pytest.raises(errors.OfferExpired):
        seating.take(need, hold, person("ann"), NOW + HOUR)
    declined = seating.decline(seating.offer(need, hold, "ann", NOW).aggregate, person("ann"), NOW).aggregate
    with pytest.raises(errors.AskedBefore):
        seating.take(declined, hold, person("ann"), NOW)
    assert seating.take(declined, seating.tentative(need, "offer-2", NOW), person("ann"), NOW).events
