"""Makes notices of events: one for each person and channel, each at most once for one event."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, PersonGone
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import E, Received
from services.contracts.notices import NoticeChannel, NoticeKind
from services.notify.notices.domain.notice import Draft, Notice, queue, supersede
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Planned, plan
from services.notify.notices.store import Notices
from services.notify.persons.domain.kinds import RULES
from services.notify.persons.domain.person import Person, stranger

_SIDE_BY_SIDE = 50


class Telling:
    """Queues notices as events ask for them."""

    def __init__(
        self,
        notices: Aggregates[Notice],
        persons: Aggregates[Person],
        clock: Clock,
        open_channels: frozenset[NoticeChannel],
    ) -> None:
        self._notices = notices
        self._persons = persons
        self._asked = Notices(notices)
        self._clock = clock
        self._open_channels = open_channels

    async def tell(
        self,
        received: Received[E],
        recipient: str | None,
        kind: NoticeKind,
        particulars: Particulars,
        *,
        due: datetime | None = None,
        expires: datetime | None = None,
    ) -> None:
        """Queue a notice to `recipient` on every channel. Where there is no recipient (None), nothing is done.

        Args:
            due: the notice is not delivered before; None is at once.
            expires: the notice is not delivered from then on; the kind's own limit, counted from the event, holds too.
        """
        if recipient is None:
            return
        envelope = received.envelope
        stored = await self._persons.find(recipient)
        person = stored.aggregate if stored else stranger(recipient, envelope.community)
        limit = envelope.time + RULES[kind].lasts
        draft = Draft(
            community=envelope.community,
            recipient=recipient,
            kind=kind,
            cause=envelope.id,
            about=envelope.aggregate_id,
            version=envelope.sequence,
            template=RULES[kind].template,
            particulars=particulars,
            expires_at=limit if expires is None else min(limit, expires),
        )
        chosen = plan(kind, person, self._clock(), open_channels=self._open_channels, due=due, expires=draft.expires_at)
        for planned in chosen:
            await self._queue(received, draft, planned)

    async def tell_each(
        self, received: Received[E], recipients: Sequence[str], kind: NoticeKind, particulars: Particulars
    ) -> None:
        """Queue a notice to each of `recipients`, some side by side."""
        for start in range(0, len(recipients), _SIDE_BY_SIDE):
            told = recipients[start : start + _SIDE_BY_SIDE]
            await asyncio.gather(*(self.tell(received, person, kind, particulars) for person in told))

    async def supersede(self, received: Received[E], kind: NoticeKind, recipients: Iterable[str] | None = None) -> None:
        """Give up queued notices of `kind` that speak of an earlier version of the event's subject."""
        version = received.envelope.sequence
        for id in await self._asked.waiting(received.envelope.aggregate_id, kind, recipients):
            await self._notices.change(id, lambda notice, _: supersede(notice, version), received.cause)

    async def _queue(self, received: Received[E], draft: Draft, planned: Planned) -> None:
        with suppress(AlreadyExists, PersonGone):  # they were told before, or are gone
            await self._notices.create(
                draft.id(planned.channel), lambda now: queue(draft, planned, now), received.cause, taken=received.taken
            )
