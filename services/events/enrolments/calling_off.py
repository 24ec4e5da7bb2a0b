"""What an enrolled party is told when its series, or dates that are no activities yet, do not take place."""

from collections.abc import Sequence
from datetime import date

from services.chassis.aggregate import Decision, decided
from services.contracts.activities import EnrolmentCalledOff, EnrolmentDatesCalledOff
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
    event = EnrolmentDatesCalledOff(
        person=enrolment.person,
        title=series.public().title,
        title_en=series.public().title_en,
        first=theirs[0],
        last=theirs[-1],
        dates=len(theirs),
        reason=None if series.withheld else reason,
    )
    return decided(enrolment, event)
