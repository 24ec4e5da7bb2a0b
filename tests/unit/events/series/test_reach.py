"""How far ahead a series is planned."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.chassis.errors import CommunityError
from services.chassis.values import local_date
from services.contracts.activities import Pause
from services.events.enrolments.domain import Enrol, OneDate
from services.events.series.domain import changing
from services.events.series.domain import series as rules
from services.events.series.domain.possible import possible
from services.events.series.domain.reach import (
    AHEAD,
    PauseEndsBeforeItBegins,
    PauseTooLong,
    TooFarAhead,
    require_pause,
    require_within_reach,
)
from services.events.series.domain.requests import ChangeSeries, DaysOff, RestoreDate, SkipDate
from services.events.series.domain.series import Dates, Series
from tests.unit.events.given import HOME, NOW, STAFF, plan

TODAY = local_date(NOW)
DAY = timedelta(days=1)


def _daily(*pauses: Pause) -> Series:
    dates = Dates(pauses=pauses)
    return rules.start("series-1", HOME, plan(), "FREQ=DAILY", STAFF, NOW, dates=dates).aggregate


def test_a_date_that_is_added_lies_within_two_years() -> None:
    require_within_reach(NOW + AHEAD, NOW)
    with pytest.raises(TooFarAhead):
        require_within_reach(NOW + AHEAD + DAY, NOW)


@pytest.mark.parametrize(
    ("since", "until", "error"),
    [
        (TODAY, TODAY, PauseEndsBeforeItBegins),
        (TODAY, TODAY + AHEAD + DAY, PauseTooLong),
        (date(2000, 1, 1), date(2100, 12, 31), PauseTooLong),
    ],
)
def test_a_pause_ends_after_it_begins_and_within_two_years(
    since: date, until: date, error: type[CommunityError]
) -> None:
    require_pause(TODAY, TODAY + DAY, NOW)
    require_pause(TODAY, TODAY + AHEAD, NOW)
    with pytest.raises(error):
        require_pause(since, until, NOW)
    with pytest.raises(error):
        changing.pause(_daily(), since, until, STAFF, NOW, None)
    with pytest.raises(error):
        _daily(Pause(since=since, until=until))


def test_a_series_that_was_paused_for_ever_by_an_older_version_has_no_next_date() -> None:
    """Whoever looks for its next date comes to an end, long before the calendar does."""
    paused = _daily().model_copy(update={"pauses": (Pause(since=date(2000, 1, 1), until=date.max),)})
    assert next(paused.occurrences(TODAY), None) is None
    assert "skip" not in {each.command for each in possible(paused, STAFF, NOW)}


@pytest.mark.parametrize("day", [date.min, date.max, date(1999, 12, 31), date(2101, 1, 1)])
@pytest.mark.parametrize(
    ("request_of", "others"),
    [
        (SkipDate, {}),
        (RestoreDate, {}),
        (OneDate, {}),
        (ChangeSeries, {"scope": "one"}),
    ],
)
def test_a_day_is_of_this_century(request_of: type[BaseModel], others: dict[str, Any], day: date) -> None:
    """The day after the last one that there is can't be counted."""
    request_of.model_validate({"on": TODAY, **others})
    with pytest.raises(ValidationError, match="from 2000 to 2100"):
        request_of.model_validate({"on": day, **others})


@pytest.mark.parametrize("day", [date.min, date.max])
def test_days_that_are_named_together_are_of_this_century(day: date) -> None:
    with pytest.raises(ValidationError, match="from 2000 to 2100"):
        Enrol(left_out=(day,))
    with pytest.raises(ValidationError, match="from 2000 to 2100"):
        DaysOff(since=day, until=TODAY)
    with pytest.raises(ValidationError, match="from 2000 to 2100"):
        DaysOff(since=TODAY, until=day)
