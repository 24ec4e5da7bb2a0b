"""Each week that is over has one bulletin, and a chain of seals shows whatever was changed afterwards."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.event import fold
from services.contracts.notices import BulletinState
from services.notify.bulletins.domain import (
    CAUGHT_UP,
    WAIT,
    Bulletin,
    Week,
    WeekFigures,
    broken,
    issue,
    last_over,
    owed,
    week_of,
)
from tests.unit.notify.given import HERE, NOW

moments = st.integers(0, 20 * 365 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
figures = st.builds(WeekFigures, **{name: st.integers(0, 9_999) for name in WeekFigures.model_fields})
FIRST = Week(year=2026, week=40)


def chain(counted: list[WeekFigures]) -> list[Bulletin]:
    made: list[Bulletin] = []
    for n, each in enumerate(counted):
        previous = made[-1].seal if made else None
        made.append(issue(f"bulletin-{n}", HERE, FIRST.later(n), each, previous, NOW).aggregate)
    return made


def some(n: int = 1) -> WeekFigures:
    return WeekFigures(rounds=n, floors=n, found=n, on_the_spot=n, reported=n, closed=n, open=n, activities=n)


def test_a_week_begins_on_monday_in_the_community() -> None:
    week = week_of(date(2027, 1, 1))
    assert (week.year, week.week) == (2026, 53)
    assert week.start.isoformat() == "2026-12-28T00:00:00+08:00"
    assert week.end.isoformat() == "2027-01-04T00:00:00+08:00"
    assert week.later() == Week(year=2027, week=1)


@given(moments)
def test_a_week_is_over_six_hours_after_its_sunday(now: datetime) -> None:
    week = last_over(now)
    assert week.end + WAIT <= now < week.later().end + WAIT


@given(moments, st.integers(0, 30))
def test_after_an_outage_the_weeks_follow_each_other_and_the_newest_is_the_last(now: datetime, behind: int) -> None:
    newest = last_over(now)
    weeks = owed(newest.later(-behind), now)
    assert len(weeks) == min(behind, CAUGHT_UP)
    assert [week.later() for week in weeks[:-1]] == weeks[1:]
    assert weeks == [] or weeks[-1] == newest
    assert owed(None, now) == [newest]


def test_the_fact_gives_the_public_state() -> None:
    decision = issue("bulletin-1", HERE, FIRST, some(), None, NOW)
    (event,) = decision.events
    assert fold({}, BulletinState, event.public_data()) == decision.aggregate.public().model_dump(mode="json")


@given(st.lists(figures, min_size=1, max_size=6), st.data())
def test_a_bulletin_that_is_changed_removed_or_inserted_is_found(
    counted: list[WeekFigures], data: st.DataObject
) -> None:
    made = chain(counted)
    assert broken(made) is None
    at = data.draw(st.integers(0, len(made) - 1))
    other = data.draw(figures.filter(lambda each: each != made[at].figures))
    changed = [*made[:at], made[at].model_copy(update={"figures": other}), *made[at + 1 :]]
    assert broken(changed) == changed[at]
    if at < len(made) - 1:
        assert broken([*made[:at], *made[at + 1 :]]) == made[at + 1]
    resealed = issue(made[at].id, HERE, made[at].of, other, made[at].previous, NOW + timedelta(days=1)).aggregate
    assert broken([*made[:at], resealed, *made[at + 1 :]]) == (made[at + 1] if at < len(made) - 1 else None)


def test_a_resealed_last_bulletin_is_found_by_a_seal_that_somebody_kept() -> None:
    made = chain([some(1), some(2)])
    again = issue(made[1].id, HERE, made[1].of, some(3), made[0].seal, NOW).aggregate
    assert broken([made[0], again]) is None
    assert again.seal != made[1].seal
