"""Makes notices of events and broadcasts: one for each person and channel, each at most once for one event."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, PersonGone
from services.chassis.store.aggregates import Aggregates
from services.contracts.notices import Suppression
from services.notify.channels.domain.endpoint import WAITS, Endpoint
from services.notify.channels.store import wanting
from services.notify.notices.domain.bundling import bundle_id, open_bundle
from services.notify.notices.domain.notice import Draft, Notice, queue, supersede
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Bundle, Circumstances, Planned, Told, plan
from services.notify.notices.occasion import Occasion
from services.notify.notices.store import Notices
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person, stranger
from services.notify.routing.domain.kinds import KindRule
from services.notify.shared.values import NOISY, Way

Making: TypeAlias = Callable[[datetime], Decision[Notice]]
_AT_ONCE = 500
"""So many people are told in one call to the store."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is told: the kind with its rule, the particulars, and when it is worth delivering.

    It is not delivered before `due` (None: at once) nor from `expires` on; the kind's own limit, counted from the
    event, holds too.
    """

    kind: str
    rule: KindRule
    particulars: Particulars
    due: datetime | None = None
    expires: datetime | None = None
    edition: int = 1


class Telling:
    """Queues notices as events ask for them."""

    def __init__(
        self,
        notices: Aggregates[Notice],
        persons: Aggregates[Person],
        endpoints: Aggregates[Endpoint],
        wording: Wording,
        clock: Clock,
        open_channels: frozenset[Way],
    ) -> None:
        self._notices = notices
        self._persons = persons
        self._endpoints = endpoints
        self._wording = wording
        self._asked = Notices(notices)
        self._clock = clock
        self._open_channels = open_channels

    async def tell(self, occasion: Occasion, recipient: str, message: Message) -> None:
        """Queue a notice to `recipient` on every channel that is planned, and to those who stand in for them."""
        await self.tell_each(occasion, [recipient], message)

    async def tell_each(self, occasion: Occasion, recipients: Iterable[str], message: Message) -> None:
        """Queue a notice to each of `recipients`, and to those who stand in for them, many in one call to the store."""
        everybody: Sequence[str] = list(dict.fromkeys(recipients))
        template = await self._wording.version(occasion.community, message.kind, message.rule.template)
        async with asyncio.TaskGroup() as under_way:
            written: asyncio.Task[None] | None = None
            for start in range(0, len(everybody), _AT_ONCE):
                some = everybody[start : start + _AT_ONCE]
                wanted = await self._planned(occasion, some, message, template)
                if written is not None:
                    await written  # one part is on its way to the store while the next is made
                written = under_way.create_task(self._write(occasion, wanted))

    async def _write(self, occasion: Occasion, wanted: Mapping[str, Making]) -> None:
        await self._notices.create_each(wanted, occasion.cause, taken=occasion.taken)

    async def _planned(
        self, occasion: Occasion, recipients: Sequence[str], message: Message, template: int
    ) -> Mapping[str, Making]:
        """What makes the notices to `recipients` and who stands in for them, by id. Those that wait for others are made
        at once, with what they wait in."""
        known = await self._persons.find_each(recipients)
        told: list[tuple[Person, str | None]] = [
            (known.get(id) or stranger(id, occasion.community), None) for id in recipients
        ]
        standing_in = [
            (proxy.person, person.id)
            for person, _ in told
            for proxy in person.proxies
            if proxy.agreed and not person.gone
        ]
        if standing_in:
            proxies = await self._persons.find_each({id for id, _ in standing_in})
            told += [(proxies.get(id) or stranger(id, occasion.community), behalf) for id, behalf in standing_in]
        now = self._clock()
        wanted: dict[str, Making] = {}
        for person, behalf in told:
            draft = self._draft(occasion, person.id, message, behalf, template)
            asked = Told(draft.kind, message.rule.weight, draft.about, due=message.due, expires=draft.expires_at)
            lately = {} if occasion.id == occasion.about else await self._lately(person, draft)  # else it is its first
            around = Circumstances(self._open_channels, lately)
            for planned in plan(asked, person, now, around):
                if planned.bundle is None:
                    wanted.setdefault(draft.id(planned.channel), partial(_queued, draft, planned))
                else:
                    await self._collect(occasion, draft, planned, planned.bundle)
        return wanted

    async def tell_end_points(self, occasion: Occasion, message: Message) -> None:
        """Queue a notice to each end point of the community that wants messages of this kind."""
        template = await self._wording.version(occasion.community, message.kind, message.rule.template)
        for endpoint in await wanting(self._endpoints, occasion.community, message.kind):
            if endpoint.way not in self._open_channels:
                continue
            draft = self._draft(occasion, endpoint.id, message, None, template)
            expires = min(draft.expires_at or occasion.time + WAITS, occasion.time + WAITS)
            now = max(self._clock(), message.due or occasion.time)
            reason = Suppression.EXPIRED if now >= expires else None
            draft = draft.model_copy(update={"expires_at": expires})
            one = {draft.id(endpoint.way): partial(_queued, draft, Planned(endpoint.way, now, reason))}
            await self._notices.create_each(one, occasion.cause, taken=occasion.taken)

    async def supersede(self, occasion: Occasion, kind: str, recipients: Iterable[str] | None = None) -> None:
        """Give up notices of `kind` that wait and speak of an earlier version of the occasion's subject."""
        version = occasion.sequence
        for id in await self._asked.waiting(occasion.about, kind, recipients):
            await self._notices.change(id, lambda notice, _: supersede(notice, version), occasion.cause)

    def _draft(self, occasion: Occasion, recipient: str, message: Message, behalf: str | None, template: int) -> Draft:
        rule = message.rule
        limit = occasion.time + rule.lasts
        return Draft(
            community=occasion.community,
            recipient=recipient,
            kind=message.kind,
            cause=occasion.id,
            about=occasion.about,
            version=occasion.sequence,
            template=template,
            particulars=message.particulars,
            expires_at=limit if message.expires is None else min(limit, message.expires),
            sort=rule.sort,
            mandatory=rule.mandatory,
            behalf=behalf,
            edition=message.edition,
        )

    async def _lately(self, person: Person, draft: Draft) -> Mapping[Way, datetime]:
        """When the person was last told about the same, by each channel that could make a burst."""
        reached = [way for way in NOISY & self._open_channels if person.addresses.by(way) is not None]
        if not reached:
            return {}
        return await self._asked.lately(person.id, draft.about, reached, draft.cause, self._clock())

    async def _collect(self, occasion: Occasion, draft: Draft, planned: Planned, kind: Bundle) -> None:
        """Queue a notice that waits for others, and the bundle in which it will be told."""
        bundle = bundle_id(kind, draft.recipient, planned.channel, draft.about, planned.not_before)
        with suppress(AlreadyExists, PersonGone):  # they were told before, or are gone
            made = await self._notices.create(
                draft.id(planned.channel),
                lambda now: queue(draft, planned, now, bundle),
                occasion.cause,
                taken=occasion.taken,
            )
            part = made.aggregate
            if part.bundle is not None:  # which one, was decided when it was made
                await self._notices.create(part.bundle, lambda now: open_bundle(part, kind, now), occasion.cause)


def _queued(draft: Draft, planned: Planned, now: datetime) -> Decision[Notice]:
    return queue(draft, planned, now)
