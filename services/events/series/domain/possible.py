"""Which commands somebody may give to a series now: those that the rules which decide about them do not refuse."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.errors import CommunityError
from services.chassis.principal import Principal
from services.chassis.values import local_date
from services.events.series.domain import changing
from services.events.series.domain.series import NoSuchDate, Revision, Series, SeriesEndedAlready, end

Rule = Callable[[Series, Principal, datetime], Any]


@dataclass(frozen=True, slots=True)
class SeriesPossibility:
    """A command: the last part of its address, what people call it, and the rule that says who may give it when."""

    command: str
    zh: str
    en: str
    rule: Rule


def _restore(series: Series, by: Principal, now: datetime) -> None:
    changing.may_restore(series, by)
    ahead = next((on for on in series.skipped if on >= local_date(now)), None)
    if ahead is None:
        raise changing.NotSkipped(on=local_date(now).isoformat())
    changing.restore(series, ahead, by, now)


def _skip(series: Series, by: Principal, now: datetime) -> None:
    if series.called_off:  # its dates are cancelled already
        raise SeriesEndedAlready()
    ahead = next((each for each in series.occurrences(local_date(now)) if each.starts_at > now), None)
    if ahead is None:
        raise NoSuchDate(on=local_date(now).isoformat())
    changing.skip(series, ahead.on, by, now, None)


def _pause(series: Series, by: Principal, now: datetime) -> None:
    today = local_date(now)
    changing.pause(series, today, today + timedelta(days=1), by, now, None)


def _change(series: Series, by: Principal, now: datetime) -> None:
    changing.revise(series, Revision(since=local_date(now)), by, now)


POSSIBILITIES: tuple[SeriesPossibility, ...] = (
    SeriesPossibility("change", "修改", "Change", _change),
    SeriesPossibility("skip", "取消一次", "Skip a date", _skip),
    SeriesPossibility("dates", "加一次", "Add a date", lambda series, by, now: changing.may_add(series, by)),
    SeriesPossibility("restore", "恢复一次", "Bring a date back", _restore),
    SeriesPossibility("pause", "停课", "Pause", _pause),
    SeriesPossibility("end", "终止系列", "End", lambda series, by, now: end(series, by, now, cancels=True)),
)


def possible(series: Series, by: Principal, now: datetime) -> tuple[SeriesPossibility, ...]:
    """The commands whose rules refuse `by` nothing at `now`."""
    return tuple(each for each in POSSIBILITIES if _allows(each, series, by, now))


def _allows(each: SeriesPossibility, series: Series, by: Principal, now: datetime) -> bool:
    try:
        each.rule(series, by, now)
    except CommunityError:
        return False
    return True
