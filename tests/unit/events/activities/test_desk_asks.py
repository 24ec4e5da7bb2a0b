"""Whom no message reaches is asked by the desk, which is told so: at once, again, and when nobody is left."""

from datetime import datetime, timedelta

from services.contracts.activities import ActivityDeskAsks, ActivityDetails, Leaving
from services.events.activities.domain import ending, scheduling, seats
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.desk_asks import tell_desk
from services.events.registrations import domain as registrations
from services.events.registrations.domain import Register
from tests.unit.events.given import GRID, HOUR, NOW, ORGANISER, STAFF, START, activity, resident
from tests.unit.events.lawful import took

DAY = timedelta(days=1)
OFFERS = ActivityDetails.model_validate({"terms": {"promotion": "offer", "offer_hours": 300}})


def _entered(before: Activity, *names: str, heads: int = 1) -> Activity:
    for name in names:
        asked = Register(label=f"{name}，13800138000")
        before = registrations.register(before, f"guest-{name}", heads, GRID, NOW, asked=asked).aggregate
    return before


def _moved(before: Activity, days: int, now: datetime = NOW) -> Activity:
    starts = START + days * DAY
    end = starts + 2 * HOUR
    return scheduling.move(before, STAFF, now, starts_at=starts, ends_at=end, venue="x", building=None).aggregate


def _told(before: Activity, now: datetime) -> tuple[Activity, list[tuple[list[str], int, datetime | None]]]:
    told = took(before, lambda a: tell_desk(a, now))
    facts = [(e.desk, e.parties, e.until) for e in told.events if isinstance(e, ActivityDeskAsks)]
    assert len(facts) == len(told.events)
    return told.aggregate, facts


def test_a_move_to_another_day_is_told_to_the_organiser_and_who_entered_them_at_once_and_once_more() -> None:
    seated = registrations.register(_entered(activity(), "li", "wang"), "resident-1", 1, resident(1), NOW).aggregate
    assert seated.desk_due is None
    moved, until = _moved(seated, 7), NOW + 72 * HOUR
    assert moved.desk_due is not None
    assert moved.desk_due <= NOW
    told, facts = _told(moved, NOW)
    assert facts == [([ORGANISER.sub, GRID.sub], 2, until)], "those with an account are asked by messages"
    assert told.desk_due == until - DAY
    assert _told(told, until - DAY - HOUR)[1] == []
    said = registrations.answer(told, "guest-li", GRID, NOW, comes=True).aggregate
    assert said.desk_due == until - DAY, "that fewer are left is no news"
    again, facts = _told(said, until - DAY)
    assert facts == [([ORGANISER.sub, GRID.sub], 1, until)]
    assert again.desk_due is None
    lapsed = seats.lapse(again, until)
    assert [event.why for event in lapsed.events] == [Leaving.MOVE_UNANSWERED] * 2  # type: ignore[attr-defined]
    assert [party.person for party in lapsed.aggregate.seated] == ["guest-li"]
    over, facts = _told(lapsed.aggregate, until)
    assert facts == [([], 0, None)]
    assert over.desk_due is None


def test_once_everybody_has_answered_or_it_is_moved_back_the_desk_is_told_that_nobody_is_left() -> None:
    told, _ = _told(_moved(_entered(activity(), "li", "wang"), 7), NOW)
    answered = registrations.answer(told, "guest-li", GRID, NOW, comes=True).aggregate
    answered = registrations.answer(answered, "guest-wang", STAFF, NOW, comes=False).aggregate
    for settled in (answered, _moved(told, 0)):
        assert settled.desk_due is not None
        after, facts = _told(settled, NOW)
        assert facts == [([], 0, None)]
        assert after.desk_due is None
        assert _told(after, NOW + DAY)[1] == []
    assert ending.cancel(told, STAFF, NOW, None).aggregate.desk_due is None


def test_each_new_question_is_told_also_of_the_same_party_and_with_the_same_time_to_answer() -> None:
    full = _entered(activity(capacity=2, details=OFFERS), "li", "wang", "zhao", "sun")
    offered = registrations.withdraw(full, "guest-li", GRID, NOW).aggregate
    until = START - seats.OFFERS_END
    told, facts = _told(offered, NOW)
    assert facts == [([ORGANISER.sub, GRID.sub], 1, until)]
    second = registrations.withdraw(told, "guest-wang", GRID, NOW).aggregate
    told, facts = _told(second, NOW)
    assert facts == [([ORGANISER.sub, GRID.sub], 2, until)], "of another party with as much time"
    taken = registrations.answer(told, "guest-zhao", GRID, NOW, comes=True).aggregate
    moved = _moved(taken, 7)
    asked = [(party.person, party.answer_until) for party in moved.to_ask]
    assert asked == [("guest-sun", until), ("guest-zhao", NOW + 72 * HOUR)]
    told, facts = _told(moved, NOW)
    assert facts == [([ORGANISER.sub, GRID.sub], 2, NOW + 72 * HOUR)]


def test_who_has_little_time_is_asked_for_once_and_what_has_run_out_is_not_asked_for() -> None:
    moved = _moved(_entered(activity(), "li"), -3)
    until = START - 3 * DAY - seats.OFFERS_END
    assert until - NOW < 2 * DAY
    told, facts = _told(moved, NOW)
    assert facts == [([ORGANISER.sub, GRID.sub], 1, until)]
    assert told.desk_due is None
    assert _told(moved, until)[1] == [], "after an outage it lapses as with everybody else"
