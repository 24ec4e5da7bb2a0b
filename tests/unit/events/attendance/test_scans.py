"""What phones have seen without a connection is entered once, whatever comes twice or in another order."""

from datetime import timedelta
from itertools import permutations

import pytest

from services.chassis.errors import NotYours
from services.contracts.activities import ActivityCheckedIn, ActivityPresenceCorrected
from services.events.activities.domain import ending
from services.events.activities.domain.activity import Activity, NotScheduled
from services.events.attendance.domain.attendance import (
    AlreadyCheckedIn,
    AttendanceAhead,
    TooEarlyToCheckIn,
    TooLateToCheckIn,
    check_out,
)
from services.events.attendance.domain.scans import (
    MAX_WALK_INS,
    Outcome,
    Scan,
    TooManyWalkIns,
    WalkIn,
    answers,
    take_in,
    walk_in,
)
from services.events.attendance.domain.tickets import ticket
from services.events.registrations import domain as registrations
from services.events.registrations.domain import Register
from tests.unit.events.given import END, GRID, MINUTE, NOW, STAFF, START, activity, resident
from tests.unit.events.lawful import lawful, took


def _five() -> Activity:
    made = activity(capacity=9)
    for n in range(5):
        asked = Register(label=f"{n} 号楼")
        made = registrations.register(made, f"guest-{n}", 1, GRID, NOW, asked=asked).aggregate
    return made


def _phone(number: int, people: range, minutes: int) -> tuple[Scan, ...]:
    return tuple(Scan(id=f"phone-{number}-{n}", person=f"guest-{n}", at=START + (minutes + n) * MINUTE) for n in people)


def test_five_people_without_account_by_two_phones_in_any_order() -> None:
    one, two = _phone(1, range(5), 10), _phone(2, range(2), 3)
    for order in permutations([one, one, two]):
        there = _five()
        for batch in order:
            decision = take_in(there, batch, GRID, START + 60 * MINUTE)
            lawful(there, decision)
            there = decision.aggregate
            told = answers(there, batch, START + 60 * MINUTE)
            assert Outcome.REFUSED not in {each.outcome for each in told}
        assert len(there.presences) == there.attended == 5
        assert [p.arrived_at - START for p in sorted(there.presences, key=lambda p: p.person)] == [
            minutes * MINUTE for minutes in (3, 4, 12, 13, 14)
        ]
        assert sum(len(p.scans) - 1 for p in there.presences) == 2


def test_each_scan_has_an_answer_and_one_that_is_refused_holds_no_other_up() -> None:
    there = _five()
    text, until = ticket(there, there.seated[0], START)
    scans = (
        Scan(id="a", code=text, at=START),
        Scan(id="b", code=text, at=until + MINUTE),
        Scan(id="c", person="stranger-1", at=START),
        Scan(id="d", person="guest-1", at=START - 2 * timedelta(hours=1)),
        Scan(id="e", person="guest-2", at=START + 90 * MINUTE),
        Scan(id="f", person="guest-1", at=START),
    )
    now = START + 30 * MINUTE
    entered = took(there, lambda a: take_in(a, scans, STAFF, now))
    assert [type(e) for e in entered.events] == [ActivityCheckedIn, ActivityCheckedIn]
    told = {each.id: (each.outcome, each.code) for each in answers(entered.aggregate, scans, now)}
    assert told == {
        "a": (Outcome.PRESENT, None),
        "b": (Outcome.REFUSED, "activity.ticket-not-taken"),
        "c": (Outcome.REFUSED, "activity.not-registered"),
        "d": (Outcome.REFUSED, "activity.too-early-to-check-in"),
        "e": (Outcome.REFUSED, "activity.attendance-ahead"),
        "f": (Outcome.PRESENT, None),
    }
    again = took(entered.aggregate, lambda a: take_in(a, scans, STAFF, now))
    assert again.events == ()
    twice = took(entered.aggregate, lambda a: take_in(a, (Scan(id="g", person="guest-1", at=START),), STAFF, now))
    (event,) = twice.events
    assert isinstance(event, ActivityPresenceCorrected)
    assert event.seen == 2


def test_a_scan_after_the_check_out_says_that_they_came_back() -> None:
    first, late = (Scan(id=id, person="guest-0", at=START + n * MINUTE) for id, n in (("a", 0), ("late", 20)))
    back = Scan(id="b", person="guest-0", at=START + 60 * MINUTE)
    there = take_in(_five(), (first,), STAFF, START).aggregate
    left = check_out(there, "guest-0", STAFF, START + 30 * MINUTE, as_volunteer=False).aggregate
    after = START + 70 * MINUTE
    assert took(left, lambda a: take_in(a, (first, late), STAFF, after)).aggregate.presences[0].left_at is not None
    here = took(left, lambda a: take_in(a, (back, first, late, back), STAFF, after))
    assert [type(e) for e in here.events] == [ActivityCheckedIn, ActivityPresenceCorrected]
    (presence,) = here.aggregate.presences
    assert (presence.left_at, presence.stay, presence.arrived_at, presence.here_since) == (None, 2, START, back.at)
    assert here.aggregate.attended == 1


def test_only_the_desk_enters_and_nothing_of_what_was_cancelled_or_is_long_over() -> None:
    there, scans = _five(), _phone(1, range(1), 0)
    with pytest.raises(NotYours):
        take_in(there, scans, resident(1), START)
    cancelled = ending.cancel(there, STAFF, NOW, None).aggregate
    with pytest.raises(NotScheduled):
        take_in(cancelled, scans, STAFF, START)
    completed = ending.complete(there, STAFF, END).aggregate
    assert take_in(completed, scans, STAFF, END + timedelta(days=30)).events
    with pytest.raises(TooLateToCheckIn):
        take_in(completed, scans, STAFF, END + timedelta(days=31))


def test_people_come_unregistered_while_it_runs_and_are_entered_after() -> None:
    body = WalkIn(label="路过的老人", heads=2)
    came = took(activity(), lambda a: walk_in(a, "guest-9", body, GRID, START + MINUTE))
    assert (came.aggregate.attended, came.aggregate.taken, came.aggregate.presences[0].walk_in) == (2, 0, True)
    assert "老人" not in came.events[0].model_dump_json()
    with pytest.raises(AlreadyCheckedIn):
        walk_in(came.aggregate, "guest-9", body, GRID, START + MINUTE)
    completed = ending.complete(activity(), STAFF, END).aggregate
    late = took(completed, lambda a: walk_in(a, "guest-8", WalkIn(at=START), GRID, END + timedelta(days=2)))
    assert late.aggregate.presences[0].arrived_at == START
    for now, at, error in (
        (START - timedelta(days=1), None, TooEarlyToCheckIn),
        (START, END, AttendanceAhead),
    ):
        with pytest.raises(error):
            walk_in(activity(), "guest-8", WalkIn(at=at), GRID, now)
    crowded = came.aggregate.model_copy(update={"presences": came.aggregate.presences * MAX_WALK_INS})
    with pytest.raises(TooManyWalkIns):
        walk_in(crowded, "guest-7", WalkIn(), GRID, START)


def test_of_two_scans_with_one_id_the_later_is_refused_and_one_that_is_there_twice_counts_once() -> None:
    there = _five()
    one, two = (Scan(id="a", person=f"guest-{n}", at=START) for n in (0, 1))
    entered = took(there, lambda a: take_in(a, (one, one, two), STAFF, START + MINUTE))
    assert [p.person for p in entered.aggregate.presences] == ["guest-0"]
    told = answers(entered.aggregate, (one, one, two), START + MINUTE)
    assert [(each.outcome, each.code) for each in told] == [
        (Outcome.PRESENT, None),
        (Outcome.PRESENT, None),
        (Outcome.REFUSED, "activity.scan-id-twice"),
    ]
