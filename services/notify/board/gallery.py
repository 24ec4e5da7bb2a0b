"""The boards of all communities. Each is counted at most once in a while, however many people look at it."""

import asyncio
import time

from services.chassis.clock import Clock
from services.chassis.errors import NotFound, UnknownAggregate
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.notify.announcements.domain import Announcement
from services.notify.announcements.store import on_the_board
from services.notify.board.counting import communities, count_board
from services.notify.board.figures import Board
from services.notify.knowledge.venues import Venues


class UnknownCommunity(
    NotFound, code="board.unknown-community", zh="没有社区 {community} 的公示栏。", en="No board for {community}."
):
    """Nothing is known of this community."""


class Gallery:
    """The boards of all communities; figures are at most `seconds` old."""

    def __init__(
        self,
        database: Database,
        announcements: Aggregates[Announcement],
        venues: Venues,
        clock: Clock,
        seconds: float,
    ) -> None:
        self._database = database
        self._announcements = announcements
        self._venues = venues
        self._clock = clock
        self._seconds = seconds
        self._known: tuple[float, list[str]] = (float("-inf"), [])
        self._boards: dict[str, tuple[float, Board]] = {}
        self._counting = asyncio.Lock()

    async def communities(self) -> list[str]:
        """The communities that have a board."""
        async with self._counting:
            return await self._communities()

    async def board(self, community: str) -> Board:
        """The board of a community.

        Raises:
            UnknownCommunity: nothing is known of it.
        """
        async with self._counting:
            if community not in await self._communities():
                raise UnknownCommunity(community=community)
            counted, board = self._boards.get(community, (float("-inf"), None))
            if board is None or time.monotonic() - counted >= self._seconds:
                now = self._clock()
                hanging, venues = await asyncio.gather(
                    on_the_board(self._announcements, community, now), self._venues.ready(community)
                )
                board = await count_board(self._database, community, now, hanging, venues)
                self._boards[community] = (time.monotonic(), board)
            return board

    async def announcement(self, community: str, id: str) -> Announcement:
        """What was posted in `community` under `id`, also once it is over.

        Raises:
            UnknownAggregate: there is none, it is only ahead, or it was taken down.
        """
        found = await self._announcements.find(id)
        if found is None or found.aggregate.community != community or not found.aggregate.told_at(self._clock()):
            raise UnknownAggregate(kind="announcement", id=id)
        return found.aggregate

    async def _communities(self) -> list[str]:
        looked, known = self._known
        if time.monotonic() - looked >= self._seconds:
            known = await communities(self._database)
            self._known = (time.monotonic(), known)
        return known
