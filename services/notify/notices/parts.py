"""Sends bundles: a digest or a burst, with every part looked at again just before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.contracts.notices import NoticeStatus, Suppression
from services.notify.channels.gateways import NO_TEXT, Accepted, Answer, Refused, Unknown
from services.notify.notices.domain.bundling import (
    go_alone,
    join,
    not_wanted,
    nothing_left,
    told_later,
    told_within,
    wait_on,
)
from services.notify.notices.domain.notice import Notice
from services.notify.notices.domain.planning import Bundle
from services.notify.notices.domain.sending import bounced, doubt, refused
from services.notify.notices.domain.stages import Stage
from services.notify.notices.handing import BY_DELIVERY, Handing
from services.notify.notices.reviewing import Looked, Reviewing
from services.notify.notices.store import Notices


class Parts:
    """Sends bundles."""

    def __init__(self, notices: Aggregates[Notice], handing: Handing, reviewing: Reviewing, clock: Clock) -> None:
        self._notices = notices
        self._asked = Notices(notices)
        self._handing = handing
        self._reviewing = reviewing
        self._clock = clock

    async def send(self, bundle: Notice, looked: Looked) -> None:
        """Send `bundle`, if it is to be sent and nobody else has claimed it.

        A digest leaves that to a later one that is due as well.
        """
        if bundle.kind == Bundle.DIGEST and await self._asked.a_later_digest(bundle, self._clock()):
            await self._notices.change(bundle.id, lambda n, _: told_later(n), BY_DELIVERY)
            return
        claimed = await self._handing.claimed(bundle.id, looked)
        if claimed is None:
            return
        parts = await self._joined(claimed)
        if not parts:
            name = claimed.claim or ""
            await self._notices.change(claimed.id, lambda n, _: nothing_left(n, name), BY_DELIVERY)
            return
        answer = await self._handing.hand_over(claimed, looked, parts)
        if _carries_none(answer):
            await self._let_each_go(claimed, parts)
            return
        done = claimed if answer is None else await self._handing.record(claimed, answer)
        for part in parts:
            await self._note(part, done, answer)
        if done.stage is Stage.BOUNCED:  # that was told before the gateway had answered
            await self.came_back(done)

    async def came_back(self, bundle: Notice) -> None:
        """A bundle came back: so did all that was told in it, and each goes by the next channel. Done again, it changes
        nothing."""
        for id in await self._asked.told_within(bundle.id):
            lost = await self._notices.change(id, lambda n, _: bounced(n, n.readdressed), BY_DELIVERY)
            await self._handing.fall_back(lost.aggregate)

    async def _joined(self, bundle: Notice) -> list[Notice]:
        """The parts of a claimed bundle, each on record as being sent."""
        joined = []
        for id in await self._asked.parts(bundle, self._clock()):
            part = (await self._notices.get(id)).aggregate
            looked = await self._reviewing.of(part)
            changed = await self._notices.change(id, partial(_joined, looked, bundle), BY_DELIVERY)
            if changed.aggregate.status is NoticeStatus.SENDING and changed.aggregate.claim == bundle.id:
                joined.append(changed.aggregate)
        return joined

    async def _note(self, part: Notice, bundle: Notice, answer: Answer | None) -> None:
        """Write down of a part what came of its bundle."""
        name = part.claim or ""
        match answer:
            case Accepted():
                await self._notices.change(part.id, lambda n, now: told_within(n, name, now), BY_DELIVERY)
            case Refused():
                lost = await self._notices.change(part.id, lambda n, _: refused(n, name), BY_DELIVERY)
                await self._handing.fall_back(lost.aggregate)
            case Unknown():
                await self._notices.change(part.id, lambda n, _: doubt(n, name), BY_DELIVERY)
            case _:
                until = (await self._notices.get(bundle.id)).aggregate.not_before
                await self._notices.change(part.id, lambda n, _: wait_on(n, name, until), BY_DELIVERY)

    async def _let_each_go(self, bundle: Notice, parts: Sequence[Notice]) -> None:
        """Let the parts of a claimed bundle go by themselves, in their order: the gateway carries no bundles, but may
        carry what is in them."""
        for part in parts:
            await self._notices.change(part.id, lambda n, now: wait_on(n, bundle.id, now), BY_DELIVERY)
            await self._notices.change(part.id, lambda n, _: go_alone(n), BY_DELIVERY)
        name = bundle.claim or ""
        await self._notices.change(bundle.id, lambda n, _: nothing_left(n, name), BY_DELIVERY)

    async def let_go(self, part: str) -> None:
        """Let a part go by itself whose bundle is over without it; not to somebody who does without digests, though,
        and not where a later digest that is due tells it."""
        found = (await self._notices.get(part)).aggregate
        waits_in = found.bundle or ""
        bundle = await self._notices.find(waits_in)
        if bundle is not None and bundle.aggregate.status in (NoticeStatus.QUEUED, NoticeStatus.SENDING):
            return
        if bundle is not None and await self._asked.a_later_digest(bundle.aggregate, self._clock(), or_being_sent=True):
            return
        looked = await self._reviewing.of(found)
        unwanted = waits_in.startswith(f"{Bundle.DIGEST}-") and looked.person.mutes(Bundle.DIGEST, found.channel)
        await self._notices.change(part, lambda n, _: not_wanted(n) if unwanted else go_alone(n), BY_DELIVERY)


def _carries_none(answer: Answer | None) -> bool:
    """Whether a gateway says that it has no text for bundles."""
    return isinstance(answer, Refused) and answer.said == NO_TEXT


def _joined(looked: Looked, bundle: Notice, part: Notice, now: datetime) -> Decision[Notice]:
    planned = looked(part).planned
    if bundle.kind == Bundle.DIGEST and looked.person.mutes(bundle.kind, bundle.channel):
        planned = replace(planned, reason=Suppression.PREFERENCE)
    return join(part, planned, bundle.id, now)
