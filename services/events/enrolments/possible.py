"""Which commands somebody may give to an enrolment now: those that the rules which decide about them do not refuse."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.chassis.errors import CommunityError
from services.chassis.principal import Principal
from services.chassis.values import local_date
from services.contracts.activities import SeriesStatus
from services.events.enrolments import domain as rules
from services.events.enrolments.domain import Enrolment
from services.events.series.domain.series import NoSuchDate, Series, SeriesEndedAlready

Rule = Callable[[Enrolment, Series, Principal, datetime], Any]


@dataclass(frozen=True, slots=True)
class EnrolmentPossibility:
    """A command: the last part of its address, what people call it, and the rule that says who may give it when."""

    command: str
    zh: str
    en: str
    rule: Rule


def _leave_out(enrolment: Enrolment, series: Series, by: Principal, now: datetime) -> None:
    rules.leave_out(enrolment, series, _coming(enrolment, series, now), by, now)


def _take(enrolment: Enrolment, series: Series, by: Principal, now: datetime) -> None:
    """Try to take the next date that was left out and has not begun."""
    found = (series.occurrence_on(on) for on in enrolment.left_out if on >= local_date(now))
    ahead = (each.on for each in found if each is not None and each.starts_at > now)
    rules.take(enrolment, series, next(ahead, date.min), by, now)


def _change(enrolment: Enrolment, series: Series, by: Principal, now: datetime) -> None:
    rules.require_standing(enrolment, by)
    _coming(enrolment, series, now)


def _again(enrolment: Enrolment, series: Series, by: Principal, now: datetime) -> None:
    enrolment.require_own(by)
    if enrolment.stands:
        raise rules.EnrolmentStands()
    if series.status is not SeriesStatus.RUNNING:
        raise SeriesEndedAlready()


def _coming(enrolment: Enrolment, series: Series, now: datetime) -> date:
    """The next date on which the party comes.

    Raises:
        NoSuchDate: there is none.
    """
    for each in series.occurrences(local_date(now), series.ends_before):
        if each.starts_at > now and each.on not in enrolment.left_out:
            return each.on
    raise NoSuchDate(on=local_date(now).isoformat())


POSSIBILITIES: tuple[EnrolmentPossibility, ...] = (
    EnrolmentPossibility("leave-out", "某一次请假", "Leave a date out", _leave_out),
    EnrolmentPossibility("take", "恢复请假的一次", "Come on a date after all", _take),
    EnrolmentPossibility("change", "更改人数", "Come with another party", _change),
    EnrolmentPossibility("end", "退出整期报名", "Leave the series", lambda each, _, by, now: rules.end(each, by)),
    EnrolmentPossibility("again", "重新整期报名", "Enrol again", _again),
)


def possible(enrolment: Enrolment, series: Series, by: Principal, now: datetime) -> tuple[EnrolmentPossibility, ...]:
    """The commands whose rules refuse `by` nothing at `now`."""
    return tuple(each for each in POSSIBILITIES if _passes(each.rule, enrolment, series, by, now))


def _passes(rule: Rule, enrolment: Enrolment, series: Series, by: Principal, now: datetime) -> bool:
    try:
        rule(enrolment, series, by, now)
    except CommunityError:
        return False
    return True
