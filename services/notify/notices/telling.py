"""Makes notices of events and broadcasts: one for each person and channel, each at most once for one event."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, PersonGone
from services.chassis.store.aggregates import Aggregates
from services.contracts.notices import Suppression
from services.notify.channels.domain.endpoint import WAITS, Endpoint
from services.notify.channels.store import wanting
from services.notify.notices.domain.bundling import bundle_id, open_bundle
from services.notify.notices.domain.notice import Draft, Notice, queue, supersede
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Circumstances, Planned, Told, plan
from services.notify.notices.occasion import Occasion
from services.notify.notices.store import Notices
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person, stranger
from services.notify.routing.domain.kinds import KindRule
from services.notify.shared.values import NOISY, Way

_SIDE_BY_SIDE = 50


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
        stored = await self._persons.find(recipient)
        person = stored.aggregate if stored else stranger(recipient, occasion.community)
        await self._tell_person(occasion, person, message, None)
        for proxy in person.proxies:
            if proxy.agreed and not person.gone:
                found = await self._persons.find(proxy.person)
                standing_in = found.aggregate if found else stranger(proxy.person, person.community)
                await self._tell_person(occasion, standing_in, message, recipient)

    async def tell_each(self, occasion: Occasion, recipients: Iterable[str], message: Message) -> None:
        """Queue a notice to each of `recipients`, some side by side."""
        everybody: Sequence[str] = list(dict.fromkeys(recipients))
        for start in range(0, len(everybody), _SIDE_BY_SIDE):
            told = everybody[start : start + _SIDE_BY_SIDE]
            await asyncio.gather(*(self.tell(occasion, person, message) for person in told))

    async def tell_end_points(self, occasion: Occasion, message: Message) -> None:
        """Queue a notice to each end point of the community that wants messages of this kind."""
        for endpoint in await wanting(self._endpoints, occasion.community, message.kind):
            if endpoint.way not in self._open_channels:
                continue
            draft = await self._draft(occasion, endpoint.id, message, None)
            expires = min(draft.expires_at or occasion.time + WAITS, occasion.time + WAITS)
            now = max(self._clock(), message.due or occasion.time)
            reason = Suppression.EXPIRED if now >= expires else None
            draft = draft.model_copy(update={"expires_at": expires})
            await self._queue(occasion, draft, Planned(endpoint.way, now, reason))

    async def supersede(self, occasion: Occasion, kind: str, recipients: Iterable[str] | None = None) -> None:
        """Give up notices of `kind` that wait and speak of an earlier version of the occasion's subject."""
        version = occasion.sequence
        for id in await self._asked.waiting(occasion.about, kind, recipients):
            await self._notices.change(id, lambda notice, _: supersede(notice, version), occasion.cause)

    async def _tell_person(self, occasion: Occasion, person: Person, message: Message, behalf: str | None) -> None:
        draft = await self._draft(occasion, person.id, message, behalf)
        told = Told(draft.kind, message.rule.weight, draft.about, due=message.due, expires=draft.expires_at)
        around = Circumstances(self._open_channels, await self._lately(person, draft))
        for planned in plan(told, person, self._clock(), around):
            await self._queue(occasion, draft, planned)

    async def _draft(self, occasion: Occasion, recipient: str, message: Message, behalf: str | None) -> Draft:
        rule = message.rule
        limit = occasion.time + rule.lasts
        return Draft(
            community=occasion.community,
            recipient=recipient,
            kind=message.kind,
            cause=occasion.id,
            about=occasion.about,
            version=occasion.sequence,
            template=await self._wording.version(occasion.community, message.kind, rule.template),
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

    async def _queue(self, occasion: Occasion, draft: Draft, planned: Planned) -> None:
        bundle = planned.bundle and bundle_id(
            planned.bundle, draft.recipient, planned.channel, draft.about, planned.not_before
        )
        with suppress(AlreadyExists, PersonGone):  # they were told before, or are gone
            made = await self._notices.create(
                draft.id(planned.channel),
                lambda now: queue(draft, planned, now, bundle),
                occasion.cause,
                taken=occasion.taken,
            )
            if planned.bundle is not None and made.aggregate.bundle is not None:
                part, kind = made.aggregate, planned.bundle
                await self._notices.create(
                    made.aggregate.bundle, lambda now: open_bundle(part, kind, now), occasion.cause
                )
