"""What notify keeps: its kinds, an index for every way in, and the questions it asks of its own database."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import ASCENDING, DESCENDING, Database, Document, IndexModel
from services.contracts.holding import WORDS_GONE
from services.contracts.notices import NoticeChannel, NoticeKind, NoticeState, NoticeStatus
from services.contracts.topics import NOTICES
from services.notify.knowledge.domain import ActivityKnown, CaseKnown, Known, NeedKnown, WishKnown
from services.notify.knowledge.reactions import ATTENDANCES, STAFFINGS, SUBJECTS, SUPPORTERS
from services.notify.notices.domain.notice import CLAIM_LASTS, Notice
from services.notify.persons import belonging
from services.notify.persons.domain.person import Person

PERSON = Kind("person", "persons", Person, NOTICES, None)
NOTICE = Kind("notice", "notices", Notice, NOTICES, NoticeState)

COPIES: Mapping[str, str] = {
    name: f"copy_{name}"
    for name in ("places", "rounds", "visits", "cases", "wishes", "activities", "teams", "accounts", "volunteers")
}
"""Collections that mirror the public state of others, for the board."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "notices": [
        IndexModel([("state.status", ASCENDING), ("state.not_before", ASCENDING)], name="due"),
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
    ],
    "persons": [IndexModel([("state.proposed.code_due_at", ASCENDING)], name="code-due", sparse=True)],
    belonging.MEMBERSHIPS: belonging.INDEXES,
    ATTENDANCES: [
        IndexModel([("activity", ASCENDING), ("n", ASCENDING)], name="activity"),
        IndexModel([("person", ASCENDING)], name="person"),
    ],
    STAFFINGS: [
        IndexModel([("activity", ASCENDING), ("n", DESCENDING)], name="activity"),
        IndexModel([("volunteers", ASCENDING)], name="person"),
    ],
    SUBJECTS: [
        IndexModel([("reporter.v", ASCENDING)], name="reporter", sparse=True),
        IndexModel([("proposer.v", ASCENDING)], name="proposer", sparse=True),
        IndexModel([("merged_into.v", ASCENDING)], name="merged_into", sparse=True),
    ],
    SUPPORTERS: [
        IndexModel([("subject", ASCENDING), ("here.v", ASCENDING)], name="subject"),
        IndexModel([("person.v", ASCENDING)], name="person"),
    ],
    **{
        collection: [IndexModel([("community", ASCENDING), *((f"state.{field}", ASCENDING) for field in fields)])]
        for collection, fields in (
            (COPIES["places"], ("kind",)),
            (COPIES["rounds"], ("status", "completed_at")),
            (COPIES["visits"], ("building",)),
            (COPIES["teams"], ()),
            (COPIES["accounts"], ()),
            (COPIES["volunteers"], ()),
            (COPIES["wishes"], ("supporters",)),
            (COPIES["activities"], ("status", "starts_at")),
        )
    },
    COPIES["cases"]: [
        IndexModel([("community", ASCENDING), ("state.status", ASCENDING), ("state.closed_at", ASCENDING)]),
        IndexModel([("community", ASCENDING), ("state.status", ASCENDING), ("state.due_at", ASCENDING)]),
        IndexModel([("community", ASCENDING), ("state.channel", ASCENDING), ("state.building", ASCENDING)]),
        IndexModel([("community", ASCENDING), ("state.round", ASCENDING)]),
    ],
}


K = TypeVar("K", bound=Known)


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who counted on an activity at a certain moment. `seated`: with a seat, not waiting."""

    person: str
    seated: bool


class Facts:
    """What was remembered of others' facts."""

    def __init__(self, database: Database) -> None:
        self._subjects = database[SUBJECTS]
        self._attendances = database[ATTENDANCES]
        self._staffings = database[STAFFINGS]
        self._supporters = database[SUPPORTERS]
        self._memberships = belonging.Memberships(database)

    async def case(self, id: str) -> CaseKnown:
        """What is known of a case; nothing where nobody has told of it."""
        return await self._known(CaseKnown, id)

    async def wish(self, id: str) -> WishKnown:
        """What is known of a wish."""
        return await self._known(WishKnown, id)

    async def activity(self, id: str) -> ActivityKnown:
        """What is known of an activity."""
        return await self._known(ActivityKnown, id)

    async def need(self, id: str) -> NeedKnown:
        """What is known of a need."""
        return await self._known(NeedKnown, id)

    async def _known(self, known: type[K], id: str) -> K:
        document = await self._subjects.find_one({"_id": id})
        return known.of(_values(document) if document else {})

    async def concerned(self, subject: str, *, first: str | None, at: datetime) -> list[str]:
        """Whom it concerns what became of a case or a wish at that time, each once: `first`, who reported or proposed
        it, all who stood behind it, and the same of every case that was merged into it. A repetition finds nobody new.
        """
        merged = self._subjects.find({"merged_into.v": subject, "merged_at.v": {"$lte": at}}, {"reporter": 1})
        people, subjects = [first], [subject]
        async for found in merged:
            people.append(_values(found).get("reporter"))
            subjects.append(found["_id"])
        behind = {"subject": {"$in": subjects}, "here.v": True, "since.v": {"$lte": at}}
        supporters = self._supporters.find(behind, {"person": 1})
        people += [found["person"]["v"] async for found in supporters]
        return [person for person in dict.fromkeys(people) if person is not None]

    async def participants(self, activity: str, sequence: int) -> list[Participant]:
        """Who counted on `activity` just before its fact `sequence`, so that a repetition finds nobody new."""
        latest: Document = {"$group": {"_id": "$person", "last": {"$last": "$$ROOT"}}}
        before: Document = {"$match": {"activity": activity, "n": {"$lt": sequence}}}
        found = self._attendances.aggregate(
            [before, {"$sort": {"n": ASCENDING}}, latest, {"$sort": {"_id": ASCENDING}}]
        )
        return [Participant(row["_id"], row["last"]["seated"]) async for row in found if row["last"]["here"]]

    async def volunteers(self, activity: str, sequence: int) -> list[str]:
        """Who volunteered at `activity` just before its fact `sequence`."""
        before = self._staffings.find({"activity": activity, "n": {"$lt": sequence}}).sort("n", DESCENDING).limit(1)
        return [volunteer async for staffing in before for volunteer in staffing["volunteers"]]

    async def forget_supporters(self, subject: str) -> None:
        """Nobody is known to stand behind `subject` afterwards; whoever does is said again when it is shown."""
        await self._supporters.delete_many({"subject": subject})

    async def forget(self, person: str, community: str | None = None) -> None:
        """Nothing remembered of `community`, or (None) of any, leads to `person` afterwards."""
        here: Document = {} if community is None else {"community": community}
        await self._attendances.delete_many({"person": person, **here})
        await self._supporters.delete_many({"person.v": person, **here})
        await self._subjects.update_many({"reporter.v": person, **here}, {"$set": {"reporter.v": None}})
        # What they proposed was called by their own words.
        nameless = {"$set": {"proposer.v": None, "title.v": WORDS_GONE}}
        await self._subjects.update_many({"proposer.v": person, **here}, nameless)
        await self._staffings.update_many({"volunteers": person, **here}, {"$pull": {"volunteers": person}})
        await self._memberships.forget(person, community)


class Notices:
    """Questions about notices that go beyond one aggregate."""

    def __init__(self, aggregates: Aggregates[Notice]) -> None:
        self.aggregates = aggregates
        self._collection = aggregates.collection

    async def waiting(self, about: str, kind: NoticeKind, recipients: Iterable[str] | None = None) -> list[str]:
        """Ids of the queued notices of `kind` that speak of `about`."""
        query: Document = {"state.about": about, "state.kind": kind, "state.status": NoticeStatus.QUEUED}
        if recipients is not None:
            query["state.recipient"] = {"$in": list(recipients)}
        return [document["_id"] async for document in self._collection.find(query, {"_id": 1}).sort("_id", ASCENDING)]

    async def due(self, now: datetime, limit: int) -> list[tuple[str, NoticeChannel, str]]:
        """Queued notices whose time has come, the longest waiting first: (id, channel, recipient)."""
        fields = {"state.channel": 1, "state.recipient": 1}
        found = self._collection.find(due(now), fields).sort("state.not_before", ASCENDING).limit(limit)
        return [(d["_id"], NoticeChannel(d["state"]["channel"]), d["state"]["recipient"]) async for d in found]

    async def unread(self, person: str) -> int:
        """How many notices in the inbox of `person` are not read; exact."""
        return await self._collection.count_documents(
            {"state.recipient": person, "state.channel": NoticeChannel.INBOX, "state.status": NoticeStatus.DELIVERED}
        )

    async def about(self, about: str) -> AsyncIterator[str]:
        """Ids of all notices that speak of `about`."""
        async for document in self._collection.find({"state.about": about}, {"_id": 1}):
            yield document["_id"]

    async def of(self, person: str, community: str | None = None) -> AsyncIterator[str]:
        """Ids of all notices of `person`, in `community` or (None) in all."""
        theirs = {"state.recipient": person} | ({} if community is None else {"state.community": community})
        async for document in self._collection.find(theirs, {"_id": 1}):
            yield document["_id"]


def due(now: datetime) -> Document:
    """Notices that a sender should look at."""
    return {"state.status": NoticeStatus.QUEUED, "state.not_before": {"$lte": now}}


def lapsed(now: datetime) -> Document:
    """Claims whose sender must have died."""
    return {"state.status": NoticeStatus.SENDING, "state.claimed_at": {"$lte": now - CLAIM_LASTS}}


def inbox(person: str) -> Document:
    """What stands in the inbox of `person`."""
    return {
        "state.recipient": person,
        "state.channel": NoticeChannel.INBOX,
        "state.status": {"$in": [NoticeStatus.DELIVERED, NoticeStatus.READ]},
    }


def _values(document: Document) -> dict[str, Any]:
    return {name: field["v"] for name, field in document.items() if isinstance(field, dict) and "v" in field}
