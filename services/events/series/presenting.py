"""Shows series to callers: with names beside codes and ids, and with what the caller may do now."""

from collections.abc import Callable

from services.chassis.clock import Clock
from services.chassis.http.language import Language
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.events.activities.views import ActivityNames, CommandView
from services.events.names.store import Names
from services.events.names.words import KINDS
from services.events.series.domain.possible import possible
from services.events.series.domain.series import Series
from services.events.series.views import STATUSES, SeriesView, public_fields


class SeriesPresenter:
    """Shows series. Names come from memory, and are read before."""

    def __init__(self, series: Aggregates[Series], names: Names, clock: Clock) -> None:
        self._series = series
        self._names = names
        self._clock = clock

    async def at_home(self, community: str) -> None:
        """Read the names for series of `community`."""
        await self._names.of(community)

    async def ready(self, id: str) -> None:
        """Read the names for series `id`, where there is one."""
        if (stored := await self._series.find(id)) is not None:
            await self._names.of(stored.aggregate.community)

    def view(self, by: Principal | None, language: Language) -> Callable[[Stored[Series]], SeriesView]:
        """How `by` sees a series; None is anybody."""

        def shown(stored: Stored[Series]) -> SeriesView:
            series = stored.aggregate
            can = () if by is None else possible(series, by, self._clock())
            commands = [
                CommandView(command=each.command, title=each.zh if language == "zh" else each.en) for each in can
            ]
            return SeriesView(**public_fields(stored), names=self._named(series, language), can=commands)

        return shown

    def _named(self, series: Series, language: Language) -> ActivityNames:
        known, details = self._names.known(series.community), series.details
        venue = known.venues.get(series.venue)
        building = None if series.building is None else known.buildings.get(series.building)
        host = None if details.host is None else known.hosts.get(details.host)
        written = details.hosted_by if language == "zh" else details.hosted_by_en or details.hosted_by
        return ActivityNames(
            kind=KINDS[series.kind].in_(language),
            status=STATUSES[series.status].in_(language),
            venue=None if venue is None else venue.in_(language),
            building=None if building is None else building.in_(language),
            host=written if host is None else host.name.in_(language),
        )
