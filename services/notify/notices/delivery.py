"""Delivers notices that are due: makes their plan anew, puts them into the inbox, hands them to gateways.

Several processes may do so side by side: a claim is an ordinary command, and only the sender that won it sends.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import timedelta

from services.chassis.clock import Clock
from services.chassis.errors import Unavailable
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import PyMongoError
from services.notify.channels.accounts import Accounts
from services.notify.channels.gateways import Gateway, ManyAtOnce
from services.notify.channels.pacing import Pacing
from services.notify.notices.bounces import BouncedMail
from services.notify.notices.domain.bundling import BUNDLES
from services.notify.notices.domain.notice import Notice
from services.notify.notices.domain.sending import deliver
from services.notify.notices.handing import BY_DELIVERY, Handing
from services.notify.notices.parts import Parts
from services.notify.notices.reviewing import Reviewing
from services.notify.notices.store import Notices
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person
from services.notify.persons.links import Links
from services.notify.shared.values import TO_END_POINTS, Way

log = logging.getLogger(__name__)

BATCH = 200
SIDE_BY_SIDE = 16


class Delivery:
    """Delivers in one process."""

    def __init__(
        self,
        notices: Aggregates[Notice],
        persons: Aggregates[Person],
        gateways: Mapping[Way, Gateway],
        wording: Wording,
        pacing: Pacing,
        clock: Clock,
        every: timedelta = timedelta(seconds=2),
        links: Links | None = None,
    ) -> None:
        self._notices = notices
        self._clock = clock
        self._every = every
        self._asked = Notices(notices)
        self.open_channels = frozenset({Way.INBOX, Way.CALL, *gateways})
        self.reviewing = Reviewing(persons, self.open_channels, clock)
        self.bounces = BouncedMail(notices, persons, clock)
        self.accounts = Accounts(pacing, clock)
        self.handing = Handing(
            notices, gateways, wording, pacing, self.reviewing, clock, links, self.bounces, self.accounts
        )
        self.parts = Parts(notices, self.handing, self.reviewing, clock)
        self._gateways = gateways
        self._places = asyncio.Semaphore(SIDE_BY_SIDE)
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            found = 0
            try:
                found = await self.once(wait=False)
            except (Unavailable, PyMongoError) as error:
                log.warning("delivery interrupted", extra={"error": type(error).__name__})
            await asyncio.sleep(0 if found == BATCH else self._every.total_seconds())

    async def once(self, *, wait: bool = True) -> int:
        """Deliver the notices that are due now; returns how many were looked at.

        An end point is sent one at a time, beside everything else, so that one that does not answer holds up nobody.
        Without `wait` what is under way to end points goes on by itself.
        """
        found = await self._asked.due(self._clock(), BATCH)
        for id, channel, recipient in found:
            if channel in TO_END_POINTS and recipient not in self._under_way:
                self._under_way[recipient] = asyncio.create_task(self._to_end_point(id, channel, recipient))
        await asyncio.gather(*self._to_people([each for each in found if each[1] not in TO_END_POINTS]))
        if wait:
            await asyncio.gather(*self._under_way.values())
        return len(found)

    def _to_people(self, due: Sequence[tuple[str, Way, str]]) -> Iterator[Coroutine[None, None, None]]:
        """What is to be done for notices to people. Those to one person by one channel go one after the other, in the
        order in which they wait; where a gateway takes several at once, the next of each person go together.
        """
        waiting: dict[Way, dict[str, list[str]]] = {}
        for id, channel, recipient in due:
            waiting.setdefault(channel, {}).setdefault(recipient, []).append(id)
        for channel, by_recipient in waiting.items():
            gateway = self._gateways.get(channel)
            if isinstance(gateway, ManyAtOnce):
                yield self._in_rounds(list(by_recipient.values()), gateway)
            else:
                yield from (self._in_turn(ids, channel) for ids in by_recipient.values())

    async def _in_turn(self, ids: Sequence[str], channel: Way) -> None:
        for id in ids:
            await self._deliver(id, channel)

    async def _in_rounds(self, each: Sequence[Sequence[str]], gateway: ManyAtOnce) -> None:
        for n in range(max(len(ids) for ids in each)):
            now = [ids[n] for ids in each if n < len(ids)]
            starts = range(0, len(now), gateway.at_once)
            await asyncio.gather(*(self._deliver_many(now[at : at + gateway.at_once], gateway) for at in starts))

    async def _deliver_many(self, ids: Sequence[str], gateway: ManyAtOnce) -> None:
        async with self._places:
            found = await self._notices.find_each(ids)
            bundles = [notice for notice in found.values() if notice.kind in BUNDLES]
            for bundle in bundles:
                await self.parts.send(bundle, await self.reviewing.of(bundle))
            others = [notice for notice in found.values() if notice.kind not in BUNDLES]
            reviews = await asyncio.gather(*(self.reviewing.of(notice) for notice in others))
            looked = {notice.id: review for notice, review in zip(others, reviews, strict=True)}
            await self.handing.send_many(gateway, looked)

    async def _to_end_point(self, id: str, channel: Way, recipient: str) -> None:
        try:
            await self._deliver(id, channel)
        except (Unavailable, PyMongoError) as error:
            log.warning("delivery to an end point interrupted", extra={"error": type(error).__name__})
        finally:
            self._under_way.pop(recipient, None)

    async def _deliver(self, id: str, channel: Way) -> None:
        free: AbstractAsyncContextManager[None] = nullcontext()
        async with free if channel in TO_END_POINTS else self._places:
            found = await self._notices.find(id)
            if found is None:
                return
            review = await self.reviewing.of(found.aggregate)
            if channel not in self._gateways:
                changed = await self._notices.change(id, lambda n, _: deliver(n, review(n)), BY_DELIVERY)
                await self.handing.fall_back(changed.aggregate)
            elif found.aggregate.kind in BUNDLES:
                await self.parts.send(found.aggregate, review)
            else:
                await self.handing.send(id, review)
