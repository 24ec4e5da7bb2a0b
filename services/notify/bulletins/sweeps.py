"""The sweep of bulletins: it issues the bulletin of a week once the week is over."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.mongo import Database
from services.notify.board.counting import communities
from services.notify.bulletins.counting import count_week
from services.notify.bulletins.domain import Bulletin, issue, owed
from services.notify.bulletins.store import id_of, newest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WeeksThatAreOver:
    """The sweep that issues the bulletins which are due, after an outage those of at most eight weeks, one after the
    other."""

    bulletins: Aggregates[Bulletin]
    database: Database
    name: str = "week-over"
    every: timedelta = timedelta(minutes=5)

    async def once(self, clock: Clock) -> int:
        """Issue the due bulletins of every community. Returns how many were issued."""
        return sum([await self._of(community, clock) for community in await communities(self.database)])

    async def _of(self, community: str, clock: Clock) -> int:
        last = await newest(self.bulletins, community)
        weeks = owed(last.of if last else None, clock())
        previous = last.seal if last else None
        for week in weeks:
            figures, id = await count_week(self.database, community, week), id_of(community, week)
            try:
                made = await self.bulletins.create(
                    id,
                    lambda now, id=id, week=week, figures=figures, previous=previous: issue(  # type: ignore[misc]
                        id, community, week, figures, previous, now
                    ),
                    Cause(SYSTEM, f"sweep.{self.name}"),
                )
            except AlreadyExists:
                log.info("another process issued the bulletin", extra={"community": community, "id": id})
                return 0
            previous = made.aggregate.seal
        return len(weeks)
