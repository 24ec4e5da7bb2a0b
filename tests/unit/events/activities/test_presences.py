"""Minutes of a presence never pass the planned end, and forgotten helpers leave then."""

from datetime import timedelta

import pytest

from services.events.activities.domain.parties import Presence
from services.events.activities.domain.presences import leave, leave_forgotten
from tests.unit.events.given import END, HOUR, MINUTE, START, activity


def _there(person: str, *, as_volunteer: bool = True, arrived: timedelta = timedelta()) -> Presence:
    heads = 0 if as_volunteer else 3
    return Presence(person=person, as_volunteer=as_volunteer, heads=heads, arrived_at=START + arrived, by="staff-1")


@pytest.mark.parametrize(
    ("arrived", "at", "minutes", "capped"),
    [
        (timedelta(), HOUR, 60, False),
        (-30 * MINUTE, HOUR, 90, False),
        (timedelta(), HOUR - timedelta(seconds=1), 59, False),
        (timedelta(), END - START, 120, False),
        (timedelta(), END - START + MINUTE, 120, True),
        (timedelta(), None, 120, True),
        (END - START + MINUTE, None, 0, True),
    ],
)
def test_minutes_run_from_the_check_in_to_the_planned_end_at_the_latest(
    arrived: timedelta, at: timedelta | None, minutes: int, capped: bool
) -> None:
    left, event = leave(activity(), _there("helper-1", arrived=arrived), None if at is None else START + at)
    assert (left.minutes, left.capped) == (event.minutes, event.capped) == (minutes, capped)
    assert left.left_at == event.at


def test_only_helpers_who_are_still_there_are_forgotten_ones() -> None:
    gone, _ = leave(activity(), _there("helper-1"), START + HOUR)
    party = _there("resident-1", as_volunteer=False)
    busy = activity().model_copy(update={"presences": (gone, _there("helper-2"), party)})
    presences, events = leave_forgotten(busy)
    assert [event.person for event in events] == ["helper-2"]
    assert (presences[0], presences[2]) == (gone, party)
    assert presences[1].left_at == END
