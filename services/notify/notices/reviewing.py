"""Looks again at a notice before it leaves: preferences, addresses, channels, hours and erasure as they are now."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.contracts.notices import Suppression
from services.notify.notices.domain.bundling import bundle_of
from services.notify.notices.domain.notice import Notice, Review
from services.notify.notices.domain.planning import (
    Circumstances,
    Planned,
    Waiting,
    Why,
    next_way,
    plan_again,
    plan_channel,
)
from services.notify.persons.domain.person import Person, stranger
from services.notify.shared.values import TO_END_POINTS, Way


@dataclass(frozen=True, slots=True)
class Looked:
    """Whom a notice is for, as they are now; called with the notice, it makes the plan anew."""

    person: Person
    stands_in: bool
    around: Circumstances
    clock: Clock

    def __call__(self, notice: Notice) -> Review:
        now = self.clock()
        return Review(self._planned(notice), now)

    def _planned(self, notice: Notice) -> Planned:
        now = self.clock()
        if not self.stands_in:
            return Planned(notice.channel, now, Suppression.PREFERENCE, Why.PROXY_ENDED)
        if notice.channel in TO_END_POINTS:
            expired = notice.expires_at is not None and now >= notice.expires_at
            return Planned(notice.channel, now, Suppression.EXPIRED if expired else None)
        return plan_channel(notice.channel, notice.asked, self.person, now, self.around)

    def again(self, notice: Notice, now: datetime, *, digest_today: bool) -> Planned:
        """The plan of `notice`, which waits, once its recipient has chosen otherwise at `now`."""
        if not self.stands_in or notice.held_until is None:
            return Planned(notice.channel, now, Suppression.PREFERENCE, Why.PROXY_ENDED)
        waiting = Waiting(notice.channel, notice.not_before, bundle_of(notice), notice.held_until)
        around = replace(self.around, due=False, digest_today=digest_today)
        return plan_again(waiting, notice.asked, self.person, now, around)

    def address(self, notice: Notice) -> str:
        """Where `notice` goes by its channel; an end point is found by its id."""
        return notice.recipient if notice.channel in TO_END_POINTS else self.person.address(notice.channel) or ""

    def next(self, notice: Notice) -> Planned | None:
        """The plan for the next channel, where the one of `notice` could not reach them."""
        if not self.stands_in or notice.channel in TO_END_POINTS:
            return None
        return next_way(notice.channel, notice.asked, self.person, self.clock(), self.around)


class Reviewing:
    """Finds out how things are now."""

    def __init__(self, persons: Aggregates[Person], open_channels: frozenset[Way], clock: Clock) -> None:
        self._persons = persons
        self._around = Circumstances(open_channels, due=True)
        self._clock = clock

    async def of(self, notice: Notice) -> Looked:
        """How things are for `notice`."""
        stored = await self._persons.find(notice.recipient)
        person = stored.aggregate if stored else stranger(notice.recipient, notice.community)
        stands_in = True
        if notice.behalf is not None:
            other = await self._persons.find(notice.behalf)
            stands_in = other is not None and not other.aggregate.gone and other.aggregate.stands_in(person.id)
        return Looked(person, stands_in, self._around, self._clock)
