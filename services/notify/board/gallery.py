"""The boards of all communities, kept warm: who looks at one finds it counted, as a rule.

A board is shown while it was counted within the last seconds, or while nothing of it has changed since (`changes`), so
its figures are never older than those seconds. Boards that have changed are counted again in the background before
anybody asks, at most once in a while each, and for a tenth of the time at most: where there are too many, or no changes
are heard, a board is counted for who looks at it.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.clock import Clock
from services.chassis.elapsed import Elapsed, elapsed
from services.chassis.errors import NotFound, Unavailable, UnknownAggregate
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.keyed_lock import KeyedLock
from services.chassis.store.mongo import Database, PyMongoError
from services.notify.announcements.domain import Announcement
from services.notify.announcements.store import next_to_hang, on_the_board
from services.notify.board.changes import Changes, Version
from services.notify.board.counting import communities, count_board, is_known
from services.notify.board.figures import Board
from services.notify.knowledge.venues import Venues

log = logging.getLogger(__name__)

_EARLY = 0.6
"""A board that has changed is counted again after this share of the seconds for which it is shown without a look."""
_LOOK = 0.25
_OTHER_WORK = 9
"""So many times as long as a count took, counting rests."""
_AGAIN = 1.0
_MINUTE = timedelta(minutes=1)
"""An activity is ahead until the minute is over in which it begins."""


class UnknownCommunity(
    NotFound, code="board.unknown-community", zh="没有社区 {community} 的公示栏。", en="No board for {community}."
):
    """Nothing is known of this community."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A board with the time on the clock `elapsed` at which its count began and what was heard of it until then. By
    itself, without any change, it is as it is until the time `until`; None: for ever."""

    board: Board
    counted: float
    version: Version
    until: datetime | None


class Gallery:
    """The boards of all communities; figures are at most `seconds` old."""

    def __init__(
        self,
        database: Database,
        announcements: Aggregates[Announcement],
        venues: Venues,
        changes: Changes,
        clock: Clock,
        seconds: float,
        passed: Elapsed = elapsed,
    ) -> None:
        self._database = database
        self._announcements = announcements
        self._venues = venues
        self._changes = changes
        self._clock = clock
        self._seconds = seconds
        self._passed = passed
        self._known: tuple[float, list[str]] = (float("-inf"), [])
        self._boards: dict[str, _Kept] = {}
        self._looking = asyncio.Lock()
        self._counting = KeyedLock()

    async def communities(self) -> list[str]:
        """The communities that have a board."""
        async with self._looking:
            looked, known = self._known
            if self._passed() - looked >= self._seconds:
                looked, known = self._passed(), await communities(self._database)
                self._known = (looked, known)
            return known

    async def board(self, community: str) -> Board:
        """The board of a community.

        Raises:
            UnknownCommunity: nothing is known of it.
        """
        kept = self._boards.get(community)
        if kept is not None and self._holds(kept):
            return self._as_of_now(kept)
        if not await is_known(self._database, community):
            raise UnknownCommunity(community=community)
        return self._as_of_now(await self._counted(community, self._holds))

    async def announcement(self, community: str, id: str) -> Announcement:
        """What was posted in `community` under `id`, also once it is over.

        Raises:
            UnknownAggregate: there is none, it is only ahead, or it was taken down.
        """
        found = await self._announcements.find(id)
        if found is None or found.aggregate.community != community or not found.aggregate.told_at(self._clock()):
            raise UnknownAggregate(kind="announcement", id=id)
        return found.aggregate

    async def keep_warm(self) -> None:
        """Count boards that have changed before anybody looks at them, for ever."""
        while True:
            try:
                await self.count_changed()
                await asyncio.sleep(_LOOK)
            except (Unavailable, PyMongoError) as error:
                log.warning("boards not counted, trying again", extra={"error": type(error).__name__})
                await asyncio.sleep(_AGAIN)

    async def count_changed(self) -> None:
        """Count each board that has changed and may be counted again, one after the other, with a rest after each."""
        for community in await self.communities():
            began = self._passed()
            kept = self._boards.get(community)
            if kept is None or not self._stands(kept):
                await self._counted(community, self._stands)
                await asyncio.sleep((self._passed() - began) * _OTHER_WORK)

    def _holds(self, kept: _Kept) -> bool:
        """Whether `kept` may be shown."""
        now = self._passed()
        if now - kept.counted < self._seconds:
            return True
        return now - self._changes.heard < self._seconds and self._is_unchanged(kept)

    def _stands(self, kept: _Kept) -> bool:
        """Whether `kept` need not be counted again now, though nobody looks at it."""
        return self._is_unchanged(kept) or self._passed() - kept.counted < self._seconds * _EARLY

    def _is_unchanged(self, kept: _Kept) -> bool:
        ended = kept.until is not None and kept.until <= self._clock()
        return not ended and kept.version == self._changes.version(kept.board.community)

    def _as_of_now(self, kept: _Kept) -> Board:
        """The board that holds. Where it was counted a while ago and nothing has changed, it is as of now."""
        if self._passed() - kept.counted < self._seconds:
            return kept.board
        return kept.board.model_copy(update={"as_of": self._clock()})

    async def _counted(self, community: str, suffices: Callable[[_Kept], bool]) -> _Kept:
        """The board of `community`, counted unless one that `suffices` was counted meanwhile."""
        async with self._counting.of(community):
            kept = self._boards.get(community)
            if kept is None or not suffices(kept):
                kept = self._boards[community] = await self._count(community)
            return kept

    async def _count(self, community: str) -> _Kept:
        counted, version, now = self._passed(), self._changes.version(community), self._clock()
        hanging, following, venues = await asyncio.gather(
            on_the_board(self._announcements, community, now),
            next_to_hang(self._announcements, community, now),
            self._venues.read(community),
        )
        board = await count_board(self._database, community, now, hanging, venues)
        begun = [each.starts_at.replace(second=0, microsecond=0) + _MINUTE for each in board.activities]
        ends = [following, *begun, *(each.valid_until for each in hanging)]
        return _Kept(board, counted, version, min((each for each in ends if each is not None), default=None))
