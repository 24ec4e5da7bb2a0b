"""Who was there says how it was, for a month; the words go with them, the rating stays."""

from datetime import timedelta

import pytest

from services.chassis.errors import CommunityError
from services.contracts.activities import FeedbackErased, FeedbackGiven
from services.events.activities.domain import ending
from services.events.activities.domain.activity import Activity
from services.events.attendance.domain.attendance import check_in
from services.events.feedback.domain import GiveFeedback, again, erase, give
from services.events.registrations.domain import register
from tests.unit.events.given import END, HOUR, NOW, STAFF, START, activity, resident
from tests.unit.events.lawful import lawful, took

GOOD = GiveFeedback(rating=5, text="护士很耐心")


def _held() -> Activity:
    found = activity()
    for n in (1, 2):
        found = register(found, f"resident-{n}", 1, resident(n), NOW).aggregate
    return check_in(found, "resident-1", STAFF, START, approved=True, as_volunteer=False).aggregate


def test_people_who_came_give_feedback_and_change_it() -> None:
    held = _held()
    given = give("feedback-1", held, GOOD, resident(1), END)
    lawful(None, given)
    assert given.events == (FeedbackGiven(activity=held.id, rating=5),)
    assert took(given.aggregate, lambda f: again(f, held, GOOD, resident(1), END)).events == ()
    worse = took(given.aggregate, lambda f: again(f, held, GiveFeedback(rating=2), resident(1), END + HOUR))
    assert (worse.aggregate.rating, worse.aggregate.text) == (2, None)
    erased = took(given.aggregate, lambda f: erase(f, "erased-1"))
    assert erased.events == (FeedbackErased(),)
    assert (erased.aggregate.person, erased.aggregate.text, erased.aggregate.rating) == ("erased-1", None, 5)


@pytest.mark.parametrize(
    ("n", "at", "code"),
    [
        (1, END - HOUR, "activity.not-over-yet"),
        (2, END, "feedback.not-there"),
        (1, END + timedelta(days=31), "feedback.over"),
    ],
)
def test_feedback_is_refused_too_early_too_late_or_from_people_who_were_not_there(
    n: int, at: object, code: str
) -> None:
    with pytest.raises(CommunityError) as refused:
        give("feedback-1", _held(), GOOD, resident(n), at)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_a_cancelled_activity_gets_no_feedback() -> None:
    off = ending.drop(activity(), NOW, None).aggregate
    with pytest.raises(CommunityError):
        give("feedback-1", off, GOOD, resident(1), END)
