"""What an enrolled party is told when its series, or dates that are no activities yet, do not take place."""

from collections.abc import Sequence
from datetime import date

from services.chassis.aggregate import Decision, decided
from services.contracts.activities import EnrolmentCalledOff, EnrolmentDatesCalledOff
from services.events.activities.domain.privacy import BUSY_ZH
from services.events.enrolments.domain import Enrolment
from services.events.series.domain.series import Series


def call_off(enrolment: Enrolment, series: Series, reason: str | None, *, untold: bool) -> Decision[Enrolment]:
    """The series takes place no more, and so nobody is enrolled in it. `untold`: no date tells the person."""
    if not enrolment.stands:
        return decided(enrolment)
    event = EnrolmentCalledOff(
        stands=False,
        person=enrolment.person,
        title=series.public().title,
        title_en=series.public().title_en,
        reason=None if series.withheld else reason,
        untold=untold,
    )
    return decided(enrolment.model_copy(update={"stands": False}), event)


def call_dates_off(
    enrolment: Enrolment, series: Series, days: Sequence[date], reason: str | None
) -> Decision[Enrolment]:
    """Dates of `series` on `days` do not take place, of which no activity tells. A party that comes on none of them
    hears nothing."""
    theirs = sorted({*days} - {*enrolment.left_out})
    if not enrolment.stands or not theirs:
        return decided(enrolment)
    title, title_en = _called(series, theirs)
    event = EnrolmentDatesCalledOff(
        person=enrolment.person,
        title=title,
        title_en=title_en,
        first=theirs[0],
        last=theirs[-1],
        dates=len(theirs),
        reason=None if series.withheld or title == BUSY_ZH else reason,
    )
    return decided(enrolment, event)


def _called(series: Series, days: Sequence[date]) -> tuple[str, str | None]:
    """What people call the dates of `series` on `days`: their own title where they all have one, else the series'."""
    titles = {series.called_on(day) for day in days}
    public = series.public()
    return titles.pop() if len(titles) == 1 and not series.withheld else (public.title, public.title_en)
