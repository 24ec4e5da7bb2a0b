"""Gathers what follows from one command, for the dates of a series say, and tells each person of it in one message.

A command is known by the fact that began it. Its facts come one by one, and nothing says which is the last; so they are
kept, one document for each fact and message, until none has come for a while. Then each person is told of those that
concern them: of one as ever, of several in one notice with a part for each. What has become untrue by then is left out.
A document stays without its people once it was told, so that facts that are read again tell nothing new. It goes after
more than the longest time for which any message is worth sending; a fact that is older is not gathered any more, for it
may have been told, and nothing of it would be sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import derived_id, new_id
from services.chassis.clock import Clock
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Cause
from services.chassis.store.mongo import ASCENDING, Database, Document, IndexModel
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.together import ToldPart, families
from services.notify.notices.occasion import Occasion
from services.notify.notices.telling import Message, Telling, among
from services.notify.routing.domain.kinds import LONGEST
from services.notify.routing.editions import Editions

GATHERED = "gathered"
KEPT = LONGEST + timedelta(days=1)
"""The time for which it stays on record that a fact was gathered."""
_WAITING: Document = {"waiting": True}
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    GATHERED: [
        IndexModel(
            [("waiting", ASCENDING), ("command", ASCENDING), ("batch", ASCENDING), ("at", ASCENDING)],
            name="commands",
            partialFilterExpression=_WAITING,
        ),
        IndexModel([("part.about", ASCENDING)], name="about", partialFilterExpression=_WAITING),
        IndexModel([("people", ASCENDING)], name="people", partialFilterExpression=_WAITING),
        IndexModel([("at", ASCENDING)], name="kept", expireAfterSeconds=int(KEPT.total_seconds())),
    ],
}
QUIET = timedelta(seconds=5)
"""So long after its last fact all that follows from a command has come."""
_COMMANDS = 100


@dataclass(frozen=True, slots=True)
class _Kept:
    """A message of one fact, and whom it is for."""

    part: ToldPart
    occasion: Occasion
    people: Sequence[str]
    due: datetime | None
    expires: datetime | None
    edition: int


@dataclass(frozen=True, slots=True)
class Gathering:
    """Gathers messages, and tells them when nothing more comes."""

    database: Database
    telling: Telling
    knowledge: Knowledge
    editions: Editions
    clock: Clock
    name: str = "gathered"
    every: timedelta = timedelta(seconds=2)

    async def add(self, command: str, occasion: Occasion, tell: str, message: Message, people: Sequence[str]) -> None:
        """Keep `message` to `people`, which follows from `command` by the rule `tell`. One that was kept before is not
        kept again, nor one of a fact so old that this may have been forgotten."""
        if self.clock() - occasion.time > KEPT:
            return
        fact = {"community": occasion.community, "command": command, "time": occasion.time}
        part = ToldPart(
            kind=message.kind,
            about=occasion.about,
            cause=occasion.id,
            version=occasion.sequence,
            particulars=message.particulars,
        )
        kept = {
            **fact,
            "waiting": True,
            "batch": None,
            "at": self.clock(),
            "part": part.model_dump(),
            "people": list(people),
            "due": message.due,
            "expires": message.expires,
            "edition": message.edition,
        }
        id = derived_id("gathered", occasion.id, tell)
        await self.database[GATHERED].update_one({"_id": id}, {"$setOnInsert": kept}, upsert=True)

    async def drop(self, occasion: Occasion, kind: str, recipients: Iterable[str] | None = None) -> None:
        """Messages of `kind` that speak of an earlier version of the occasion's subject are for nobody any more, or not
        for `recipients`."""
        earlier = {"part.about": occasion.about, "part.kind": kind, "part.version": {"$lt": occasion.sequence}}
        fewer: Document = (
            {"$set": {"people": []}} if recipients is None else {"$pull": {"people": {"$in": list(recipients)}}}
        )
        await self.database[GATHERED].update_many({**_WAITING, **earlier}, fewer)

    async def forget(self, person: str, community: str | None = None) -> None:
        """Leave nothing of `person` in what waits, of `community` or (None) of all."""
        here = {} if community is None else {"community": community}
        await self.database[GATHERED].update_many({**_WAITING, "people": person, **here}, {"$pull": {"people": person}})

    async def once(self, clock: Clock) -> int:
        """Tell what follows from commands of which nothing more has come for a while."""
        by_command: list[Document] = [
            {"$match": _WAITING},
            {"$group": {"_id": {"command": "$command", "batch": "$batch"}, "last": {"$max": "$at"}}},
            {"$match": {"last": {"$lte": clock() - QUIET}}},
            {"$limit": _COMMANDS},
        ]
        found = [each["_id"] async for each in self.database[GATHERED].aggregate(by_command)]
        for each in found:
            await self._tell(each["command"], each["batch"])
        return len(found)

    async def _tell(self, command: str, batch: str | None) -> None:
        """Tell what was gathered of `command`. What comes late makes another batch, with messages of its own; a batch
        that was being told when a process died is told again, under the same ids."""
        of_command = {**_WAITING, "command": command}
        if batch is None:
            batch = new_id("together")
            await self.database[GATHERED].update_many({**of_command, "batch": None}, {"$set": {"batch": batch}})
        documents = self.database[GATHERED].find({**of_command, "batch": batch}).sort("_id", ASCENDING)
        kept = [_kept(each) async for each in documents]
        for of_kind in _by_kind(kept):
            await self.telling.tell_end_points(*await self._told(command, batch, of_kind))
        messages = _by_message(kept)
        themselves: defaultdict[str, set[str]] = defaultdict(set)
        for places, people in messages.items():
            themselves[kept[places[0]].part.kind].update(people)
        for places, people in messages.items():
            occasion, message = await self._told(command, batch, [kept[n] for n in places])
            await self.telling.tell_each(occasion, people, message, among(themselves[message.kind]))
        told = {"$set": {"waiting": False}, "$unset": dict.fromkeys(("people", "part", "due", "expires"), "")}
        await self.database[GATHERED].update_many({**of_command, "batch": batch}, told)

    async def _told(self, command: str, batch: str, kept: Sequence[_Kept]) -> tuple[Occasion, Message]:
        """The occasion and the message about `kept`: of a single fact as ever, of several with a part for each."""
        message = await self._message(kept)
        if len(kept) == 1:
            return kept[0].occasion, message
        of_dates = [each.part.about for each in kept if each.part.about.startswith("activity-")]
        series = (await self.knowledge.activity(of_dates[0])).series if of_dates else None
        occasion = replace(
            kept[0].occasion,
            id=command,
            about=series or kept[0].part.about,
            time=max(each.occasion.time for each in kept),
            cause=Cause(SYSTEM, command),
        )
        parts = tuple(each.part for each in kept)
        return occasion, replace(message, batch=batch, parts=parts)

    async def _message(self, kept: Sequence[_Kept]) -> Message:
        """The message about `kept`, the first of which says what it is. It is worth delivering while one of them is."""
        first = kept[0]
        community, kind = first.occasion.community, first.part.kind
        rule = (await self.editions.rules(community))[kind]
        ends = [each.expires for each in kept]
        last = max((each for each in ends if each is not None), default=None)
        expires = None if None in ends else last
        return Message(kind, rule, first.part.particulars, first.due, expires, first.edition)


def _by_kind(kept: Sequence[_Kept]) -> list[list[_Kept]]:
    """What is kept of each kind, of each activity once."""
    found: defaultdict[str, dict[str, _Kept]] = defaultdict(dict)
    for each in sorted(kept, key=lambda each: each.part.order):
        found[each.part.kind].setdefault(each.part.about, each)
    return [list(of_kind.values()) for of_kind in found.values()]


def _by_message(kept: Sequence[_Kept]) -> Mapping[tuple[int, ...], list[str]]:
    """Whom to tell what: the places in `kept` of each message, with the people who are told the same."""
    of_person: defaultdict[str, list[int]] = defaultdict(list)
    for n, each in enumerate(kept):
        for person in each.people:
            of_person[person].append(n)
    found: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
    for person, theirs in of_person.items():
        places = {id(kept[n].part): n for n in theirs}
        for family in families([kept[n].part for n in theirs]):
            found[tuple(places[id(part)] for part in family)].append(person)
    return found


def _kept(document: Mapping[str, Any]) -> _Kept:
    part = ToldPart.model_validate(document["part"])
    occasion = Occasion(
        document["community"],
        part.cause,
        part.about,
        part.version,
        document["time"],
        Cause(SYSTEM, part.cause),
    )
    return _Kept(part, occasion, document["people"], document["due"], document["expires"], document["edition"])
