"""How notices are kept: an index for every way in which they are looked for, and the questions asked of them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, TypeAlias, cast

from services.chassis.store.aggregates import Aggregates, Kind, newest_first
from services.chassis.store.batcher import Batcher
from services.chassis.store.mongo import ASCENDING, DESCENDING, Database, Document, IndexModel
from services.chassis.store.questions import Question, Questions
from services.chassis.store.stored import stored_in
from services.contracts.notices import NoticeState, NoticeStatus, Suppression
from services.contracts.topics import NOTICES
from services.notify.notices.domain.notice import LOST, Notice, draft_of
from services.notify.notices.domain.planning import Bundle, Why, digest_slot
from services.notify.notices.domain.sending import CLAIM_LASTS
from services.notify.notices.domain.stages import Stage
from services.notify.persons.domain.choices import DIGEST
from services.notify.routing.domain.kinds import MessageClass
from services.notify.shared.values import NOISY, Way

NOTICE = Kind("notice", "notices", Notice, NOTICES, NoticeState, zh="通知", en="notice")
KINDS: tuple[Kind[Any], ...] = (NOTICE,)

_EMERGENCY: Document = {"state.sort": MessageClass.EMERGENCY}
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    NOTICE.collection: [
        IndexModel([("state.status", ASCENDING), ("state.not_before", ASCENDING)], name="due"),
        IndexModel(
            [("state.status", ASCENDING), ("state.not_before", ASCENDING)],
            name="emergencies",
            partialFilterExpression=_EMERGENCY,
        ),
        IndexModel([("state.status", ASCENDING), ("state.claimed_at", ASCENDING)], name="claims"),
        IndexModel(
            [
                ("state.recipient", ASCENDING),
                ("state.channel", ASCENDING),
                ("state.delivered_at", DESCENDING),
                ("_id", DESCENDING),
            ],
            name="inbox",
        ),
        IndexModel(
            [("state.recipient", ASCENDING), ("state.channel", ASCENDING), ("state.status", ASCENDING)], name="unread"
        ),
        IndexModel(
            [("state.community", ASCENDING), ("state.about", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
            name="why_about",
        ),
        IndexModel(
            [("state.community", ASCENDING), ("state.cause", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
            name="why_cause",
        ),
        IndexModel([("state.about", ASCENDING), ("state.kind", ASCENDING), ("state.status", ASCENDING)], name="about"),
        *(
            IndexModel(
                [(f"state.parts.{name}", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
                name=f"parts_{name}",
                partialFilterExpression={f"state.parts.{name}": {"$type": "string"}},
            )
            for name in ("about", "cause")
        ),
        IndexModel(
            [
                ("state.recipient", ASCENDING),
                ("state.channel", ASCENDING),
                ("state.about", ASCENDING),
                ("state.queued_at", DESCENDING),
            ],
            name="lately",
        ),
        IndexModel(
            [("state.bundle", ASCENDING), ("state.status", ASCENDING)],
            name="bundle",
            partialFilterExpression={"state.bundle": {"$type": "string"}},
        ),
        IndexModel(
            [("state.behalf", ASCENDING)],
            name="behalf",
            partialFilterExpression={"state.behalf": {"$type": "string"}},
        ),
        IndexModel([("state.recipient", ASCENDING), *newest_first()], name="why_person"),
        IndexModel(
            [("state.community", ASCENDING), ("state.fine", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
            name="calls",
            partialFilterExpression={"state.channel": Way.CALL},
        ),
        IndexModel(list(newest_first("state.community", "state.status", "state.reason")), name="undeliverable"),
    ],
}


_Theirs: TypeAlias = tuple[str, tuple[str, str | None], bool]
"""The id of a notice, its recipient, the person for whom they stand in, and whether a gateway has it."""


_MOMENT = timedelta(seconds=1)
_OF_WAITING = ("about", "kind", "recipient", "behalf", "parts", "status", "channel")


class Notices:
    """Questions about many notices at once."""

    def __init__(self, aggregates: Aggregates[Notice], questions: Questions | None = None) -> None:
        self.aggregates = aggregates
        self._collection = aggregates.collection
        self._questions = questions or Questions(cast(Database, self._collection.database))
        self._waiting = Batcher(self._waiting_of_each, side_by_side=2)
        self._unread = Batcher(self._unread_of_each)

    async def waiting(
        self, about: str, kind: str, recipients: Iterable[str] | None = None, *, or_left: bool = False
    ) -> list[str]:
        """The ids of notices of `kind` that speak of `about`, by themselves or among others, and wait, for their time,
        for an address or for another try; with `or_left` also those that a gateway has and that may come back.

        They are to `recipients`, or to others who stand in for them, or (None) to anybody.
        """
        found = await self._waiting((about, kind))
        whom = None if recipients is None else set(recipients)
        mine = [each for each in found if whom is None or not whom.isdisjoint(each[1])]
        return [id for id, _, left in mine if or_left or not left]

    async def _waiting_of_each(self, asked: Sequence[tuple[str, str]]) -> list[list[_Theirs]]:
        """For each subject and kind what waits, with whom it is to and for whom they stand in."""
        by_kind: defaultdict[str, set[str]] = defaultdict(set)
        for about, kind in asked:
            by_kind[kind].add(about)
        found: defaultdict[tuple[str, str], list[_Theirs]] = defaultdict(list)
        fields = dict.fromkeys((f"state.{name}" for name in _OF_WAITING), 1)
        asking = [
            self._questions(Question(NOTICE.collection, waiting_of(subjects, kind), fields))
            for kind, subjects in by_kind.items()
        ]
        for kind, waiting in zip(by_kind, await asyncio.gather(*asking), strict=True):
            for document in sorted(waiting, key=itemgetter("_id")):
                state = document["state"]
                own = {state["about"]} if state["kind"] == kind else set()
                for about in own | {part["about"] for part in state.get("parts") or () if part["kind"] == kind}:
                    theirs = (state["recipient"], state.get("behalf"))
                    left = state["status"] == NoticeStatus.DELIVERED and state["channel"] != Way.CALL
                    found[about, kind].append((document["_id"], theirs, left))
        return [found[each] for each in asked]

    async def lately(
        self, person: str, about: str, ways: Iterable[Way], cause: str, now: datetime
    ) -> dict[Way, datetime]:
        """When `person` was last told of `about` by each of `ways`, other than in the wake of `cause`."""
        found: dict[Way, datetime] = {}
        for way in ways:
            query = {
                "state.recipient": person,
                "state.channel": way,
                "state.about": about,
                "state.status": {"$ne": NoticeStatus.SUPPRESSED},
                "state.bundle": None,
                "state.not_before": {"$lte": now},
                "state.cause": {"$ne": cause},
            }
            last = await self._collection.find_one(query, {"state": 1}, sort=[("state.queued_at", DESCENDING)])
            if last is not None:
                queued_at = last["state"]["queued_at"]
                found[way] = max(queued_at, last["state"].get("delivered_at") or queued_at)
        return found

    async def concerned(self, query: Document) -> tuple[int, list[str]]:
        """How many people the notices of `query` are to, and of which kinds they are."""
        each_once: list[Document] = [{"$match": query}, {"$group": {"_id": "$state.recipient"}}, {"$count": "people"}]
        counted = [each async for each in self._collection.aggregate(each_once, allowDiskUse=True)]
        kinds = await self._collection.distinct("state.kind", query)
        return (counted[0]["people"] if counted else 0), sorted(kinds)

    async def due(self, now: datetime, limit: int) -> list[tuple[str, Way, str]]:
        """Queued notices whose time has come, as (id, channel, recipient): emergencies, which wait behind nothing, then
        those that wait longest."""
        fields = {"state.channel": 1, "state.recipient": 1}
        order = [("state.not_before", ASCENDING), ("state.queued_at", ASCENDING)]
        found: list[tuple[str, Way, str]] = []
        for sort in (_EMERGENCY, {"state.sort": {"$ne": MessageClass.EMERGENCY}}):
            if len(found) < limit:
                some = self._collection.find({**due(now), **sort}, fields).sort(order).limit(limit - len(found))
                found += [(d["_id"], Way(d["state"]["channel"]), d["state"]["recipient"]) async for d in some]
        return found

    async def parts(self, bundle: Notice, now: datetime) -> list[str]:
        """The ids of what waits to be told in `bundle`, the oldest first; in a digest all that is due in any before the
        next day's, so that other quiet hours since make no second one that day."""
        query: Document = {
            "state.recipient": bundle.recipient,
            "state.channel": bundle.channel,
            "state.status": NoticeStatus.QUEUED,
            "state.bundle": {"$gt": ""},
            "state.not_before": {"$lte": now},
        }
        if bundle.kind == Bundle.DIGEST:
            query["state.bundle"] = {"$regex": f"^{Bundle.DIGEST}-"}
            query["state.not_before"] = {"$lt": digest_slot(now + _MOMENT, weekly=False)}
        else:
            query["state.bundle"] = bundle.id
        found = self._collection.find(query, {"_id": 1}).sort([("state.queued_at", ASCENDING), ("_id", ASCENDING)])
        return [document["_id"] async for document in found]

    async def told_within(self, bundle: str) -> list[str]:
        """The ids of what was told in `bundle`, or is being told in it."""
        told = {"state.bundle": bundle, "state.status": {"$in": [NoticeStatus.SENDING, NoticeStatus.DELIVERED]}}
        return [document["_id"] async for document in self._collection.find(told, {"_id": 1}).sort("_id", ASCENDING)]

    async def a_later_digest(self, bundle: Notice, now: datetime, *, or_being_sent: bool = False) -> bool:
        """Whether a later digest for the same person by the same channel is due as well (`or_being_sent`: or has been
        claimed, and gathers its parts)."""
        query = {
            "state.recipient": bundle.recipient,
            "state.channel": bundle.channel,
            "state.about": bundle.about,
            "state.kind": Bundle.DIGEST,
            "state.status": {"$in": [NoticeStatus.QUEUED, *([NoticeStatus.SENDING] if or_being_sent else [])]},
            "state.queued_at": {"$gte": bundle.queued_at},
            "state.not_before": {"$lte": now, "$gt": bundle.not_before},
        }
        return await self._collection.find_one(query, {"_id": 1}) is not None

    async def reached_otherwise(self, notice: Notice) -> bool:
        """Whether the recipient was reached, or is about to be, by another channel that makes a noise."""
        draft = draft_of(notice)
        others = NOISY - {notice.channel}
        ids = [draft.id(way) for way in others]
        ids += [draft.id_for(notice.recipient, way) for way in others]  # which did not name for whom, once
        query = {"_id": {"$in": ids}, "state.behalf": notice.behalf, "state.status": {"$ne": NoticeStatus.SUPPRESSED}}
        return await self._collection.find_one(query, {"_id": 1}) is not None

    async def given_up(self, person: str, since: datetime) -> list[Notice]:
        """The notices of late that could not reach `person`, came back, or would not have outlasted their quiet hours,
        the oldest first."""
        query = {
            "state.recipient": person,
            "state.status": NoticeStatus.SUPPRESSED,
            "$or": [
                {"state.reason": Suppression.NO_ADDRESS},
                {"state.why": Why.QUIET_HOURS},
                {"state.fine": Stage.BOUNCED},
            ],
            "state.queued_at": {"$gte": since},
        }
        page = await self.aggregates.select(query, limit=500)
        return [stored.aggregate for stored in reversed(page.items)]

    async def held(self, person: str) -> list[Notice]:
        """What waits to be told to `person` by a channel that makes a noise, by itself or with others."""
        query = {
            "state.recipient": person,
            "state.channel": {"$in": sorted(NOISY)},
            "state.status": NoticeStatus.QUEUED,
            "state.kind": {"$nin": sorted(Bundle)},
        }
        found = self._collection.find(query).sort([("state.queued_at", ASCENDING), ("_id", ASCENDING)])
        return [stored_in(Notice, document).aggregate async for document in found]

    async def has_digest(self, person: str, way: Way, since: datetime, until: datetime) -> bool:
        """Whether `person` has a digest by `way` whose time is in that span, sent or to be sent."""
        query = {
            "state.recipient": person,
            "state.channel": way,
            "state.about": DIGEST,
            "state.kind": Bundle.DIGEST,
            "state.status": {"$ne": NoticeStatus.SUPPRESSED},
            "state.not_before": {"$gte": since, "$lt": until},
        }
        return await self._collection.find_one(query, {"_id": 1}) is not None

    async def on_the_call_list(self, person: str) -> list[str]:
        """The ids of the messages that `person` is to be told by voice."""
        listed = {"state.recipient": person, "state.channel": Way.CALL, "state.status": NoticeStatus.DELIVERED}
        found = self._collection.find({**listed, "state.fine": Stage.ACCEPTED}, {"_id": 1}).sort("_id", ASCENDING)
        return [document["_id"] async for document in found]

    async def last_mailed(self, person: str, before: datetime) -> datetime | None:
        """When the last mail to `person` was sent, of those sent before `before` that did not come back."""
        query: Document = {
            "state.recipient": person,
            "state.channel": Way.EMAIL,
            "state.delivered_at": {"$lt": before},
            "state.why": {"$ne": Why.COLLAPSED},
        }
        last = await self._collection.find_one(
            query, {"state.delivered_at": 1}, sort=[("state.delivered_at", DESCENDING)]
        )
        return None if last is None else last["state"]["delivered_at"]

    async def unread(self, person: str) -> int:
        """How many notices in the inbox of `person` are not read. The count is exact."""
        return await self._unread(person)

    async def _unread_of_each(self, people: Sequence[str]) -> list[int]:
        unread = {"state.channel": Way.INBOX, "state.status": NoticeStatus.DELIVERED}
        if len(people) == 1:
            return [await self._collection.count_documents({"state.recipient": people[0], **unread})]
        counting: list[Document] = [
            {"$match": {"state.recipient": {"$in": sorted(set(people))}, **unread}},
            {"$group": {"_id": "$state.recipient", "count": {"$sum": 1}}},
        ]
        counts = {each["_id"]: int(each["count"]) async for each in self._collection.aggregate(counting)}
        return [counts.get(person, 0) for person in people]

    async def unread_ids(self, person: str) -> list[str]:
        """The ids of the notices in the inbox of `person` that are not read."""
        query = {"state.recipient": person, "state.channel": Way.INBOX, "state.status": NoticeStatus.DELIVERED}
        return [document["_id"] async for document in self._collection.find(query, {"_id": 1})]

    async def about(self, about: str) -> AsyncIterator[str]:
        """The ids of all notices that speak of `about`."""
        async for document in self._collection.find({"state.about": about}, {"_id": 1}):
            yield document["_id"]

    async def on_behalf_of(self, person: str, community: str | None = None) -> AsyncIterator[str]:
        """The ids of all notices to others who stand in for `person`, in `community` or (None) in all."""
        theirs = {"state.behalf": person} | ({} if community is None else {"state.community": community})
        async for document in self._collection.find(theirs, {"_id": 1}):
            yield document["_id"]

    async def of(self, person: str, community: str | None = None) -> AsyncIterator[str]:
        """The ids of all notices to `person`, in `community` or (None) in all."""
        theirs = {"state.recipient": person} | ({} if community is None else {"state.community": community})
        async for document in self._collection.find(theirs, {"_id": 1}):
            yield document["_id"]


def waiting_of(subjects: Collection[str], kind: str) -> Document:
    """The query for notices of `kind` that speak of one of `subjects` and wait, or may leave once more."""
    these = {"$in": sorted(subjects)}
    return {
        "$or": [
            {"state.about": these, "state.kind": kind},
            {"state.parts.about": _IN_A_PART | these, "state.parts.kind": kind},
        ],
        "state.status": {"$in": sorted(_WAIT_OR_LEFT)},
        "state.fine": {"$ne": Stage.DELIVERED},
        "state.reason": {"$in": [None, *sorted(LOST)]},
        "state.outdated": {"$ne": True},
    }


_WAIT_OR_LEFT = frozenset(NoticeStatus) - {NoticeStatus.READ}


def told_of(field: str, id: str) -> Document:
    """The query for notices of which `id` is the `field`, `about` or `cause`: by themselves, or in a part of theirs."""
    return {"$or": [{f"state.{field}": id}, {f"state.parts.{field}": _IN_A_PART | {"$eq": id}}]}


_IN_A_PART: Document = {"$type": "string"}
"""Without the type by which the index of parts is partial, the store reads all notices."""


def due(now: datetime) -> Document:
    """The query for notices whose time has come."""
    return {"state.status": NoticeStatus.QUEUED, "state.not_before": {"$lte": now}, "state.bundle": None}


LEFT_BEHIND = timedelta(minutes=2)
"""A part whose bundle has been due for so long may wait for one that is over."""


def left_behind(now: datetime) -> Document:
    """The query for parts whose bundle was due a while ago."""
    return {
        "state.status": NoticeStatus.QUEUED,
        "state.not_before": {"$lte": now - LEFT_BEHIND},
        "state.bundle": {"$gt": ""},
    }


def lapsed(now: datetime) -> Document:
    """The query for notices whose sender must have died."""
    return {"state.status": NoticeStatus.SENDING, "state.claimed_at": {"$lte": now - CLAIM_LASTS}}


def inbox(person: str) -> Document:
    """The query for notices in the inbox of `person`."""
    return {
        "state.recipient": person,
        "state.channel": Way.INBOX,
        "state.status": {"$in": [NoticeStatus.DELIVERED, NoticeStatus.READ]},
        "state.archived_at": None,
    }


def on_the_call_list(community: str, now: datetime) -> Document:
    """The query for messages that somebody of `community` is to be told by voice, and that are worth it still."""
    return {
        "state.community": community,
        "state.channel": Way.CALL,
        "state.fine": Stage.ACCEPTED,
        "state.expires_at": {"$not": {"$lte": now}},
    }
