"""Which commands somebody may give to a series now: those that the rules which decide about them do not refuse."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from services.chassis import recurrence
from services.chassis.errors import CommunityError
from services.chassis.principal import Principal
from services.chassis.values import local_date
from services.events.series.domain import changing
from services.events.series.domain.revision import Revision
from services.events.series.domain.series import NoSuchDate, Series, SeriesEndedAlready, end

Rule = Callable[[Series, Principal, datetime], Any]


@dataclass(frozen=True, slots=True)
class SeriesPossibility:
    """A command: the last part of its address, what people call it, and the rule that says who may give it when."""

    command: str
    zh: str
    en: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class CancelledDate:
    """A date ahead of a series whose `activity` was cancelled by itself."""

    on: date
    activity: str


def _may_restore(series: Series, by: Principal, now: datetime, cancelled: Sequence[CancelledDate]) -> bool:
    """Whether some date ahead comes back: one that was skipped, falls into a pause, or was `cancelled` by itself."""
    off = {each.on: each.activity for each in cancelled if each.activity == series.activity_on(each.on)}
    return any(
        _passes(lambda on=on: changing.restore(series, on, by, now, off.get(on)))  # type: ignore[misc]
        for on in chain(off, _fallen_out(series, local_date(now)))  # one is enough: the others are not looked for
    )


def _fallen_out(series: Series, today: date) -> Iterator[date]:
    yield from (on for on in series.skipped if on >= today and series.occurrence_on(on) is None)
    for pause in series.pauses:
        by_rule = recurrence.starts(series.rule, series.first, max(pause.since, today), pause.until)
        paused = (local_date(moment) for moment in by_rule)
        yield from (on for on in paused if on not in series.kept and series.occurrence_on(on) is None)


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
    changing.revise(series, Revision(since=local_date(now)), by, now, every=True)


_RESTORE = SeriesPossibility(
    "restore", "恢复一次", "Bring a date back", lambda series, by, now: changing.may_restore(series, by)
)
POSSIBILITIES: tuple[SeriesPossibility, ...] = (
    SeriesPossibility("change", "修改", "Change", _change),
    SeriesPossibility("skip", "取消一次", "Skip a date", _skip),
    SeriesPossibility("dates", "加一次", "Add a date", lambda series, by, now: changing.may_add(series, by)),
    _RESTORE,
    SeriesPossibility("pause", "停课", "Pause", _pause),
    SeriesPossibility("end", "终止系列", "End", lambda series, by, now: end(series, by, now, cancels=True)),
)


def possible(
    series: Series, by: Principal, now: datetime, cancelled: Sequence[CancelledDate] = ()
) -> tuple[SeriesPossibility, ...]:
    """The commands whose rules refuse `by` nothing at `now`; `cancelled` are dates that may be brought back too."""
    return tuple(
        each
        for each in POSSIBILITIES
        if _passes(lambda rule=each.rule: rule(series, by, now))  # type: ignore[misc]
        and (each is not _RESTORE or _may_restore(series, by, now, cancelled))
    )


def _passes(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except CommunityError:
        return False
    return True
