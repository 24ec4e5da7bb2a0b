"""Hands notices over: claims one, asks for room, calls the gateway, and writes down what came of it.

Where a channel could definitely not reach somebody, the next one in their order is tried; never after a doubt.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, new_id
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, PersonGone
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.notices import NoticeStatus, Suppression
from services.notify.channels.gateways import Accepted, Answer, Gateway, Later, Outgoing, Refused, Unknown
from services.notify.channels.pacing import Pacing
from services.notify.notices.domain.notice import Notice, draft_of, queue
from services.notify.notices.domain.sending import claim, doubt, put_back, refused, sent, wait_for_room
from services.notify.notices.reviewing import Looked, Reviewing
from services.notify.notices.store import Notices
from services.notify.notices.wording import Wording
from services.notify.persons.links import Link, Links
from services.notify.shared.values import Way

BY_DELIVERY = Cause(SYSTEM, "delivery")
_NEXT_CHANNEL = frozenset({Suppression.REFUSED, Suppression.NO_ADDRESS, Suppression.CHANNEL_OFF})
_FULL_FOR = timedelta(seconds=60)
_BREAKS_AFTER = 5
"""So many failures on end, and a provider is left alone for a while."""


class Handing:
    """Hands notices to gateways."""

    def __init__(
        self,
        notices: Aggregates[Notice],
        gateways: Mapping[Way, Gateway],
        wording: Wording,
        pacing: Pacing,
        reviewing: Reviewing,
        clock: Clock,
        links: Links | None = None,
    ) -> None:
        self._notices = notices
        self._asked = Notices(notices)
        self._gateways = gateways
        self._wording = wording
        self._pacing = pacing
        self._reviewing = reviewing
        self._clock = clock
        self._links = links
        self._failures: dict[str, int] = {}

    async def send(self, id: str, looked: Looked) -> None:
        """Send the notice `id`, if it is to be sent and nobody else has claimed it."""
        notice = await self.claimed(id, looked)
        if notice is None:
            return
        answer = await self.hand_over(notice, looked, ())
        if answer is not None:
            await self.record(notice, answer)

    async def claimed(self, id: str, looked: Looked) -> Notice | None:
        """The notice `id`, claimed by this call; None where it is not to be sent, or somebody else has it."""
        name = new_id("claim")
        found = await self._notices.change(id, lambda n, _: claim(n, looked(n), name), BY_DELIVERY)
        notice = found.aggregate
        if notice.status is NoticeStatus.SENDING and notice.claim == name:
            return notice
        await self.fall_back(notice)
        return None

    async def hand_over(self, notice: Notice, looked: Looked, parts: Sequence[Notice]) -> Answer | None:
        """What the gateway says to a claimed notice; None where there is no room now, and it waits."""
        gateway, address = self._gateways[notice.channel], looked.address(notice)
        account = gateway.account(address)
        until = await self._room(gateway, account, notice)
        if until is not None:
            await self.put_off(notice, until)
            return None
        language = looked.person.choices.language
        await self._wording.ready([notice.community])
        words = self._wording.words(notice, language, parts)
        message = Outgoing(
            id=notice.id,
            address=address,
            words=words,
            language=language,
            kind=notice.kind,
            community=notice.community,
            values=self._wording.values(notice, language),
            unsubscribe=await self._unsubscribe(notice),
        )
        answer = await gateway.send(message)
        await self._mind(account, answer)
        if isinstance(answer, Later) and answer.full:
            await self._pacing.pause(account, self._clock() + (answer.after or _FULL_FOR))
        return answer

    async def _unsubscribe(self, notice: Notice) -> str | None:
        """The address that ends mail of this kind, where that may be ended."""
        if self._links is None or notice.channel is not Way.EMAIL or notice.weight.mandatory:
            return None
        return await self._links.unsubscribe(Link(notice.recipient, notice.kind, notice.channel))

    async def put_off(self, notice: Notice, until: datetime) -> None:
        """There is no room for a claimed notice before `until`."""
        name = notice.claim or ""
        await self._notices.change(notice.id, lambda n, _: wait_for_room(n, name, until), BY_DELIVERY)

    async def record(self, notice: Notice, answer: Answer) -> Notice:
        """Write down what a gateway said to a claimed notice."""
        name = notice.claim or ""
        done = await self._notices.change(notice.id, lambda n, _: self._outcome(n, name, answer), BY_DELIVERY)
        await self.fall_back(done.aggregate)
        return done.aggregate

    async def fall_back(self, notice: Notice) -> None:
        """Where `notice` could not reach its recipient, queue it for the next channel in their order. Done again, it
        changes nothing.
        """
        if notice.status is not NoticeStatus.SUPPRESSED or notice.reason not in _NEXT_CHANNEL:
            return
        looked = await self._reviewing.of(notice)
        planned = looked.next(notice)
        if planned is None:
            return
        if await self._asked.reached_otherwise(notice):
            return
        draft = draft_of(notice)
        with suppress(AlreadyExists, PersonGone):
            await self._notices.create(draft.id(planned.channel), lambda now: queue(draft, planned, now), BY_DELIVERY)

    def _outcome(self, notice: Notice, name: str, answer: Answer) -> Decision[Notice]:
        now = self._clock()
        match answer:
            case Accepted():
                return sent(notice, name, now, notice.channel, answer.id)
            case Refused():
                return refused(notice, name)
            case Later() if answer.full:
                return wait_for_room(notice, name, now + (answer.after or _FULL_FOR))
            case Later():
                return put_back(notice, name, now)
            case Unknown():
                return doubt(notice, name)

    async def _mind(self, account: str, answer: Answer) -> None:
        """Rest an account whose provider has failed several times on end, in every replica."""
        if not isinstance(answer, (Later, Unknown)):
            self._failures.pop(account, None)
            return
        failures = self._failures[account] = self._failures.get(account, 0) + 1
        if failures >= _BREAKS_AFTER:
            longer = min(failures - _BREAKS_AFTER, 5)
            await self._pacing.pause(account, self._clock() + _FULL_FOR * 2**longer)

    async def _room(self, gateway: Gateway, account: str, notice: Notice) -> datetime | None:
        now = self._clock()
        each = f"{account}:{notice.recipient}"
        until = await self._pacing.room(each, gateway.rates_each, now) if gateway.rates_each else None
        return until or await self._pacing.room(account, gateway.rates, now)
