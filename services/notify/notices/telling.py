"""Makes notices of events and broadcasts: one for each person and channel, each at most once for one event."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeAlias

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, PersonGone
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Document
from services.chassis.store.questions import Lookups, Questions
from services.chassis.store.stored import stored_in
from services.chassis.store.unavailable import store_errors
from services.contracts.notices import Suppression
from services.notify.channels.domain.endpoint import WAITS, Endpoint
from services.notify.channels.store import Wanting
from services.notify.notices.domain.answering import asked_by
from services.notify.notices.domain.bundling import bundle_id, open_bundle
from services.notify.notices.domain.notice import Draft, Notice, drop_part, queue, supersede
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Bundle, Circumstances, Planned, Told, Why, plan
from services.notify.notices.domain.together import ToldPart
from services.notify.notices.feed import Feed
from services.notify.notices.occasion import Occasion
from services.notify.notices.store import Notices
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person, stranger
from services.notify.persons.store import PERSON
from services.notify.routing.domain.kinds import KindRule
from services.notify.shared.values import CHOSEN_FROM, NOISY, Way

Making: TypeAlias = Callable[[datetime], Decision[Notice]]
Themselves: TypeAlias = Callable[[str], Awaitable[bool]]
"""Whether somebody is told the same for themselves by another call, and so not in the place of somebody else."""
_AT_ONCE = 500
"""So many people are told in one call to the store."""
_SIDE_BY_SIDE = 16
_StandingIn: TypeAlias = tuple[str, str, str | None]
"""Who stands in, for whom, and what they call them."""
_MANY = 16
"""So many notices of one plan are made in one mould; fewer go along with the others."""
_FEW = 8
"""So many people are looked up along with other questions; more by a call of their own."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is told: the kind with its rule, the particulars, and when it is worth delivering.

    It is not delivered before `due` (None: at once) nor from `expires` on; the kind's own limit, counted from the
    event, holds too. `known`: who is concerned knows it already, so it stands on record and reaches nobody. One about
    several activities has a part for each, and `batch` names what is told together.
    """

    kind: str
    rule: KindRule
    particulars: Particulars
    due: datetime | None = None
    expires: datetime | None = None
    edition: int = 1
    known: bool = False
    batch: str | None = None
    parts: tuple[ToldPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Beforehand:
    """What was looked up before a message was made: the end points that want its kind, and those of `looked` who are
    known, by id."""

    endpoints: Sequence[Endpoint]
    looked: frozenset[str]
    known: Mapping[str, Person]


@dataclass(slots=True)
class _Wanted:
    """The notices that are to be made: for each plan those of `draft`, by id with whom they are for, which differ in
    nothing else; and others, each with what makes it."""

    draft: Draft
    alike: dict[Planned, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    apart: dict[str, Making] = field(default_factory=dict)


class Telling:
    """Queues notices as events ask for them. The feed is told of those that are made a few at a time, before they are
    written and once they are durable."""

    def __init__(
        self,
        notices: Aggregates[Notice],
        persons: Aggregates[Person],
        questions: Questions,
        wording: Wording,
        clock: Clock,
        open_channels: frozenset[Way],
        feed: Feed,
    ) -> None:
        self._notices = notices
        self._persons = persons
        self._wanting = Wanting(questions)
        self._wording = wording
        self._asked = Notices(notices, questions)
        self._clock = clock
        self._open_channels = open_channels
        self._feed = feed
        self._few: Lookups[Person] = Lookups(questions, PERSON.collection, {"state": 1, "v": 1}, _person)

    async def look(self, community: str, kind: str, people: Iterable[str]) -> Beforehand:
        """Look up what telling `people`, and end points, messages of `kind` will need. This goes beside other
        questions about the event; whoever else it turns out to concern is looked up when they are told."""
        some = frozenset(list(dict.fromkeys(people))[:_FEW])
        self._wording.begin(community)
        with store_errors():
            endpoints, known = await asyncio.gather(self._wanting(community, kind), self._few(some))
        return Beforehand(endpoints, some, known)

    async def tell(self, occasion: Occasion, recipient: str, message: Message) -> None:
        """Queue a notice to `recipient` on every channel that is planned, and to those who stand in for them."""
        await self.tell_each(occasion, [recipient], message)

    async def tell_each(
        self,
        occasion: Occasion,
        recipients: Iterable[str],
        message: Message,
        themselves: Themselves | None = None,
        beforehand: Beforehand | None = None,
    ) -> None:
        """Queue a notice to each of `recipients`, and to those who stand in for them, many in one call to the store.

        Who stands in for several people is told for each. Who is among the recipients, or is told by another call, as
        `themselves` says, is told for themselves alone, unless each is asked something.
        """
        everybody: Sequence[str] = list(dict.fromkeys(recipients))
        own = among(everybody)
        template = await self._wording.version(occasion.community, message.kind, message.rule.template)
        written: asyncio.Task[None] | None = None
        try:
            for start in range(0, len(everybody), _AT_ONCE):
                some = everybody[start : start + _AT_ONCE]
                wanted, standing_in = await self._planned(occasion, some, message, template, beforehand)
                if not asked_by(wanted.draft):
                    standing_in = [each for each in standing_in if not await own(each[0])]
                    if themselves is not None:
                        standing_in = [each for each in standing_in if not await themselves(each[0])]
                await self._plan_for_proxies(occasion, wanted, message, standing_in)
                if written is not None:
                    await written  # one part is on its way to the store while the next is made
                written = asyncio.create_task(self._write(occasion, wanted))
            if written is not None:
                await written
        finally:
            if written is not None and not written.done():
                written.cancel()  # errors come out as they are: who calls tells trouble that passes from a mistake

    async def _write(self, occasion: Occasion, wanted: _Wanted) -> None:
        apart = dict(wanted.apart)
        for planned, people in wanted.alike.items():
            if len(people) < _MANY:
                apart |= {id: partial(_queued_for, wanted.draft, planned, id, person) for id, person in people.items()}
                continue
            make = partial(_queued_for, wanted.draft, planned)
            await self._notices.create_alike(people, make, occasion.cause, taken=occasion.taken)
        if apart:
            await self._notices.create_each(
                apart, occasion.cause, taken=occasion.taken, announce=self._feed.coming, durable=self._feed.came
            )

    async def _planned(
        self,
        occasion: Occasion,
        recipients: Sequence[str],
        message: Message,
        template: int,
        beforehand: Beforehand | None,
    ) -> tuple[_Wanted, Sequence[_StandingIn]]:
        """What makes the notices to `recipients`, by id, and who stands in for them. Those that wait for others are
        made at once, with what they wait in."""
        now = self._clock()
        draft = self._draft(occasion, "", message, None, template)
        asked = _asked(draft, message)
        wanted = _Wanted(draft)
        if message.known:
            told = Planned(Way.INBOX, now, Suppression.SUPERSEDED, Why.COLLAPSED)
            wanted.alike[told].update({draft.id_for(id, Way.INBOX): id for id in recipients})
            return wanted, ()
        known = await self._known(recipients, beforehand)
        of_strangers = plan(asked, stranger("", occasion.community), now, Circumstances(self._open_channels))
        for id in recipients:
            person = known.get(id)
            plans = of_strangers if person is None else await self._plan(occasion, person, draft, asked, now)
            for planned in plans:
                if planned.bundle is None:
                    wanted.alike[planned][draft.id_for(id, planned.channel)] = id
                else:
                    await self._collect(occasion, draft.to(id), planned, planned.bundle)
        standing_in = [
            (proxy.person, person.id, proxy.called)
            for person in (known[id] for id in recipients if id in known)
            for proxy in person.proxies
            if proxy.agreed and not person.gone
        ]
        return wanted, standing_in

    async def _known(self, people: Sequence[str], beforehand: Beforehand | None) -> Mapping[str, Person]:
        """Those of `people` who are known, by id."""
        if beforehand is None:
            return await self._looked_up(people)
        others = [person for person in people if person not in beforehand.looked]
        return {**beforehand.known, **await self._looked_up(others)} if others else beforehand.known

    async def _looked_up(self, people: Collection[str]) -> Mapping[str, Person]:
        if len(people) > _FEW:
            return await self._persons.find_each(people)
        with store_errors():
            return await self._few(people)

    async def _plan_for_proxies(
        self, occasion: Occasion, wanted: _Wanted, message: Message, standing_in: Sequence[_StandingIn]
    ) -> None:
        """Add what is told to those who stand in for others."""
        if not standing_in:
            return
        now, asked = self._clock(), _asked(wanted.draft, message)
        proxies = await self._looked_up({id for id, *_ in standing_in})
        before = await self._told_before(wanted.draft, standing_in)
        for id, behalf, called in standing_in:
            person = proxies.get(id) or stranger(id, occasion.community)
            draft = wanted.draft.to(id, behalf, called)
            for planned in await self._plan(occasion, person, draft, asked, now):
                if (id, planned.channel, behalf) in before:
                    continue
                if planned.bundle is not None:
                    await self._collect(occasion, draft, planned, planned.bundle)
                else:
                    wanted.apart.setdefault(draft.id(planned.channel), partial(queue, draft, planned))

    async def _told_before(
        self, draft: Draft, standing_in: Sequence[_StandingIn]
    ) -> frozenset[tuple[str, Way, str | None]]:
        """Who was told for whom by which channel when ids did not name for whom: that is not told again."""
        ids = {draft.id_for(id, way) for id, *_ in standing_in for way in CHOSEN_FROM}
        found = (await self._notices.find_each(ids)).values()
        return frozenset((each.recipient, each.channel, each.behalf) for each in found)

    async def _plan(
        self, occasion: Occasion, person: Person, draft: Draft, asked: Told, now: datetime
    ) -> Sequence[Planned]:
        lately = {} if occasion.id == occasion.about else await self._lately(person, draft)  # else it is its first
        return plan(asked, person, now, Circumstances(self._open_channels, lately))

    async def tell_end_points(self, occasion: Occasion, message: Message, beforehand: Beforehand | None = None) -> None:
        """Queue a notice to each end point of the community that wants messages of this kind."""
        wanting = (beforehand or await self.look(occasion.community, message.kind, ())).endpoints
        template = await self._wording.version(occasion.community, message.kind, message.rule.template)
        for endpoint in wanting:
            if endpoint.way not in self._open_channels:
                continue
            draft = self._draft(occasion, endpoint.id, message, None, template)
            expires = min(draft.expires_at or occasion.time + WAITS, occasion.time + WAITS)
            now = max(self._clock(), message.due or occasion.time)
            reason = Suppression.EXPIRED if now >= expires else None
            draft = draft.model_copy(update={"expires_at": expires})
            one = {draft.id(endpoint.way): partial(queue, draft, Planned(endpoint.way, now, reason))}
            await self._notices.create_each(one, occasion.cause, taken=occasion.taken)

    async def supersede(self, occasion: Occasion, kind: str, recipients: Iterable[str] | None = None) -> None:
        """Give up notices of `kind` that wait and speak of an earlier version of the occasion's subject. Those that a
        gateway has go by no other channel, should they come back."""
        about, version = occasion.about, occasion.sequence

        def untrue(notice: Notice, _: datetime) -> Decision[Notice]:
            return drop_part(notice, about, kind, version) if notice.parts else supersede(notice, version)

        found = await self._asked.waiting(about, kind, recipients, or_left=True)
        for start in range(0, len(found), _SIDE_BY_SIDE):
            some = found[start : start + _SIDE_BY_SIDE]
            await asyncio.gather(*(self._notices.change(id, untrue, occasion.cause) for id in some))

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
            batch=message.batch,
            parts=message.parts,
            held_until=message.due,
        )

    async def _lately(self, person: Person, draft: Draft) -> Mapping[Way, datetime]:
        """When the person was last told about the same, by each channel that could make a burst."""
        reached = [way for way in NOISY & self._open_channels if person.address(way) is not None]
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


def among(people: Collection[str]) -> Themselves:
    """Asks whether somebody is one of `people`."""
    everybody = frozenset(people)

    async def told(person: str) -> bool:
        return person in everybody

    return told


def _asked(draft: Draft, message: Message) -> Told:
    """What a plan needs to know of `message`."""
    return Told(
        draft.kind,
        message.rule.weight,
        draft.about,
        due=message.due,
        expires=draft.expires_at,
        community=draft.community,
        parts=tuple(part.about for part in draft.parts),
    )


def _person(document: Document) -> Person:
    return stored_in(Person, document).aggregate


def _queued_for(draft: Draft, planned: Planned, id: str, person: str, now: datetime) -> Decision[Notice]:
    """The notice `id` to `person`."""
    return queue(draft.to(person), planned, now)
