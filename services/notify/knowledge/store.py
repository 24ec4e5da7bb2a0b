"""The collections of facts from other services' events, with their indexes and queries.

A field is a register (value, sequence) in which the later event wins, or a document stands under the event's own id.
Such operations commute, so neither a repetition nor the order inside a bulk write matters; and the people who counted
on an activity at one of its events are the same whenever they are asked for.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from services.chassis.store.batcher import Batcher
from services.chassis.store.mongo import ASCENDING, DESCENDING, Database, Document, IndexModel, UpdateOne
from services.chassis.store.questions import Lookups, Question, Questions
from services.contracts.holding import WORDS_GONE
from services.notify.knowledge.domain import (
    ActivityKnown,
    CaseKnown,
    Known,
    NeedKnown,
    PlaceKnown,
    SeatKnown,
    WishKnown,
)

SUBJECTS = "subjects"
"""Cases, wishes, activities, needs and places: `_id` is the aggregate's, and each field is a register `{v, n}`."""

ATTENDANCES = "attendances"
"""Who counts on an activity: one document for each fact that says so. A person's last one before a moment holds."""

SUPPORTERS = "supporters"
"""Who stands behind a case or a wish: `_id` is the support's, beside `subject` and registers for `person`, `here` and
`since`."""

STAFFINGS = "staffings"
"""Who volunteers at an activity: one document for each fact that says so."""

MEMBERS = "team_members"
"""Who belongs to a team: one document for each person and team, with a register for `here`."""

VENUES = "venues"
"""Copies of the public states of venues: what the committee calls them, and where they stand."""

UNITS = "units"
"""Copies of the public states of units, which name them."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    UNITS: [IndexModel([("community", ASCENDING)], name="community")],
    VENUES: [IndexModel([("community", ASCENDING)], name="community")],
    ATTENDANCES: [
        IndexModel([("activity", ASCENDING), ("n", ASCENDING)], name="activity"),
        IndexModel([("person", ASCENDING)], name="person"),
    ],
    MEMBERS: [
        IndexModel([("team", ASCENDING), ("person", ASCENDING)], name="team"),
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
}

K = TypeVar("K", bound=Known)


def latest(id: str, sequence: int, fields: dict[str, Any], fixed: dict[str, Any] | None = None) -> UpdateOne:
    """The operation that sets each of `fields`, unless a later fact has set it. `fixed` never differs for one id."""
    registers: dict[str, Any] = {
        name: {
            "$cond": [
                {"$lt": [{"$ifNull": [f"${name}.n", 0]}, sequence]},
                {"v": {"$literal": value}, "n": {"$literal": sequence}},
                f"${name}",
            ]
        }
        for name, value in fields.items()
    }
    constants = {name: {"$literal": value} for name, value in (fixed or {}).items()}
    return UpdateOne({"_id": id}, [{"$set": {**registers, **constants}}], upsert=True)


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who counted on an activity at a certain moment; `seated` if with a seat, and not waiting for one."""

    person: str
    seated: bool


class Knowledge:
    """Everything that is remembered of the facts of others."""

    def __init__(self, database: Database, questions: Questions | None = None) -> None:
        self._questions = questions or Questions(database)
        self._subjects = database[SUBJECTS]
        self._attendances = database[ATTENDANCES]
        self._staffings = database[STAFFINGS]
        self._supporters = database[SUPPORTERS]
        self._members = database[MEMBERS]
        self._subject = Lookups(self._questions, SUBJECTS, None, _values)
        self._merged_into = Batcher(self._each_merged_into, side_by_side=2)
        self._stand_behind = Batcher(self._behind_each, side_by_side=2)

    async def case(self, id: str) -> CaseKnown:
        """The facts known of a case. A field is None where no event has told of it."""
        return await self._known(CaseKnown, id)

    async def wish(self, id: str) -> WishKnown:
        """The facts known of a wish."""
        return await self._known(WishKnown, id)

    async def activity(self, id: str) -> ActivityKnown:
        """The facts known of an activity."""
        return await self._known(ActivityKnown, id)

    async def need(self, id: str) -> NeedKnown:
        """The facts known of a need."""
        return await self._known(NeedKnown, id)

    async def place(self, id: str) -> PlaceKnown:
        """The facts known of a compound or a building."""
        return await self._known(PlaceKnown, id)

    async def stands_in(self, community: str, place: str) -> bool:
        """Whether `place` is known as a place of `community`."""
        found = await self._subjects.find_one({"_id": place, "community": community}, {"title": 1})
        return found is not None and "title" in found

    async def _known(self, known: type[K], id: str) -> K:
        return known.of((await self._subject([id])).get(id, {}))

    async def concerned(self, subject: str, *, first: str | None, at: datetime) -> list[str]:
        """The people whom it concerns what became of a case or a wish at the time `at`, each once.

        They are `first` (who reported or proposed it; None: as is known), all who stood behind it then, and the same
        people of every case that was merged into it. Asked again later, it finds nobody new.
        """
        merged, behind, began = await asyncio.gather(
            self._merged_into((subject, at)), self._stand_behind((subject, at)), self._began(subject, first)
        )
        people = [began, *(found.get("reporter") for found in merged.values()), *behind]
        for more in await asyncio.gather(*(self._stand_behind((id, at)) for id in merged)):
            people += more
        return [person for person in dict.fromkeys(people) if person is not None]

    async def _began(self, subject: str, first: str | None) -> str | None:
        """`first`; where nobody is named, who reported or proposed `subject` as far as is known."""
        known = {} if first is not None else (await self._subject([subject])).get(subject, {})
        return first or known.get("reporter") or known.get("proposer")

    async def _each_merged_into(self, asked: Sequence[tuple[str, datetime]]) -> list[dict[str, Mapping[str, Any]]]:
        """For each subject and time the cases that were merged into it by then, by id."""
        fields = {"reporter": 1, "merged_into": 1, "merged_at": 1}
        of_any = {"merged_into.v": {"$in": sorted({subject for subject, _ in asked})}}
        merged = await self._questions(Question(SUBJECTS, of_any, fields))
        found = {each["_id"]: _values(each) for each in merged}
        return [
            {id: each for id, each in found.items() if each["merged_into"] == subject and each["merged_at"] <= at}
            for subject, at in asked
        ]

    async def _behind_each(self, asked: Sequence[tuple[str, datetime]]) -> list[list[str]]:
        """For each subject and time the people who stood behind it then."""
        people: list[list[str]] = [[] for _ in asked]
        query = {"subject": {"$in": sorted({subject for subject, _ in asked})}, "here.v": True}
        for each in await self._questions(Question(SUPPORTERS, query, {"subject": 1, "person": 1, "since": 1})):
            for n, (subject, at) in enumerate(asked):
                if each["subject"] == subject and each["since"]["v"] <= at:
                    people[n].append(each["person"]["v"])
        return people

    async def participants(self, activity: str, sequence: int) -> list[Participant]:
        """The people who counted on `activity` just before its fact `sequence`; asked again later, nobody is new."""
        latest: Document = {"$group": {"_id": "$person", "last": {"$last": "$$ROOT"}}}
        before: Document = {"$match": {"activity": activity, "n": {"$lt": sequence}}}
        found = self._attendances.aggregate(
            [before, {"$sort": {"n": ASCENDING}}, latest, {"$sort": {"_id": ASCENDING}}]
        )
        return [Participant(row["_id"], row["last"]["seated"]) async for row in found if row["last"]["here"]]

    async def seat(self, activity: str, person: str) -> SeatKnown | None:
        """What the last fact about the seat of `person` in `activity` said; None where there was none."""
        of_person = self._attendances.find({"person": person, "activity": activity})
        async for last in of_person.sort("n", DESCENDING).limit(1):
            return SeatKnown(version=last["n"], seated=last["seated"] if last["here"] else None)
        return None

    async def volunteers(self, activity: str, sequence: int) -> list[str]:
        """The people who volunteered at `activity` just before its fact `sequence`."""
        before = self._staffings.find({"activity": activity, "n": {"$lt": sequence}}).sort("n", DESCENDING).limit(1)
        return [volunteer async for staffing in before for volunteer in staffing["volunteers"]]

    async def volunteers_now(self, activity: str) -> list[str]:
        """The people who volunteer at `activity` by the latest fact that says so."""
        last = self._staffings.find({"activity": activity}).sort("n", DESCENDING).limit(1)
        return [volunteer async for staffing in last for volunteer in staffing["volunteers"]]

    async def volunteers_moved(self, activity: str, starts_at: datetime) -> list[str]:
        """The people who volunteered at `activity` when it was moved to `starts_at`: its own fact of that tells them.
        Where that fact is not known yet, those of now: who is freed by the move is still among them."""
        moved = (await self._subjects.find_one({"_id": activity}, {"starts_at": 1}) or {}).get("starts_at")
        if moved is None or moved["v"] != starts_at:
            return await self.volunteers_now(activity)
        return await self.volunteers(activity, moved["n"])

    async def members(self, community: str, team: str) -> list[str]:
        """The people who belong to `team`, if it is one of `community`."""
        found = self._members.find({"team": team, "community": community, "here.v": True}, {"person": 1}).sort(
            "person", ASCENDING
        )
        return [member["person"] async for member in found]

    async def has_team(self, community: str, team: str) -> bool:
        """Whether somebody belongs, or has belonged, to `team` in `community`."""
        return await self._members.find_one({"team": team, "community": community}, {"_id": 1}) is not None

    async def forget_supporters(self, subject: str) -> None:
        """Forget who stands behind `subject`. Once it is shown again, facts tell that anew."""
        await self._supporters.delete_many({"subject": subject})

    async def forget(self, person: str, community: str | None = None) -> None:
        """Forget `person` in all that is remembered of `community`, or (None) of all communities."""
        here: Document = {} if community is None else {"community": community}
        await self._attendances.delete_many({"person": person, **here})
        await self._supporters.delete_many({"person.v": person, **here})
        await self._members.delete_many({"person": person, **here})
        await self._subjects.update_many({"reporter.v": person, **here}, {"$set": {"reporter.v": None}})
        # The title of a wish is its proposer's own words.
        nameless = {"$set": {"proposer.v": None, "title.v": WORDS_GONE}}
        await self._subjects.update_many({"proposer.v": person, **here}, nameless)
        await self._staffings.update_many({"volunteers": person, **here}, {"$pull": {"volunteers": person}})


def _values(document: Document) -> dict[str, Any]:
    return {name: field["v"] for name, field in document.items() if isinstance(field, dict) and "v" in field}
