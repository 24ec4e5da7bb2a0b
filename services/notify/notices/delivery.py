"""Delivers notices that are due: makes their plan anew, puts them into the inbox, hands them to gateways.

Several processes may do so side by side: a claim is an ordinary command, and only the sender that won it sends.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from services.chassis.aggregate import Decision, new_id
from services.chassis.clock import Clock
from services.chassis.errors import Unavailable
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.mongo import PyMongoError
from services.contracts.notices import NoticeChannel, NoticeStatus
from services.notify.channels.gateways import Accepted, Answer, Gateway, Later, Refused, Unknown
from services.notify.notices.domain.notice import Notice, Review, claim, deliver, doubt, put_back, refused, sent
from services.notify.notices.domain.planning import plan_channel
from services.notify.notices.store import Notices
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person, stranger

log = logging.getLogger(__name__)

BATCH = 200
_SIDE_BY_SIDE = 4
_CAUSE = Cause(SYSTEM, "delivery")


class Delivery:
    """Delivers in one process."""

    def __init__(
        self,
        notices: Aggregates[Notice],
        persons: Aggregates[Person],
        gateways: Mapping[NoticeChannel, Gateway],
        wording: Wording,
        clock: Clock,
        every: timedelta = timedelta(seconds=2),
    ) -> None:
        self._notices = notices
        self._persons = persons
        self._gateways = gateways
        self._wording = wording
        self._clock = clock
        self._every = every
        self._asked = Notices(notices)
        self._open_channels = frozenset({NoticeChannel.INBOX, *gateways})
        self._places = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            found = 0
            try:
                found = await self.once()
            except (Unavailable, PyMongoError) as error:
                log.warning("delivery interrupted", extra={"error": type(error).__name__})
            await asyncio.sleep(0 if found == BATCH else self._every.total_seconds())

    async def once(self) -> int:
        """Deliver the notices that are due now; returns how many were looked at."""
        found = await self._asked.due(self._clock(), BATCH)
        await asyncio.gather(*(self._deliver(id, channel, recipient) for id, channel, recipient in found))
        return len(found)

    async def _deliver(self, id: str, channel: NoticeChannel, recipient: str) -> None:
        async with self._places:
            stored = await self._persons.find(recipient)
            person = stored.aggregate if stored else None
            gateway = self._gateways.get(channel)
            if gateway is None:
                await self._notices.change(id, lambda n, _: deliver(n, self._review(n, person)), _CAUSE)
            else:
                await self._send(id, person, gateway)

    async def _send(self, id: str, person: Person | None, gateway: Gateway) -> None:
        name = new_id("claim")
        claimed = await self._notices.change(id, lambda n, _: claim(n, self._review(n, person), name), _CAUSE)
        notice = claimed.aggregate
        if notice.status is not NoticeStatus.SENDING or notice.claim != name or person is None:
            return
        answer = await self._hand_over(notice, person, gateway)
        await self._notices.change(id, lambda n, _: self._record(n, name, answer), _CAUSE)

    async def _hand_over(self, notice: Notice, person: Person, gateway: Gateway) -> Answer:
        language = person.choices.language
        words = self._wording.render(notice.kind, notice.template, language, notice.community, notice.particulars)
        return await gateway.send(notice.id, person.addresses.email or "", words, language)

    def _review(self, notice: Notice, person: Person | None) -> Review:
        now = self._clock()
        planned = plan_channel(
            notice.channel,
            notice.kind,
            person or stranger(notice.recipient, notice.community),
            now,
            open_channels=self._open_channels,
            expires=notice.expires_at,
        )
        return Review(planned, now)

    def _record(self, notice: Notice, name: str, answer: Answer) -> Decision[Notice]:
        match answer:
            case Accepted():
                return sent(notice, name, self._clock())
            case Refused():
                return refused(notice, name)
            case Later():
                return put_back(notice, name, self._clock())
            case Unknown():
                return doubt(notice, name)
