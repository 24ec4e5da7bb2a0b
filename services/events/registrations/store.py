"""The queries about other activities of a person who registers: what they have at that time, and how often they were
missed."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from typing import Any

from services.chassis.store.aggregates import Aggregates
from services.chassis.store.batcher import Batcher
from services.chassis.store.mongo import Document
from services.chassis.store.unavailable import store_errors
from services.contracts.activities import ActivityStatus, Overlap
from services.events.activities.domain.activity import MAX_DURATION, Activity
from services.events.activities.store import BY_START, with_person
from services.events.registrations.claims import BusyTime, Claims
from services.events.registrations.domain import Beside, Standing

_TOLD = 3
_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class _Asked:
    person: str
    activity: Activity
    now: datetime


class Standings:
    """Reads the standing of people from the activities, by the index of their people, and from what they are just
    registering for. Questions at the same time, as in a rush, share one query."""

    def __init__(self, activities: Aggregates[Activity], claims: Claims, allowed: int, within: timedelta) -> None:
        self._activities = activities
        self.claims = claims
        self._allowed = allowed or None
        self._within = within
        self._batcher: Batcher[_Asked, Standing] = Batcher(self._each, side_by_side=2)

    async def of(self, person: str, activity: Activity, now: datetime) -> Standing:
        """The standing of `person` beside `activity`.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        with store_errors():
            return await self._batcher(_Asked(person, activity, now))

    @asynccontextmanager
    async def claimed(self, person: str, activity: Activity, now: datetime) -> AsyncIterator[Standing]:
        """The standing of `person` beside `activity`, while they register for it: whoever registers them in that moment
        for something else at that time sees it, unless it is seen here."""
        span = BusyTime(activity.id, activity.starts_at, activity.ends_at)
        everywhere = activity.details.terms.overlapping is Overlap.REFUSED
        for attempt in range(_ATTEMPTS):
            owner = token_hex(8)
            await self.claims.lay(owner, person, [span], everywhere=everywhere)
            try:
                others = await self.claims.by_others(person, owner, everywhere=everywhere)
                claimed = tuple(Beside(activity=each.activity) for each in others if each.is_beside(span))[:_TOLD]
                standing = await self.of(person, activity, now)
                if standing.overlapping or not claimed:
                    yield standing
                    return
                if attempt == _ATTEMPTS - 1:
                    yield standing.model_copy(update={"claimed": claimed})
                    return
            finally:
                await self.claims.take_back(person, owner, everywhere=everywhere)
            await asyncio.sleep(random.uniform(0.01, 0.05) * (attempt + 1))  # noqa: S311  no secret

    async def reliable(self, person: str, now: datetime) -> Standing:
        """How often `person` was missed lately, beside no activity."""
        if self._allowed is None:
            return Standing()
        since = now - self._within
        with store_errors():
            found = await self._activities.collection.find(taking_part([person], since, now), _shown([person])).to_list(
                None
            )
        missed = sum(_is_missed(each, person, since) for each in found)
        return Standing(missed=min(self._allowed, missed), missed_allowed=self._allowed)

    async def busy(self, person: str, since: datetime, until: datetime, *, beside: str) -> list[BusyTime]:
        """The times between `since` and `until` at which `person` has a seat, waits for one or helps, but for the dates
        of the series `beside`."""
        query = {**taking_part([person], since - MAX_DURATION, until), "state.series": {"$ne": beside}}
        with store_errors():
            found = await self._activities.collection.find(query, _shown([person])).to_list(None)
        return [
            BusyTime(each["_id"], each["state"]["starts_at"], each["state"]["ends_at"])
            for each in found
            if _takes_part(each, person) and each["state"]["ends_at"] > since
        ]

    async def _each(self, asked: Sequence[_Asked]) -> Sequence[Standing]:
        people = sorted({each.person for each in asked})
        activities = {each.activity.id for each in asked}
        since = min(each.activity.starts_at for each in asked) - MAX_DURATION
        if self._allowed is not None:
            since = min(since, min(each.now for each in asked) - self._within)
        query = taking_part(people, since, max(each.activity.ends_at for each in asked))
        if len(activities) == 1:  # the activity itself doesn't count
            query["_id"] = {"$nin": list(activities)}
        found = await self._activities.collection.find(query, _shown(people)).to_list(None)
        return [self._standing(each, found) for each in asked]

    def _standing(self, asked: _Asked, found: Sequence[Document]) -> Standing:
        overlapping = [_beside(each) for each in found if _overlaps(each, asked.person, asked.activity)]
        missed = 0
        if self._allowed is not None:
            since = asked.now - self._within
            missed = min(self._allowed, sum(_is_missed(each, asked.person, since) for each in found))
        return Standing(overlapping=tuple(overlapping[:_TOLD]), missed=missed, missed_allowed=self._allowed)


def taking_part(people: Sequence[str], since: datetime, until: datetime) -> dict[str, Any]:
    """The query for activities in which some of `people` take part and that start from `since` until `until`."""
    return {"state.people": {"$in": list(people)}, BY_START: {"$gte": since, "$lt": until}}


def _shown(people: Sequence[str]) -> Document:
    """The projection of an activity, with only `people` of all who take part."""

    def those(field: str) -> Document:
        return {"$setIntersection": [{"$ifNull": [f"$state.{field}", []]}, {"$literal": list(people)}]}

    return {
        **{f"state.{name}": 1 for name in ("starts_at", "ends_at", "status", "stopped", "title", "title_en")},
        "seated": those("seated.person"),
        "waiting": those("waiting.person"),
        "helping": those("volunteers"),
        "seen": those("presences.person"),
    }


def _beside(found: Document) -> Beside:
    state = found["state"]
    return Beside(activity=found["_id"], title=state["title"], title_en=state.get("title_en"))


def _overlaps(found: Document, person: str, activity: Activity) -> bool:
    """Whether `found` is another activity at the time of `activity`, not cancelled, in which `person` takes part."""
    state = found["state"]
    at_that_time = activity.starts_at - MAX_DURATION < state["starts_at"] < activity.ends_at
    overlaps = at_that_time and state["ends_at"] > activity.starts_at
    return overlaps and _takes_part(found, person) and found["_id"] != activity.id


def _takes_part(found: Document, person: str) -> bool:
    """Whether `found` stands, and `person` has a seat there, waits for one, which may come at any moment without a
    question, or helps."""
    among = any(person in found[each] for each in ("seated", "waiting", "helping"))
    return among and found["state"]["status"] == ActivityStatus.SCHEDULED


def _is_missed(found: Document, person: str, since: datetime) -> bool:
    """Whether `found` is an activity since `since` in which `person` had a seat and was not seen."""
    state = found["state"]
    over = state["status"] == ActivityStatus.COMPLETED and not state.get("stopped")
    return over and state["starts_at"] >= since and person in found["seated"] and person not in found["seen"]


class Part(StrEnum):
    """The part that a person has in an activity."""

    REGISTERED = "registered"
    HELPING = "helping"
    ORGANISING = "organising"


class When(StrEnum):
    """Whether an activity has ended."""

    AHEAD = "ahead"
    OVER = "over"


def mine(person: str, part: Part | None, when: When | None, now: datetime) -> dict[str, Any]:
    """The query for activities of `person`: those in which they have that part, and that have ended or not."""
    query = with_person(person)
    if part is Part.REGISTERED:
        query["$or"] = [{"state.seated.person": person}, {"state.waiting.person": person}]
    elif part is not None:
        query["state.volunteers" if part is Part.HELPING else "state.organiser"] = person
    if when is not None:
        # The index bounds the rows that are looked at by their start; their end decides.
        query[BY_START] = {"$gt": now - MAX_DURATION} if when is When.AHEAD else {"$lte": now}
        query["state.ends_at"] = {"$gt" if when is When.AHEAD else "$lte": now}
    return query
