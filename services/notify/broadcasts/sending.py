"""Sends broadcasts batch by batch, in the process that holds the lease. Before every batch it checks whether the
broadcast goes on, and what a batch queued while its broadcast was stopped is given up after it."""

from dataclasses import dataclass
from datetime import timedelta

from services.chassis.clock import Clock
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.notify.broadcasts.domain import Broadcast, BroadcastStatus, Whom, came_to, counted, finish
from services.notify.broadcasts.store import running, stopped_since
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.notice import Notice, supersede
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Why
from services.notify.notices.occasion import Occasion
from services.notify.notices.store import Notices
from services.notify.notices.telling import Message, Telling, Themselves, among
from services.notify.persons.people import People
from services.notify.routing.domain.kinds import KindRule, MessageClass
from services.notify.routing.shipped import RULES

KIND = "broadcast"
BATCH = 2000
_BY = Cause(SYSTEM, "broadcast")
_LOOKED_AFTER = timedelta(minutes=10)
"""So long after it was stopped a broadcast is looked after: a batch was under way, or its process died in one."""


@dataclass(frozen=True, slots=True)
class Broadcasting:
    """The sweep that sends running broadcasts."""

    broadcasts: Aggregates[Broadcast]
    telling: Telling
    people: People
    knowledge: Knowledge
    notices: Aggregates[Notice]
    batch: int = BATCH
    name: str = "broadcasts"
    every: timedelta = timedelta(seconds=1)

    async def once(self, clock: Clock) -> int:
        """Send a batch of each running broadcast in turn, until none is running. Returns the number of batches."""
        batches = 0
        while found := (await self.broadcasts.select(running(), limit=20)).items:
            for stored in found:
                await self._batch((await self.broadcasts.get(stored.aggregate.id)).aggregate, clock)
                batches += 1
        for stored in (await self.broadcasts.select(stopped_since(clock() - _LOOKED_AFTER), limit=20)).items:
            await give_up(self.notices, stored.aggregate.id, _BY)
        return batches

    async def _batch(self, broadcast: Broadcast, clock: Clock) -> None:
        if broadcast.total is None:
            total = await self._total(broadcast)
            await self.broadcasts.change(broadcast.id, lambda each, _: counted(each, total), _BY)
        people = await self._next(broadcast)
        if not people:
            await self.broadcasts.change(broadcast.id, lambda each, now: finish(each, broadcast.after, now), _BY)
            return
        if not broadcast.after:
            await self.telling.tell_end_points(_occasion(broadcast), _message(broadcast))
        await self.telling.tell_each(
            _occasion(broadcast), people, _message(broadcast), await self._themselves(broadcast)
        )
        before, after = broadcast.after, people[-1]
        await self.broadcasts.change(broadcast.id, lambda each, _: came_to(each, before, after, len(people)), _BY)

    async def _next(self, broadcast: Broadcast) -> list[str]:
        """The ids of the next people, in order, after those who were told."""
        if broadcast.status is not BroadcastStatus.RUNNING:
            return []
        if broadcast.whom == "everyone":
            return await self.people.page(broadcast.community, broadcast.after, self.batch)
        everybody = await self._chosen(broadcast)
        return [person for person in everybody if person > broadcast.after][: self.batch]

    async def _themselves(self, broadcast: Broadcast) -> Themselves:
        """Asks whether somebody is told for themselves, in whichever batch."""
        if broadcast.whom != "everyone":
            return among(await self._chosen(broadcast))

        async def belongs(person: str) -> bool:
            return await self.people.belongs(person, broadcast.community)

        return belongs

    async def _total(self, broadcast: Broadcast) -> int:
        if broadcast.whom != "everyone":
            return len(await self._chosen(broadcast))
        return sum([1 async for _ in self.people.each(broadcast.community)])

    async def _chosen(self, broadcast: Broadcast) -> list[str]:
        return await chosen(self.people, self.knowledge, broadcast.community, broadcast.whom, broadcast.which or "")


async def give_up(notices: Aggregates[Notice], id: str, cause: Cause) -> None:
    """Give up the messages of the broadcast `id` that wait for a gateway."""
    for waiting in await Notices(notices).waiting(id, KIND):
        await notices.change(waiting, lambda notice, _: supersede(notice, 2, Why.STOPPED), cause)


async def chosen(people: People, knowledge: Knowledge, community: str, whom: Whom, which: str) -> list[str]:
    """The people of a building, an age band or a team of `community`, in the order of ids."""
    match whom:
        case "building":
            found = await people.living_in(community, which)
        case "age-band":
            found = await people.of_age(community, which)
        case _:
            found = await knowledge.members(community, which)
    return sorted(found)


def _occasion(broadcast: Broadcast) -> Occasion:
    return Occasion(broadcast.community, broadcast.id, broadcast.id, 1, broadcast.at, _BY)


def _message(broadcast: Broadcast) -> Message:
    shipped, sort = RULES[KIND], MessageClass(broadcast.sort)
    rule = KindRule(
        sort=sort,
        zh=shipped.zh,
        en=shipped.en,
        mandatory=sort is MessageClass.EMERGENCY,
        hours=broadcast.hours,
        template=shipped.template,
    )
    said = Particulars(
        title=broadcast.title,
        title_en=broadcast.title_en,
        text=broadcast.text,
        more={"text_en": broadcast.text_en or broadcast.text},
    )
    return Message(kind=KIND, rule=rule, particulars=said)
