"""Hands notices over: claims one, asks for room, calls the gateway, and writes down what came of it.

Where a channel could definitely not reach somebody, the next one in their order is tried; never after a doubt.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from services.chassis.aggregate import Decision, new_id
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, PersonGone
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.notices import NoticeStatus, Suppression
from services.notify.channels.accounts import FULL_FOR, Accounts
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
from services.notify.notices.domain.sending import claim, doubt, put_back, readdress, refused, sent, wait_for_room
from services.notify.notices.reviewing import Looked, Reviewing
from services.notify.notices.store import Notices
from services.notify.notices.wording import Wording
from services.notify.persons.links import Link, Links
from services.notify.shared.values import Way

log = logging.getLogger(__name__)

BY_DELIVERY = Cause(SYSTEM, "delivery")
_NEXT_CHANNEL = frozenset({Suppression.REFUSED, Suppression.NO_ADDRESS, Suppression.CHANNEL_OFF})


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
        accounts: Accounts,
    ) -> None:
        self._accounts = accounts
        self._bounces = bounces
        self._notices = notices
        self._asked = Notices(notices)
        self._gateways = gateways
        self._wording = wording
        self._pacing = pacing
        self._reviewing = reviewing
        self._clock = clock
        self._links = links

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
            meant = await self._meant(account, [notice.id for notice, _ in given], answers, asked_at)
            for (notice, message), answer in zip(given, meant, strict=True):
                await self._not_taken(gateway, message, notice, answer)
            told = [
                self.record(notice, self._otherwise(notice, wanted[notice.id], answer))
                for (notice, _), answer in zip(given, meant, strict=True)
            ]
            await asyncio.gather(*told)

    async def _meant(
        self, account: str, ids: Sequence[str], answers: Sequence[Answer], asked_at: datetime
    ) -> Sequence[Answer]:
        """What `answers`, given by one account in one call, mean for the messages `ids`. Where one was taken or
        refused, the account works."""
        definite = [answer for answer in answers if not isinstance(answer, (Later, Unknown))]
        if definite:
            await self._accounts.heard(account, definite[0], asked_at, ids[0])
            return [_own(answer) for answer in answers]
        first = await self._accounts.heard(account, answers[0], asked_at, ids[0])
        return [first, *answers[1:]]

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
        answer = await self._accounts.heard(gateway.account(message.address), answer, asked_at, notice.id)
        await self._not_taken(gateway, message, notice, answer)
        return self._otherwise(notice, looked, answer)

    def _otherwise(self, notice: Notice, looked: Looked, answer: Answer) -> Answer:
        """What `answer` means for `notice`. Where the account is at fault most messages wait until somebody has put it
        right; one that comes anyway goes by the next channel at once, if there is one."""
        at_fault = isinstance(answer, Later) and answer.fault is not None
        if not at_fault or not notice.weight.comes_anyway or notice.kind in BUNDLES or looked.next(notice) is None:
            return answer
        return Refused("account-at-fault")

    async def _outgoing(self, notice: Notice, looked: Looked, parts: Sequence[Notice]) -> Outgoing | None:
        """What a gateway is handed for a claimed notice; None where there is no room now, and it waits."""
        gateway, address = self._gateways[notice.channel], looked.address(notice)
        until = await self._room(gateway, gateway.account(address), notice)
        if until is not None:
            full = Later(until - self._clock(), full=True, fault=self._accounts.fault(gateway.account(address)))
            otherwise = self._otherwise(notice, looked, full)
            await (self.put_off(notice, until) if otherwise is full else self.record(notice, otherwise))
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
            readdressed=notice.readdressed,
            community=notice.community,
            values=self._wording.values(notice, language),
            unsubscribe=await self._unsubscribe(notice),
            answers=tuple(link for each in (notice, *parts) if (link := self._wording.link(each)) is not None),
        )

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
        """Where `notice` could not reach its recipient, and is true still, queue it for the address that has replaced
        the one from which it came back, else for the next channel in their order. Done again, it changes nothing. Of a
        bundle each part is, by itself.
        """
        lost = notice.status is NoticeStatus.SUPPRESSED and notice.reason in _NEXT_CHANNEL
        if not lost or notice.outdated or notice.kind in BUNDLES:
            return
        looked = await self._reviewing.of(notice)
        if await self._asked.reached_otherwise(notice):
            return
        entered_at = looked.person.bounces.since
        moved = await self._notices.change(notice.id, lambda n, _: readdress(n, entered_at, looked(n)), BY_DELIVERY)
        planned = looked.next(notice)
        if planned is None or moved.aggregate.status is not NoticeStatus.SUPPRESSED:
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
                return wait_for_room(notice, name, now + (answer.after or FULL_FOR))
            case Later():
                return put_back(notice, name, now)
            case Unknown():
                return doubt(notice, name)

    async def _room(self, gateway: Gateway, account: str, notice: Notice) -> datetime | None:
        now = self._clock()
        each = _each(account, notice)
        until = self._accounts.asks_first(account, now)
        if until is None and gateway.rates_each:
            until = await self._pacing.room(each, gateway.rates_each, now)
        if until is not None:
            return until
        until = await self._pacing.room(account, gateway.rates, now) or self._accounts.asks_first(account, now)
        if until is not None:
            await self._pacing.give_back(each, gateway.rates_each)
        else:
            self._accounts.asking(account, now)
        return until

    async def _not_taken(self, gateway: Gateway, message: Outgoing, notice: Notice, answer: Answer) -> None:
        """What the provider did not take now is none of what the recipient may be sent. Where it takes nothing for them
        for a while, nothing is tried."""
        if not isinstance(answer, Later):
            return
        each = _each(gateway.account(message.address), notice)
        await self._pacing.give_back(each, gateway.rates_each)
        if answer.each and answer.full:
            await self._pacing.pause(each, self._clock() + (answer.after or FULL_FOR))


def _own(answer: Answer) -> Answer:
    """What a fault of the account means for a message where others were taken: it is the message's own."""
    return Refused(answer.fault) if isinstance(answer, Later) and answer.fault is not None else answer


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
