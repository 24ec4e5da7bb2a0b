"""Title, texts, capacity and terms change; who is affected is known before; nobody loses a seat by it."""

from datetime import timedelta

import pytest

from services.chassis.errors import NotYours
from services.contracts.activities import (
    Accessibility,
    ActivityChanged,
    ActivityDetails,
    ActivityKind,
    ActivityPromoted,
    Admits,
    Promotion,
)
from services.events.activities.domain import ending, scheduling
from services.events.activities.domain.activity import Activity, NotScheduled
from services.events.activities.domain.changing import Change, alter, change, effect, merged
from services.events.activities.domain.requests import (
    DetailsRequest,
    GroupRequest,
    PriorityUnexplained,
    ScheduleActivity,
    TermsRequest,
    TermsUnclear,
)
from services.events.registrations import domain as registrations
from tests.unit.events.given import END, HOME, NOW, ORGANISER, STAFF, START, activity, plan, resident
from tests.unit.events.lawful import lawful, took


def _full() -> Activity:
    full = activity(capacity=3)
    for n, heads in ((1, 2), (2, 1), (3, 2), (4, 1)):
        full = registrations.register(full, f"resident-{n}", heads, resident(n), NOW).aggregate
    return full


def test_a_higher_capacity_is_filled_from_the_list_at_once() -> None:
    before = _full()
    raised = took(before, lambda a: change(a, Change(capacity=5), ORGANISER, NOW))
    assert [type(e) for e in raised.events] == [ActivityChanged, ActivityPromoted]
    assert [p.person for p in raised.aggregate.waiting] == ["resident-4"]
    told = effect(before, raised)
    assert (told.told, told.promoted, told.seated, told.waiting) == (("promoted",), 1, 2, 2)


def test_below_a_lower_capacity_everybody_stays_and_nobody_follows() -> None:
    before = _full()
    lowered = took(before, lambda a: change(a, Change(capacity=1), STAFF, NOW))
    assert (lowered.aggregate.taken, lowered.aggregate.free) == (3, 0)
    assert effect(before, lowered).above_capacity == 2
    gone = took(lowered.aggregate, lambda a: registrations.withdraw(a, "resident-1", resident(1), NOW)).aggregate
    assert (gone.taken, len(gone.waiting)) == (1, 2)


def test_what_is_the_same_changes_nothing_and_what_calendars_do_not_show_counts_no_change_there() -> None:
    before = activity()
    assert took(before, lambda a: alter(a, Change(title=before.title), NOW)).events == ()
    assert took(before, lambda a: alter(a, Change(capacity=9), NOW)).aggregate.shown_changes == 0
    assert took(before, lambda a: alter(a, Change(title="新名"), NOW)).aggregate.shown_changes == 1


def test_a_note_on_the_budget_reaches_no_topic() -> None:
    noted = took(activity(), lambda a: change(a, Change(budget_note="场地 200 元"), STAFF, NOW))
    (event,) = noted.events
    assert "200" not in event.model_dump_json()
    assert noted.aggregate.budget_note == "场地 200 元"


def test_only_those_who_manage_what_stands_change_it() -> None:
    with pytest.raises(NotYours):
        change(activity(), Change(capacity=9), resident(1), NOW)
    cancelled = ending.cancel(activity(), STAFF, NOW, None).aggregate
    with pytest.raises(NotScheduled):
        change(cancelled, Change(capacity=9), STAFF, NOW)


def test_details_that_are_not_given_stay() -> None:
    first = merged(ActivityDetails(), {"bring": "舞鞋", "terms": {"offer_hours": 6, "promotion": Promotion.OFFER}})
    second = merged(first, {"admits": Admits.WOMEN, "terms": {"largest_party": 2}})
    assert (second.bring, second.admits) == ("舞鞋", Admits.WOMEN)
    assert (second.terms.offer_hours, second.terms.promotion, second.terms.largest_party) == (6, Promotion.OFFER, 2)


def test_groups_are_named_once_and_priority_is_explained() -> None:
    children = GroupRequest(group="children", zh="儿童", capacity=5)
    with pytest.raises(TermsUnclear):
        DetailsRequest(terms=TermsRequest(groups=(children, children))).over(ActivityDetails())
    with pytest.raises(TermsUnclear):
        DetailsRequest(terms=TermsRequest(groups=(children,), priority=("elders",))).over(ActivityDetails())
    with pytest.raises(PriorityUnexplained):
        DetailsRequest(terms=TermsRequest(groups=(children,), priority=("children",))).over(ActivityDetails())


def test_everything_that_people_read_is_scheduled_as_it_was_written() -> None:
    details = DetailsRequest(
        description="每月第一个星期六", accessibility=(Accessibility.LIFT,), max_age=80, filing="clinic-2026-03"
    )
    body = ScheduleActivity(
        community=HOME,
        title="义诊",
        kind=ActivityKind.CLINIC,
        starts_at=START,
        ends_at=END,
        venue="hall",
        capacity=5,
        details=details,
    )
    decision = scheduling.schedule("activity-1", HOME, body.plan("staff-1"), "1", STAFF, NOW)
    lawful(None, decision)
    told = decision.aggregate.details
    assert (told.description, told.accessibility, told.max_age, told.filing) == (
        "每月第一个星期六",
        (Accessibility.LIFT,),
        80,
        "clinic-2026-03",
    )


def test_whole_days_begin_and_end_at_midnight() -> None:
    midnight = START.replace(hour=16)
    fair = scheduling.schedule(
        "activity-1",
        HOME,
        plan(starts_at=midnight, ends_at=midnight + timedelta(days=2), all_day=True),
        "1",
        STAFF,
        NOW,
    )
    assert fair.aggregate.all_day
    with pytest.raises(scheduling.NotWholeDays):
        scheduling.schedule("activity-1", HOME, plan(all_day=True), "1", STAFF, NOW)


def test_a_new_name_stands_beside_the_old_one_where_neither_is_a_secret() -> None:
    def previous(before: Activity, asked: Change) -> str | None:
        (event,) = alter(before, asked, NOW).events
        assert isinstance(event, ActivityChanged)
        return event.previous_title

    open_to_all, secret = activity(), activity(private=True)
    assert previous(open_to_all, Change(title="新名")) == open_to_all.title
    assert previous(open_to_all, Change(title_en="A new name")) is None
    assert previous(secret, Change(title="新名")) is None
    assert previous(secret, Change(title="新名", private=False)) is None
    assert previous(open_to_all, Change(title="新名", private=True)) is None


def test_terms_are_told_apart_from_what_people_read() -> None:
    before = _full()
    terms = ActivityDetails.model_validate({"terms": {"cancel_hours_before": 4}})
    bring = ActivityDetails.model_validate({"bring": "医保卡"})
    for details, field in ((terms, "terms"), (bring, "details")):
        (event,) = change(before, Change(details=details), ORGANISER, NOW).events
        assert isinstance(event, ActivityChanged)
        assert event.fields == [field]
