"""What else is known of somebody who registers: what they have at that time, and how often they were missed."""

import asyncio
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.chassis.store.aggregates import Aggregates
from services.chassis.store.unavailable import store_errors
from services.contracts.activities import ActivityStatus
from services.events.activities.domain.activity import MAX_DURATION, Activity
from services.events.activities.store import BY_START, with_person
from services.events.registrations.domain import Standing

_TOLD = 3


class Standings:
    """Asks the activities about one person at a time, by the index of their people."""

    def __init__(self, activities: Aggregates[Activity], allowed: int, within: timedelta) -> None:
        self._activities = activities
        self._allowed = allowed or None
        self._within = within

    async def of(self, person: str, activity: Activity, now: datetime) -> Standing:
        """What stands of `person` beside `activity`.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        with store_errors():
            overlapping, missed = await asyncio.gather(self._overlapping(person, activity), self._missed(person, now))
        return Standing(overlapping=overlapping, missed=missed, missed_allowed=self._allowed)

    async def _overlapping(self, person: str, activity: Activity) -> tuple[str, ...]:
        found = self._activities.collection.find(overlapping(person, activity), {"_id": 1}).limit(_TOLD)
        return tuple([document["_id"] async for document in found])

    async def _missed(self, person: str, now: datetime) -> int:
        if self._allowed is None:
            return 0
        query = missed(person, now - self._within)
        return int(await self._activities.collection.count_documents(query, limit=self._allowed))


def overlapping(person: str, activity: Activity) -> dict[str, Any]:
    """The query for other activities that stand, at the time of `activity`, in which `person` has a seat or helps."""
    return {
        "state.people": person,
        BY_START: {"$lt": activity.ends_at, "$gt": activity.starts_at - MAX_DURATION},
        "state.ends_at": {"$gt": activity.starts_at},
        "state.status": ActivityStatus.SCHEDULED.value,
        "_id": {"$ne": activity.id},
        "$or": [{"state.seated.person": person}, {"state.volunteers": person}],
    }


def missed(person: str, since: datetime) -> dict[str, Any]:
    """The query for activities since `since` in which `person` had a seat and was not seen."""
    return {
        "state.people": person,
        BY_START: {"$gte": since},
        "state.status": ActivityStatus.COMPLETED.value,
        "state.stopped": {"$ne": True},
        "state.seated.person": person,
        "state.presences.person": {"$ne": person},
    }


class Part(StrEnum):
    """What somebody has to do with an activity."""

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
        # The start bounds what is looked through, by the index; the end decides.
        query[BY_START] = {"$gt": now - MAX_DURATION} if when is When.AHEAD else {"$lte": now}
        query["state.ends_at"] = {"$gt" if when is When.AHEAD else "$lte": now}
    return query
