"""Tells which communities have a calendar: a word that anybody may type is no community."""

from dataclasses import dataclass

from services.chassis.errors import NotFound
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.unavailable import store_errors
from services.events.activities.domain.activity import Activity
from services.events.names.store import Names
from services.events.series.domain.series import Series


class NoCalendar(
    NotFound, code="calendar.unknown-community", zh="没有社区 {community} 的日历。", en="No calendar for {community}."
):
    """Nothing is known of this community."""


@dataclass(frozen=True, slots=True)
class Communities:
    """The communities of which this service knows anything: a name, a place, a host, a venue, or what takes place."""

    names: Names
    activities: Aggregates[Activity]
    series: Aggregates[Series]

    async def has(self, community: str) -> bool:
        """Whether there is `community`. One whose first place became known just now is there within four seconds."""
        known = await self.names.of(community)
        if known.called or known.buildings or known.venues or known.hosts:
            return True
        with store_errors():
            for kept in (self.activities.collection, self.series.collection):
                if await kept.find_one({"state.community": community}, {"_id": 1}) is not None:
                    return True
        return False

    async def require(self, community: str) -> None:
        """Let only a community pass that is known.

        Raises:
            NoCalendar: there is no such community.
        """
        if not await self.has(community):
            raise NoCalendar(community=community)
