"""Shows series to callers: with names beside codes and ids, and with what the caller may do now."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from services.chassis.clock import Clock
from services.chassis.http.language import Language
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.store.unavailable import store_errors
from services.events.activities.domain.activity import Activity
from services.events.activities.presenting import commands_of, names_of
from services.events.activities.store import cancelled_ahead
from services.events.names.store import Names
from services.events.series.coming import LaterDate
from services.events.series.domain.possible import CancelledDate, possible
from services.events.series.domain.series import Series
from services.events.series.views import STATUSES, SeriesDateView, SeriesView, public_fields

Cancelled = Mapping[str, Sequence[CancelledDate]]
"""The dates ahead that were cancelled by themselves, by their series."""
NOTHING_CANCELLED: Cancelled = {}


class SeriesPresenter:
    """Shows series. Names come from memory, and are read before."""

    def __init__(
        self, series: Aggregates[Series], activities: Aggregates[Activity], names: Names, clock: Clock
    ) -> None:
        self._series = series
        self._activities = activities
        self._names = names
        self._clock = clock

    async def at_home(self, community: str) -> None:
        """Read the names for series of `community`."""
        await self._names.of(community)

    async def ready(self, id: str) -> None:
        """Read the names for series `id`, where there is one."""
        if (stored := await self._series.find(id)) is not None:
            await self._names.of(stored.aggregate.community)

    def later_date(self, later: LaterDate, language: Language) -> SeriesDateView:
        """A date that is no activity yet."""
        series, plan = later.series, later.plan
        planned: dict[str, Any] = {
            name: getattr(plan, name) for name in SeriesDateView.model_fields if hasattr(plan, name)
        }
        names = names_of(plan, STATUSES[series.status], self._names.known(series.community), language)
        activity, on = later.occurrence.activity, later.occurrence.on
        return SeriesDateView(**planned, series=series.id, activity=activity, on=on, names=names)

    async def cancelled(self, ids: Sequence[str], by: Principal | None) -> Cancelled:
        """The dates ahead of these series that were cancelled by themselves; nothing for anybody, who can't give a
        command."""
        found: dict[str, list[CancelledDate]] = {}
        if by is None or not ids:
            return found
        query = cancelled_ahead(ids, self._clock())
        fields = {"state.series": 1, "state.occurrence": 1}
        with store_errors():
            async for each in self._activities.collection.find(query, fields):
                on = date.fromisoformat(str(each["state"]["occurrence"]))
                found.setdefault(each["state"]["series"], []).append(CancelledDate(on, each["_id"]))
        return found

    def view(
        self, by: Principal | None, language: Language, cancelled: Cancelled = NOTHING_CANCELLED
    ) -> Callable[[Stored[Series]], SeriesView]:
        """How `by` sees a series; None is anybody."""

        def shown(stored: Stored[Series]) -> SeriesView:
            series = stored.aggregate
            can = () if by is None else possible(series, by, self._clock(), cancelled.get(series.id, ()))
            names = names_of(series, STATUSES[series.status], self._names.known(series.community), language)
            return SeriesView(**public_fields(stored), names=names, can=commands_of(can, language))

        return shown
