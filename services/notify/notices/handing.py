"""Hands notices over: claims one, asks for room, calls the gateway, and writes down what came of it.

Where a channel could definitely not reach somebody, the next one in their order is tried; never after a doubt.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, new_id
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, PersonGone
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.notices import NoticeStatus, Suppression
from services.notify.channels.domain.breaker import Trouble
from services.notify.channels.gateways import (
    Accepted,
    Answer,
    Gateway,
    Later,
    ManyAtOnce,
    Outgoing,
    Refused,
    Unknown,
)
from services.notify.channels.pacing import Pacing
from services.notify.notices.bounces import BouncedMail
from services.notify.notices.domain.bundling import BUNDLES
from services.notify.notices.domain.notice import Notice, draft_of, queue
from services.notify.notices.domain.planning import Bundle
from services.notify.notices.domain.sending import claim, doubt, put_back, refused, sent, wait_for_room
from services.notify.notices.reviewing import Looked, Reviewing
from services.notify.notices.store import Notices
from services.notify.notices.wording import Wording
from services.notify.persons.links import Link, Links
from services.notify.shared.values import Way

log = logging.getLogger(__name__)

BY_DELIVERY = Cause(SYSTEM, "delivery")
_NEXT_CHANNEL = frozenset({Suppression.REFUSED, Suppression.NO_ADDRESS, Suppression.CHANNEL_OFF})
_FULL_FOR = timedelta(seconds=60)


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
        links: Links | None,
        bounces: BouncedMail,
    ) -> None:
        self._bounces = bounces
        self._notices = notices
        self._asked = Notices(notices)
        self._gateways = gateways
        self._wording = wording
        self._pacing = pacing
        self._reviewing = reviewing
        self._clock = clock
        self._links = links
        self._troubles: dict[str, Trouble] = {}

    async def send(self, id: str, looked: Looked) -> None:
        """Send the notice `id`, if it is to be sent and nobody else has claimed it."""
        notice = await self.claimed(id, looked)
        if notice is None:
            return
        answer = await self.hand_over(notice, looked, ())
        if answer is not None:
            await self.record(notice, answer)

    async def send_many(self, gateway: ManyAtOnce, wanted: Mapping[str, Looked]) -> None:
        """Send those notices of `wanted`, by their ids, that are to be sent and that nobody else has claimed; those of
        one account in one call.
        """
        claimed = await asyncio.gather(*(self.claimed(id, looked) for id, looked in wanted.items()))
        mine = [notice for notice in claimed if notice is not None]
        made = await asyncio.gather(*(self._outgoing(notice, wanted[notice.id], ()) for notice in mine))
        by_account: dict[str, list[tuple[Notice, Outgoing]]] = {}
        for notice, message in zip(mine, made, strict=True):
            if message is not None:
                by_account.setdefault(gateway.account(message.address), []).append((notice, message))
        for account, given in by_account.items():
            asked_at = self._clock()
            answers = await _asked_many(gateway, [message for _, message in given])
            definite = (answer for answer in answers if not isinstance(answer, (Later, Unknown)))
            await self._heard(account, next(definite, answers[0]), asked_at)
            for (notice, message), answer in zip(given, answers, strict=True):
                await self._not_taken(gateway, message, notice, answer)
            told = zip(given, answers, strict=True)
            await asyncio.gather(*(self.record(notice, answer) for (notice, _), answer in told))

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
        message = await self._outgoing(notice, looked, parts)
        if message is None:
            return None
        gateway, asked_at = self._gateways[notice.channel], self._clock()
        answer = await _asked(gateway, message)
        await self._heard(gateway.account(message.address), answer, asked_at)
        await self._not_taken(gateway, message, notice, answer)
        return answer

    async def _outgoing(self, notice: Notice, looked: Looked, parts: Sequence[Notice]) -> Outgoing | None:
        """What a gateway is handed for a claimed notice; None where there is no room now, and it waits."""
        gateway, address = self._gateways[notice.channel], looked.address(notice)
        until = await self._room(gateway, gateway.account(address), notice)
        if until is not None:
            await self.put_off(notice, until)
            return None
        language = looked.person.choices.language
        await self._wording.ready(sorted({notice.community, *(part.community for part in parts)}))
        words = self._wording.words(notice, language, parts)
        return Outgoing(
            id=notice.id,
            address=address,
            words=words,
            language=language,
            kind=notice.kind,
            community=notice.community,
            values=self._wording.values(notice, language),
            unsubscribe=await self._unsubscribe(notice),
            answers=tuple(link for each in (notice, *parts) if (link := self._wording.link(each)) is not None),
        )

    async def _heard(self, account: str, answer: Answer, asked_at: datetime) -> None:
        """Rest an account that is full, or whose provider fails on end, in every replica. One that is full works, and
        what a provider says of a single recipient says nothing of the account."""
        now = self._clock()
        match answer:
            case Later(each=True):
                pass
            case Later(full=True):
                await self._pacing.pause(account, now + (answer.after or _FULL_FOR))
            case Later() | Unknown():
                before = self._troubles.get(account, Trouble())
                after = self._troubles[account] = before.failed(asked_at, now)
                if after.until is not None and after.until != before.until:
                    await self._pacing.pause(account, after.until)
            case _:
                self._troubles.pop(account, None)

    async def _unsubscribe(self, notice: Notice) -> str | None:
        """The address that ends mail of this kind, where that may be ended: digests, or what is said of the subject
        of a burst. No part of either is mandatory.
        """
        if self._links is None or notice.channel is not Way.EMAIL:
            return None
        if notice.weight.comes_anyway and notice.kind not in BUNDLES:
            return None
        subject = notice.about if notice.kind == Bundle.BURST else ""
        return await self._links.unsubscribe(Link(notice.recipient, notice.kind, notice.channel, subject))

    async def put_off(self, notice: Notice, until: datetime) -> None:
        """There is no room for a claimed notice before `until`."""
        name = notice.claim or ""
        await self._notices.change(notice.id, lambda n, _: wait_for_room(n, name, until), BY_DELIVERY)

    async def record(self, notice: Notice, answer: Answer) -> Notice:
        """Write down what a gateway said to a claimed notice; first what it said of the mailbox, for nothing asks again
        once the outcome is known."""
        name = notice.claim or ""
        if isinstance(answer, Refused):
            await self._bounces.note(notice, answer.mailbox)
        done = await self._notices.change(notice.id, lambda n, _: self._outcome(n, name, answer), BY_DELIVERY)
        await self.fall_back(done.aggregate)
        return done.aggregate

    async def fall_back(self, notice: Notice) -> None:
        """Where `notice` could not reach its recipient, and is true still, queue it for the next channel in their
        order. Done again, it changes nothing. Of a bundle each part is, by itself.
        """
        lost = notice.status is NoticeStatus.SUPPRESSED and notice.reason in _NEXT_CHANNEL
        if not lost or notice.outdated or notice.kind in BUNDLES:
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

    async def _room(self, gateway: Gateway, account: str, notice: Notice) -> datetime | None:
        now = self._clock()
        each = _each(account, notice)
        until = self._asks_first(account, now)
        if until is None and gateway.rates_each:
            until = await self._pacing.room(each, gateway.rates_each, now)
        if until is not None:
            return until
        until = await self._pacing.room(account, gateway.rates, now) or self._asks_first(account, now)
        if until is not None:
            await self._pacing.give_back(each, gateway.rates_each)
        elif account in self._troubles:
            self._troubles[account] = self._troubles[account].asking(now)
        return until

    def _asks_first(self, account: str, now: datetime) -> datetime | None:
        """The time until which a message waits for another one, which asks whether the provider works again."""
        return self._troubles.get(account, Trouble()).waits(now)

    async def _not_taken(self, gateway: Gateway, message: Outgoing, notice: Notice, answer: Answer) -> None:
        """What the provider did not take now is none of what the recipient may be sent. Where it takes nothing for them
        for a while, nothing is tried."""
        if not isinstance(answer, Later):
            return
        each = _each(gateway.account(message.address), notice)
        await self._pacing.give_back(each, gateway.rates_each)
        if answer.each and answer.full:
            await self._pacing.pause(each, self._clock() + (answer.after or _FULL_FOR))


def _each(account: str, notice: Notice) -> str:
    """The name under which is counted what an account sends to one recipient."""
    return f"{account}:{notice.recipient}"


async def _asked(gateway: Gateway, message: Outgoing) -> Answer:
    """What `gateway` says. One that raises, though none should, leaves a doubt about this message, and stops no
    other."""
    try:
        return await gateway.send(message)
    except Exception:  # the boundary: what a provider sends is not ours, and one message must not end the service
        log.exception("a gateway failed", extra={"notice": message.id})
        return Unknown()


async def _asked_many(gateway: ManyAtOnce, messages: Sequence[Outgoing]) -> Sequence[Answer]:
    """What `gateway` says to each of `messages`, as `_asked` does to one."""
    try:
        return await gateway.send_many(messages)
    except Exception:  # the boundary, as above
        log.exception("a gateway failed", extra={"notices": len(messages)})
        return [Unknown()] * len(messages)
