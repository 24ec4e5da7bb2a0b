"""A party comes to every date of a series, leaves some out, and leaves."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.chassis.errors import CommunityError, NotYours
from services.contracts.activities import (
    ActivityDetails,
    ActivityPartyChanged,
    ActivityRegistered,
    ActivityWaitlisted,
    ActivityWithdrawn,
    EnrolmentDatesCalledOff,
    Leaving,
)
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Change
from services.events.activities.domain.privacy import BUSY_EN, BUSY_ZH
from services.events.children import domain as children
from services.events.children.domain import EnterChild
from services.events.enrolments import calling_off, changing
from services.events.enrolments import domain as rules
from services.events.enrolments.domain import Enrol, Enrolment, EnrolmentOver, EnrolmentStands
from services.events.enrolments.overlapping import require_reliable
from services.events.enrolments.possible import possible
from services.events.registrations.domain import (
    AgeNotConfirmed,
    ChangeParty,
    GuardianMissing,
    MissedTooOften,
    NoConsentStands,
    PartyTooLarge,
    Standing,
)
from services.events.series.domain import changing as series_changing
from services.events.series.domain import series as all_series
from services.events.series.domain.revision import Revision
from services.events.series.domain.series import NoSuchDate, SeriesEndedAlready
from tests.unit.events.given import GRID, HOME, HOUR, MINUTE, NOW, STAFF, START, activity, plan, resident
from tests.unit.events.lawful import lawful, took

ON = date(2026, 3, 7)
SERIES = all_series.start("series-1", HOME, plan(), "FREQ=WEEKLY;BYDAY=SA", STAFF, NOW).aggregate


def _enrolment(party: int = 2, **more: Any) -> Enrolment:
    body = Enrol(party=party, **more)
    made = rules.enrol("enrolment-1", SERIES, body, "resident-1", resident(1), NOW)
    lawful(None, made)
    return made.aggregate


def _dated() -> Activity:
    return activity().model_copy(update={"series": "series-1", "occurrence": ON})


def test_each_date_gets_an_ordinary_registration_once() -> None:
    came = took(_dated(), lambda a: rules.come(a, _enrolment(), NOW))
    (event,) = came.events
    assert isinstance(event, ActivityRegistered)
    assert (event.person, event.party, event.own) == ("resident-1", 2, True)
    assert took(came.aggregate, lambda a: rules.come(a, _enrolment(), NOW)).events == ()


def test_a_registration_says_of_its_date_that_it_was_known_or_takes_place_after_all() -> None:
    for as_told in (True, False):
        (event,) = rules.come(_dated(), _enrolment(), NOW, as_told=as_told, restored=not as_told).events
        assert isinstance(event, ActivityRegistered)
        assert (event.as_enrolled, event.restored) == (as_told, not as_told)


def test_the_desk_reads_on_every_date_how_a_party_is_called_and_no_fact_or_state_does() -> None:
    came = rules.come(_dated(), _enrolment(called="王奶奶一家"), NOW)
    (party,) = came.aggregate.seated
    assert party.label == "王奶奶一家"
    told = [came.aggregate.public(), *came.events, _enrolment(called="王奶奶一家").public()]
    assert not any("王奶奶" in each.model_dump_json() for each in told)
    assert rules.erase(_enrolment(called="王奶奶一家"), "resident-1", "erased-1").aggregate.called is None


def test_where_there_are_too_few_seats_the_party_waits() -> None:
    full = _dated().model_copy(update={"capacity": 3})
    full = rules.come(full, _enrolment().model_copy(update={"person": "resident-2", "by": "resident-2"}), NOW).aggregate
    assert [type(e) for e in took(full, lambda a: rules.come(a, _enrolment(), NOW)).events] == [ActivityWaitlisted]


def test_the_desk_enrols_somebody_who_then_did_not_come_themselves() -> None:
    made = rules.enrol("enrolment-1", SERIES, Enrol(), "resident-1", GRID, NOW).aggregate
    (event,) = rules.come(_dated(), made, NOW).events
    assert isinstance(event, ActivityRegistered)
    assert event.own is False
    with pytest.raises(NotYours):
        rules.enrol("enrolment-1", SERIES, Enrol(), "resident-1", resident(2), NOW)


def test_a_date_that_is_left_out_has_no_registration_and_may_be_taken_again() -> None:
    without = took(_enrolment(), lambda e: rules.leave_out(e, SERIES, ON, resident(1), NOW)).aggregate
    assert rules.come(_dated(), without, NOW).events == ()
    came = rules.come(_dated(), _enrolment(), NOW).aggregate
    (event,) = took(came, lambda a: rules.stay_away(a, without, NOW)).events
    assert isinstance(event, ActivityWithdrawn)
    assert event.why is Leaving.SERIES_LEFT
    back = took(without, lambda e: rules.take(e, SERIES, ON, resident(1), NOW)).aggregate
    assert rules.come(_dated(), back, NOW).events != ()
    assert rules.stay_away(came, without, START).events == ()


def test_only_dates_of_the_series_are_left_out_or_taken() -> None:
    sunday, gone = date(2026, 3, 8), date(2026, 2, 28)
    for day in (sunday, gone):
        with pytest.raises(NoSuchDate):
            rules.leave_out(_enrolment(), SERIES, day, resident(1), NOW)
        with pytest.raises(NoSuchDate):
            rules.take(_enrolment(), SERIES, day, resident(1), NOW)
        with pytest.raises(NoSuchDate):
            _enrolment(left_out=(day,))


def test_a_series_that_has_ended_has_the_dates_that_it_named_and_no_others() -> None:
    ended = all_series.end(SERIES, STAFF, NOW, cancels=False).aggregate
    near, far = ON + timedelta(days=7), date(2026, 8, 1)
    assert rules.leave_out(_enrolment(), SERIES, far, resident(1), NOW).events
    assert rules.leave_out(_enrolment(), ended, near, resident(1), NOW).events
    with pytest.raises(NoSuchDate):
        rules.leave_out(_enrolment(), ended, far, resident(1), NOW)
    without = _enrolment(left_out=(far,))
    with pytest.raises(NoSuchDate):
        rules.take(without, ended, far, resident(1), NOW)
    assert "take" not in {each.command for each in possible(without, ended, resident(1), NOW)}
    given_up = series_changing.dates_given_up(ended, NOW)
    assert (given_up[0], far in given_up) == (date(2026, 5, 2), True)
    assert series_changing.dates_given_up(SERIES, NOW) == []


def test_who_left_a_series_comes_no_more_until_they_come_again() -> None:
    ended = took(_enrolment(), lambda e: rules.end(e, resident(1))).aggregate
    assert rules.come(_dated(), ended, NOW).events == ()
    with pytest.raises(EnrolmentOver):
        rules.leave_out(ended, SERIES, ON, resident(1), NOW)
    assert took(ended, lambda e: rules.again(e, SERIES, Enrol(party=1), resident(1), NOW)).aggregate.stands
    assert rules.again(_enrolment(), SERIES, Enrol(party=2), resident(1), NOW).events == ()
    with pytest.raises(EnrolmentStands):
        rules.again(_enrolment(), SERIES, Enrol(party=1), resident(1), NOW)
    over = all_series.end(SERIES, STAFF, NOW, cancels=True).aggregate
    with pytest.raises(SeriesEndedAlready):
        rules.enrol("enrolment-2", over, Enrol(), "resident-1", resident(1), NOW)


def test_nothing_leads_to_an_erased_person() -> None:
    erased = took(_enrolment(), lambda e: rules.erase(e, "resident-1", "erased-1")).aggregate
    assert "resident-1" not in erased.model_dump_json()
    assert not erased.stands
    assert took(_enrolment(), lambda e: rules.erase(e, "resident-9", "erased-1")).events == ()


def test_what_the_terms_refuse_has_no_registration() -> None:
    adults = _dated().model_copy(update={"min_age": 18})
    assert rules.come(adults, _enrolment(), NOW).events == ()
    assert rules.come(adults, _enrolment(ages_confirmed=True), NOW).events != ()


CHILD = children.enter("child-1", EnterChild(community=HOME, label="小宝", birth_year=2018), resident(1), NOW).aggregate
CONSENTED = children.consent(CHILD, "consent-v1", resident(1), NOW).aggregate


def test_a_mother_enrols_her_child_and_each_date_knows_whom_to_hand_it_to() -> None:
    body = Enrol(party=1, children=("child-1",), ages_confirmed=True)
    class_ = all_series.start("series-1", HOME, plan(guardian_required=True), "FREQ=WEEKLY", STAFF, NOW).aggregate
    made = rules.enrol("enrolment-1", class_, body, "resident-1", resident(1), NOW, [CONSENTED]).aggregate
    dated = _dated().model_copy(update={"guardian_required": True})
    came = took(dated, lambda a: rules.come(a, made, NOW, [CONSENTED])).aggregate
    assert [party.children for party in came.seated] == [("child-1",)]
    withdrawn = children.withdraw(CONSENTED, resident(1), NOW).aggregate
    assert took(dated, lambda a: rules.come(a, made, NOW, [withdrawn])).events == ()
    assert rules.erase(made, "resident-1", "nobody").aggregate.children == ()


@pytest.mark.parametrize(
    ("changes", "body", "refusal"),
    [
        ({"guardian_required": True}, {}, GuardianMissing),
        ({"min_age": 60}, {}, AgeNotConfirmed),
        ({"capacity": 3}, {"party": 4}, PartyTooLarge),
        ({}, {"children": ("child-1",)}, NoConsentStands),
    ],
)
def test_who_would_never_have_a_seat_is_told_so_at_once(
    changes: dict[str, Any], body: dict[str, Any], refusal: type[CommunityError]
) -> None:
    series = all_series.start("series-1", HOME, plan(**changes), "FREQ=WEEKLY", STAFF, NOW).aggregate
    named = [CHILD] if "children" in body else []
    with pytest.raises(refusal):
        rules.enrol("enrolment-1", series, Enrol(**body), "resident-1", resident(1), NOW, named)


def test_registration_that_is_not_open_yet_refuses_no_enrolment() -> None:
    details = ActivityDetails.model_validate({"terms": {"opens_hours_before": 1}})
    series = all_series.start("series-1", HOME, plan(details=details), "FREQ=WEEKLY", STAFF, NOW).aggregate
    assert rules.enrol("enrolment-1", series, Enrol(), "resident-1", resident(1), NOW).aggregate.stands


def test_a_date_that_was_given_up_at_the_activity_is_left_out_until_it_is_taken_again() -> None:
    gone = took(_enrolment(), lambda e: rules.gave_up(e, ON, NOW)).aggregate
    assert rules.gave_up(gone, ON, NOW).events == ()
    assert rules.come(_dated(), gone, NOW).events == ()
    back = rules.take(gone, SERIES, ON, resident(1), NOW).aggregate
    assert [type(event) for event in rules.come(_dated(), back, NOW).events] == [ActivityRegistered]
    ended = rules.end(back, resident(1)).aggregate
    assert rules.gave_up(ended, ON, NOW).events == ()


def test_a_date_that_was_left_out_and_then_registered_for_at_the_activity_is_left_out_no_more() -> None:
    without = took(_enrolment(), lambda e: rules.leave_out(e, SERIES, ON, resident(1), NOW)).aggregate
    assert rules.came_back(without, ON, NOW - MINUTE).events == ()  # a registration from before
    back = took(without, lambda e: rules.came_back(e, ON, NOW)).aggregate
    assert back.left_out == ()
    assert rules.come(_dated(), back, NOW).events != ()  # so that a date in its place seats the party too
    assert rules.came_back(back, ON, NOW).events == ()
    ended = rules.end(without, resident(1)).aggregate
    assert rules.came_back(ended, ON, NOW).events == ()


def test_another_party_comes_to_each_date_that_can_take_it_and_keeps_its_place_on_the_others() -> None:
    alone, two = _enrolment(1), _enrolment(1).model_copy(update={"person": "resident-2", "by": "resident-2"})
    grown = took(alone, lambda e: changing.change(e, SERIES, ChangeParty(party=3), resident(1), NOW)).aggregate
    assert (grown.heads, grown.made_at) == (3, alone.made_at)
    assert changing.change(grown, SERIES, ChangeParty(party=3), resident(1), NOW).events == ()
    with pytest.raises(PartyTooLarge):
        changing.change(alone, SERIES, ChangeParty(party=9), resident(1), NOW)
    with pytest.raises(NotYours):
        changing.change(alone, SERIES, ChangeParty(party=2), resident(2), NOW)

    seated = rules.come(_dated().model_copy(update={"capacity": 3}), alone, NOW).aggregate
    kept = took(seated, lambda a: changing.followed(a, grown, NOW))
    assert [type(each) for each in kept.events] == [ActivityPartyChanged]
    assert changing.outcome(seated, grown, NOW, (), "zh").outcome == "kept"

    full = rules.come(seated, two, NOW).aggregate
    assert took(full, lambda a: changing.followed(a, grown, NOW)).events == ()
    refused = changing.outcome(full, grown, NOW, (), "en")
    assert (refused.outcome, refused.code) == ("refused", "activity.seats-short")

    crowded = rules.come(seated.model_copy(update={"capacity": 1}), two, NOW).aggregate.model_copy(
        update={"capacity": 3}
    )
    couple = two.model_copy(update={"heads": 3})
    assert took(crowded, lambda a: changing.followed(a, couple, NOW)).aggregate.position_of("resident-2") == 1
    waits = changing.outcome(crowded, couple, NOW, (), "zh")
    assert (waits.outcome, waits.position) == ("waiting", 1)
    left_out = grown.model_copy(update={"left_out": (ON,)})
    assert not changing.concerns(_dated(), left_out, NOW)
    assert changing.followed(_dated(), left_out, NOW).events == ()


def test_who_was_missed_too_often_enrols_in_nothing_that_is_not_open_to_them() -> None:
    missed = Standing(missed=3, missed_allowed=3)
    with pytest.raises(MissedTooOften):
        require_reliable(_enrolment(), SERIES, missed, NOW)
    require_reliable(_enrolment(), SERIES, Standing(missed=2, missed_allowed=3), NOW)
    once = all_series.start("series-1", HOME, plan(), "FREQ=WEEKLY;BYDAY=SA;COUNT=1", STAFF, NOW).aggregate
    require_reliable(_enrolment(), once, missed, START - HOUR)


def test_whoever_had_left_before_is_not_told_that_the_series_is_called_off() -> None:
    off = took(_enrolment(), lambda e: calling_off.call_off(e, SERIES, "老师离职", untold=True))
    assert off.aggregate.stands is False
    assert calling_off.call_off(off.aggregate, SERIES, None, untold=True).events == ()


def test_of_dates_that_are_no_activities_yet_a_party_hears_those_on_which_it_would_have_come() -> None:
    weekly = all_series.start("series-1", HOME, plan(), "FREQ=WEEKLY;BYDAY=SA;COUNT=20", STAFF, NOW).aggregate
    far = [each.on for each in weekly.occurrences(weekly.expanded_until)]
    paused = series_changing.pause(weekly, far[0] - timedelta(days=30), far[3], STAFF, NOW, "放假").aggregate
    days = series_changing.dates_without(paused, far[0] - timedelta(days=30), far[3])
    assert days == far[:3]
    enrolment = _enrolment().model_copy(update={"left_out": (far[0],)})
    told = took(enrolment, lambda e: calling_off.call_dates_off(e, paused, days, "放假"))
    [event] = told.events
    assert isinstance(event, EnrolmentDatesCalledOff)
    assert (event.first, event.last, event.dates, event.reason) == (far[1], far[2], 2, "放假")
    assert told.aggregate.stands
    assert calling_off.call_dates_off(enrolment, paused, days[:1], None).events == ()
    private = paused.model_copy(update={"private": True})
    [event] = calling_off.call_dates_off(enrolment, private, days, "放假").events
    assert isinstance(event, EnrolmentDatesCalledOff)
    assert event.reason is None
    assert event.title != plan().title


def test_a_far_date_that_a_change_renamed_is_called_by_its_new_name_when_it_is_skipped() -> None:
    weekly = all_series.start("series-1", HOME, plan(), "FREQ=WEEKLY;BYDAY=SA;COUNT=20", STAFF, NOW).aggregate
    far = [each.on for each in weekly.occurrences(weekly.expanded_until)]
    renamed = Revision(since=far[1], change=Change(title="义诊与理发"))
    weekly = series_changing.revise(weekly, renamed, STAFF, NOW).aggregate
    secret = Revision(since=far[3], until=far[3] + timedelta(days=1), change=Change(private=True))
    weekly = series_changing.revise(weekly, secret, STAFF, NOW).aggregate

    def told(*days: date) -> tuple[str, str | None, str | None]:
        skipped = weekly
        for on in days:
            skipped = series_changing.skip(skipped, on, STAFF, NOW, None).aggregate
        (event,) = calling_off.call_dates_off(_enrolment(), skipped, days, "放假").events
        assert isinstance(event, EnrolmentDatesCalledOff)
        return event.title, event.title_en, event.reason

    assert told(far[0]) == ("每月义诊", "Free clinic", "放假")
    assert told(far[1]) == told(far[1], far[2]) == ("义诊与理发", "Free clinic", "放假")
    assert told(far[0], far[1]) == ("每月义诊", "Free clinic", "放假"), "of two names that of the series"
    assert told(far[3]) == (BUSY_ZH, BUSY_EN, None)
