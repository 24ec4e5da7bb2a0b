"""The terms of registration, case by case: groups, windows, priority, offers, guests, overlaps, consent, the desk."""

from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.contracts.activities import (
    ActivityChanged,
    ActivityConfirmed,
    ActivityDetails,
    ActivityMovedUp,
    ActivityOffered,
    ActivityPromoted,
    ActivityWithdrawn,
    Leaving,
)
from services.events.activities.domain import changing, ending, scheduling, seats
from services.events.activities.domain.activity import Activity, NotScheduled
from services.events.activities.domain.seats import NotWaiting, PositionUnknown
from services.events.children import domain as children
from services.events.children.domain import EnterChild
from services.events.registrations.domain import (
    Beside,
    ChildUnfit,
    GroupOf,
    GroupsUnclear,
    MissedTooOften,
    NoConsentStands,
    NotOpenYet,
    NotRegistered,
    Overlapping,
    OverlappingRefused,
    PartyTooLarge,
    Register,
    RegistrationClosed,
    SeatsShort,
    Standing,
    TooLateToWithdraw,
    TooOld,
    WhenShort,
    answer,
    drop_child,
    move_up,
    register,
    remove,
    withdraw,
)
from tests.unit.events.given import (
    END,
    GRID,
    HOME,
    HOUR,
    NOW,
    STAFF,
    START,
    activity,
    resident,
)
from tests.unit.events.lawful import lawful, took


def _with(a: Activity, *parties: tuple[int, int]) -> Activity:
    for n, heads in parties:
        decision = register(a, f"resident-{n}", heads, resident(n), NOW)
        lawful(a, decision)
        a = decision.aggregate
    return a


def _seated(a: Activity) -> list[str]:
    return [p.person for p in a.seated]


def _waiting(a: Activity) -> list[str]:
    return [p.person for p in a.waiting]


def _terms(**terms: Any) -> Activity:
    capacity = terms.pop("capacity", 4)
    details = ActivityDetails.model_validate({"terms": terms})
    return activity(capacity=capacity, details=details)


GROUPS = (
    {"group": "children", "zh": "儿童", "capacity": 2},
    {"group": "adults", "zh": "大人", "capacity": 2},
    {"group": "elders", "zh": "老人", "capacity": 4},
)


def _asked(party: int, **groups: int) -> Register:
    return Register(party=party, groups=tuple(GroupOf(group=name, heads=heads) for name, heads in groups.items()))


def _in_groups(a: Activity, n: int, **groups: int) -> Activity:
    heads = sum(groups.values())
    decision = register(a, f"resident-{n}", heads, resident(n), NOW, asked=_asked(heads, **groups))
    lawful(a, decision)
    return decision.aggregate


def test_too_few_seats_are_told_with_what_is_left_where_one_asked_to_be_asked() -> None:
    two_left = _with(activity(capacity=4), (1, 2))
    one_left = _with(two_left, (2, 1))
    with pytest.raises(SeatsShort) as refusal:
        register(one_left, "resident-3", 2, resident(3), NOW, asked=Register(party=2, when_short=WhenShort.ASK))
    assert refusal.value.params == {"left": 1, "party": 2}
    assert _seated(register(one_left, "resident-3", 1, resident(3), NOW).aggregate)[-1] == "resident-3"
    waiting = register(one_left, "resident-3", 2, resident(3), NOW, asked=Register(party=2)).aggregate
    assert (_waiting(waiting), waiting.free) == (["resident-3"], 1)


def test_a_parent_and_a_child_both_get_a_seat_or_neither_does() -> None:
    almost = _in_groups(_terms(groups=GROUPS, capacity=8), 1, children=2, adults=1)
    both = _in_groups(almost, 2, children=1, adults=1)
    assert (_waiting(both), both.free_in("adults"), both.free_in("children")) == (["resident-2"], 1, 0)
    alone = _in_groups(both, 3, adults=1)
    assert _seated(alone) == ["resident-1", "resident-3"]


@pytest.mark.parametrize("groups", [{}, {"children": 1}, {"strangers": 2}])
def test_each_head_belongs_to_a_published_group(groups: dict[str, int]) -> None:
    with pytest.raises(GroupsUnclear):
        register(_terms(groups=GROUPS), "resident-1", 2, resident(1), NOW, asked=_asked(2, **groups))


def test_a_group_with_priority_goes_ahead_and_among_its_own_as_they_came() -> None:
    rule = {"priority": ("elders",), "priority_rule": "70 岁以上老人优先"}
    full = _in_groups(_terms(groups=GROUPS, capacity=2, **rule), 1, adults=2)
    for n, group in ((2, "adults"), (3, "elders"), (4, "adults"), (5, "elders")):
        full = _in_groups(full, n, **{group: 1})
    assert _waiting(full) == ["resident-3", "resident-5", "resident-2", "resident-4"]


def test_the_desk_puts_somebody_ahead_with_a_reason_that_is_told() -> None:
    full = _with(activity(capacity=2), (1, 2), (2, 1), (3, 1))
    ahead = took(full, lambda a: move_up(a, "resident-3", STAFF, NOW, 1, "行动不便"))
    (event,) = ahead.events
    assert isinstance(event, ActivityMovedUp)
    assert (event.position, event.reason, _waiting(ahead.aggregate)) == (1, "行动不便", ["resident-3", "resident-2"])
    with pytest.raises(NotYours):
        move_up(full, "resident-3", resident(3), NOW, 1, "x")
    with pytest.raises(NotWaiting):
        move_up(full, "resident-1", STAFF, NOW, 1, "x")
    with pytest.raises(PositionUnknown):
        move_up(full, "resident-3", STAFF, NOW, 3, "x")


def test_an_offered_seat_is_kept_until_it_is_taken_refused_or_runs_out() -> None:
    full = _with(_terms(promotion="offer", offer_hours=6, capacity=2), (1, 2), (2, 1), (3, 1), (4, 1))
    offered = took(full, lambda a: withdraw(a, "resident-1", resident(1), NOW))
    assert [type(e) for e in offered.events] == [ActivityWithdrawn, ActivityOffered, ActivityOffered]
    held = offered.aggregate
    assert (held.taken, held.held, held.free, held.answer_due) == (0, 2, 0, NOW + 6 * HOUR)
    assert _waiting(register(held, "resident-5", 1, resident(5), NOW).aggregate)[-1] == "resident-5"
    yes = took(held, lambda a: answer(a, "resident-2", resident(2), NOW, comes=True)).aggregate
    assert _seated(yes) == ["resident-2"]
    no = took(yes, lambda a: answer(a, "resident-3", resident(3), NOW, comes=False))
    assert [type(e) for e in no.events] == [ActivityWithdrawn, ActivityOffered]
    late = took(no.aggregate, lambda a: seats.lapse(a, NOW + 6 * HOUR)).aggregate
    assert (late.waiting, late.free) == ((), 1)
    with pytest.raises(NotRegistered):
        answer(late, "resident-4", resident(4), NOW, comes=True)


def test_shortly_before_the_start_seats_are_given_not_offered() -> None:
    full = _with(_terms(promotion="offer", capacity=1), (1, 1), (2, 1))
    given = took(full, lambda a: withdraw(a, "resident-1", resident(1), START - HOUR))
    assert [type(e) for e in given.events] == [ActivityWithdrawn, ActivityPromoted]


def test_a_guest_sits_above_the_capacity_by_the_desk_alone() -> None:
    full = _with(activity(capacity=2), (1, 2), (2, 1))
    asked = Register(guest_reason="讲课老师的家属")
    guest = took(full, lambda a: register(a, "resident-9", 1, STAFF, NOW, asked=asked)).aggregate
    assert (guest.taken, guest.free, len(guest.seated)) == (2, 0, 2)
    gone = took(guest, lambda a: withdraw(a, "resident-9", STAFF, NOW)).aggregate
    assert _waiting(gone) == ["resident-2"]
    with pytest.raises(NotYours):
        register(full, "resident-9", 1, resident(9), NOW, asked=asked)


def test_registration_has_a_window_and_withdrawing_a_deadline() -> None:
    windowed = _terms(opens_hours_before=48, closes_hours_before=4, cancel_hours_before=24, largest_party=2)
    with pytest.raises(NotOpenYet):
        register(windowed, "resident-1", 1, resident(1), START - 49 * HOUR)
    inside = register(windowed, "resident-1", 2, resident(1), START - 48 * HOUR).aggregate
    with pytest.raises(PartyTooLarge):
        register(inside, "resident-2", 3, resident(2), START - 48 * HOUR)
    with pytest.raises(RegistrationClosed):
        register(inside, "resident-2", 1, resident(2), START - 4 * HOUR)
    assert register(inside, "resident-2", 1, GRID, START - 4 * HOUR).events
    with pytest.raises(TooLateToWithdraw):
        withdraw(inside, "resident-1", resident(1), START - 24 * HOUR)
    assert withdraw(inside, "resident-1", GRID, START - 24 * HOUR).events


def test_people_with_something_else_at_that_time_are_warned_or_refused_by_the_terms() -> None:
    elsewhere = Standing(overlapping=(Beside(activity="activity-2", title="太极", title_en="Tai chi"),))
    with pytest.raises(Overlapping) as warned:
        register(activity(), "resident-1", 1, resident(1), NOW, standing=elsewhere)
    assert ("“太极”" in warned.value.sentence("zh"), "“Tai chi”" in warned.value.sentence("en")) == (True, True)
    sure = Register(despite_overlap=True)
    assert register(activity(), "resident-1", 1, resident(1), NOW, standing=elsewhere, asked=sure).events
    strict = _terms(overlapping="refused")
    with pytest.raises(OverlappingRefused):
        register(strict, "resident-1", 1, resident(1), NOW, standing=elsewhere, asked=sure)


def test_people_who_were_missed_too_often_get_seats_that_are_left_a_day_before() -> None:
    missed = Standing(missed=3, missed_allowed=3)
    with pytest.raises(MissedTooOften):
        register(activity(), "resident-1", 1, resident(1), NOW, standing=missed)
    assert register(activity(), "resident-1", 1, resident(1), START - 24 * HOUR, standing=missed).events
    nobody_counts = Standing(missed=9, missed_allowed=None)
    assert register(activity(), "resident-1", 1, resident(1), NOW, standing=nobody_counts).events


def test_a_child_under_fourteen_comes_with_a_consent_that_stands() -> None:
    for_children = activity(guardian_required=True)
    body = EnterChild(community=HOME, label="小宝", birth_year=2018)
    child = children.enter("child-1", body, resident(1), NOW).aggregate
    consented = children.consent(child, "consent-v1", resident(1), NOW).aggregate
    asked = Register(party=2, children=("child-1",))
    came = register(for_children, "resident-1", 2, resident(1), NOW, asked=asked, children=[consented]).aggregate
    for who, known in ((resident(1), [child]), (resident(2), [consented]), (resident(1), [])):
        with pytest.raises(NoConsentStands):
            register(for_children, who.sub, 2, who, NOW, asked=asked, children=known)
    dropped = took(came, lambda a: drop_child(a, "child-1", NOW))
    (event,) = dropped.events
    assert isinstance(event, ActivityWithdrawn)
    assert (event.why, dropped.aggregate.seated) == (Leaving.CONSENT_WITHDRAWN, ())
    assert drop_child(came, "child-1", START).events == ()


@pytest.mark.parametrize(("born", "fits"), [(2022, False), (2020, True), (2019, True), (2017, True), (2016, False)])
def test_a_birth_year_on_record_settles_what_no_word_can(born: int, fits: bool) -> None:
    """START lies in 2026: of 6 to 8 may be who turns 6 to 9 in that year, and the birthday is not on record."""
    band = activity(min_age=6, details=ActivityDetails(max_age=8))
    body = EnterChild(community=HOME, label="小宝", birth_year=born)
    child = children.consent(children.enter("child-1", body, resident(1), NOW).aggregate, "v1", resident(1), NOW)
    asked = Register(party=1, children=("child-1",))

    def comes() -> Activity:
        return register(
            band, "resident-1", 1, resident(1), NOW, ages_confirmed=True, asked=asked, children=[child.aggregate]
        ).aggregate

    if fits:
        assert _seated(comes()) == ["resident-1"]
        return
    with pytest.raises(ChildUnfit) as refusal:
        comes()
    assert refusal.value.params == {"ages": "6–8"}


def test_ages_above_the_band_are_confirmed_too() -> None:
    band = activity(details=ActivityDetails(max_age=14))
    with pytest.raises(TooOld):
        register(band, "resident-1", 1, resident(1), NOW)
    assert register(band, "resident-1", 1, resident(1), NOW, ages_confirmed=True).events


def test_the_desk_takes_somebody_out_and_says_why() -> None:
    full = _with(activity(capacity=1), (1, 1), (2, 1))
    out = took(full, lambda a: remove(a, "resident-1", GRID, NOW, "重复报名"))
    event = out.events[0]
    assert isinstance(event, ActivityWithdrawn)
    assert (event.why, event.reason) == (Leaving.DESK, "重复报名")
    assert _seated(out.aggregate) == ["resident-2"]
    with pytest.raises(NotYours):
        remove(full, "resident-1", resident(2), NOW, "x")


def test_a_no_to_a_reminder_frees_the_seat_early_and_a_yes_is_kept_once() -> None:
    full = _with(activity(capacity=1), (1, 1), (2, 1))
    yes = took(full, lambda a: answer(a, "resident-1", resident(1), NOW, comes=True))
    assert [type(e) for e in yes.events] == [ActivityConfirmed]
    assert took(yes.aggregate, lambda a: answer(a, "resident-1", resident(1), NOW, comes=True)).events == ()
    no = took(full, lambda a: answer(a, "resident-1", resident(1), NOW, comes=False))
    assert [type(e) for e in no.events] == [ActivityWithdrawn, ActivityPromoted]


def test_who_registers_may_say_how_the_door_calls_them() -> None:
    asked = Register(called="王奶奶一家")
    came = register(activity(), "resident-1", 1, resident(1), NOW, asked=asked)
    assert came.aggregate.seated[0].label == "王奶奶一家"
    with pytest.raises(NotYours):
        register(activity(), "resident-1", 1, resident(1), NOW, asked=Register(label="王奶奶一家"))


def test_somebody_without_an_account_is_entered_by_the_desk_under_a_label_that_goes_no_further() -> None:
    asked = Register(label="三楼王阿姨")
    entered = took(activity(), lambda a: register(a, "guest-1", 1, GRID, NOW, asked=asked))
    assert entered.aggregate.seated[0].label == "三楼王阿姨"
    assert "王阿姨" not in "".join(event.model_dump_json() for event in entered.events)
    with pytest.raises(NotYours):
        register(activity(), "resident-1", 1, resident(1), NOW, asked=asked)


def test_two_withdrawals_promote_one_each_and_each_once() -> None:
    for first, second in ((1, 2), (2, 1)):
        full = _with(activity(capacity=10), *((n, 1) for n in range(1, 15)))
        one = took(full, lambda a, n=first: withdraw(a, f"resident-{n}", resident(n), NOW))  # type: ignore[misc]
        two = took(one.aggregate, lambda a, n=second: withdraw(a, f"resident-{n}", resident(n), NOW))  # type: ignore[misc]
        told = [e.person for d in (one, two) for e in d.events if isinstance(e, ActivityPromoted)]
        assert told == ["resident-11", "resident-12"]
        assert (two.aggregate.taken, _waiting(two.aggregate)) == (10, ["resident-13", "resident-14"])


def test_a_date_that_was_moved_and_then_cancelled_takes_nobody_and_reminds_of_nothing() -> None:
    times = {"starts_at": START + 24 * HOUR, "ends_at": END + 24 * HOUR}
    moved = scheduling.move(activity(), STAFF, NOW, venue="committee-hall", building=None, **times).aggregate
    off = ending.cancel(moved, STAFF, NOW, None).aggregate
    assert (off.reminder_due, off.staffing_due, off.answer_due) == (None, None, None)
    with pytest.raises(NotScheduled) as refusal:
        register(off, "resident-1", 1, resident(1), NOW)
    assert refusal.value.status == 409


def test_a_ticket_group_that_is_published_no_more_holds_nobody_back() -> None:
    full = _in_groups(_in_groups(_terms(groups=GROUPS, capacity=4), 1, children=2), 2, children=1)
    assert _waiting(full) == ["resident-2"]
    without = full.details.model_copy(update={"terms": full.details.terms.model_copy(update={"groups": ()})})
    changed = took(full, lambda a: changing.change(a, changing.Change(details=without), STAFF, NOW))
    assert [type(event) for event in changed.events] == [ActivityChanged, ActivityPromoted]
    assert _waiting(changed.aggregate) == []
