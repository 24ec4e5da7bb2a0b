"""Shows enrolments to callers: with the name of the series, and with what the caller may do now."""

import asyncio
from collections.abc import Callable, Iterable

from services.chassis.clock import Clock
from services.chassis.http.language import Language
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.events.activities.presenting import commands_of
from services.events.enrolments.domain import Enrolment
from services.events.enrolments.possible import possible
from services.events.enrolments.views import EnrolmentNames, EnrolmentView
from services.events.series.domain.series import Series


class EnrolmentPresenter:
    """Shows enrolments, whose series are read before."""

    def __init__(self, series: Aggregates[Series], clock: Clock) -> None:
        self._series = series
        self._clock = clock

    async def of(
        self, series: Iterable[str], by: Principal, language: Language
    ) -> Callable[[Stored[Enrolment]], EnrolmentView]:
        """How `by` sees enrolments in `series`."""
        ids = sorted({*series})
        found = await asyncio.gather(*(self._series.find(id) for id in ids))
        known = {stored.aggregate.id: stored.aggregate for stored in found if stored is not None}

        def shown(stored: Stored[Enrolment]) -> EnrolmentView:
            enrolment = stored.aggregate
            theirs = known.get(enrolment.series)
            if theirs is None:
                return EnrolmentView.of(stored, EnrolmentNames(series=None), [])
            title = theirs.title if language == "zh" else theirs.title_en or theirs.title
            can = possible(enrolment, theirs, by, self._clock())
            return EnrolmentView.of(stored, EnrolmentNames(series=title), commands_of(can, language))

        return shown
