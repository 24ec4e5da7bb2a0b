"""Figures of activities that are over: how full they were, who did not come, who waited. Small numbers are hidden.

A figure that is small, but not nothing, could lead to somebody; whoever reads it sees null.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.unavailable import store_errors
from services.contracts.activities import ActivityStatus
from services.contracts.marks import Id
from services.events.activities.api import BASE
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.requests import Moment
from services.events.activities.store import in_calendar

SMALLEST = 5
"""Figures below it are hidden."""


class Split(StrEnum):
    """By what activities are told apart."""

    KIND = "kind"
    BUILDING = "building"
    VENUE = "venue"
    MIN_AGE = "min_age"


class FiguresView(BaseModel):
    """Activities that are over and one thing in common; people are counted in heads, and null where they are few."""

    of: str | None
    activities: int
    capacity: int
    seated: int | None
    attended: int | None
    missed: int | None
    waiting: int | None

    @classmethod
    def from_counts(cls, counts: dict[str, Any]) -> "FiguresView":
        """The figures with small numbers hidden."""
        of = counts["_id"]
        people = {name: hidden(int(counts[name])) for name in ("seated", "attended", "missed", "waiting")}
        if people["attended"] is None or people["missed"] is None:  # each would follow from the seats and the other
            people |= {"attended": None, "missed": None}
        return cls(
            of=None if of is None else str(of),
            activities=counts["activities"],
            capacity=counts["capacity"],
            **people,
        )


def hidden(count: int) -> int | None:
    """`count`, or None where it is small and not nothing."""
    return None if 0 < count < SMALLEST else count


def counting(community: str, since: datetime, until: datetime, split: Split) -> list[dict[str, Any]]:
    """The aggregation that counts the activities of `community` that started in [since, until) and are over."""
    missing = {
        "$filter": {
            "input": "$state.seated",
            "as": "party",
            "cond": {"$not": [{"$in": ["$$party.person", "$state.presences.person"]}]},
        }
    }
    return [
        {"$match": in_calendar(community, since, until, status=ActivityStatus.COMPLETED)},
        {
            "$group": {
                "_id": f"$state.{split}",
                "activities": {"$sum": 1},
                "capacity": {"$sum": "$state.capacity"},
                "seated": {"$sum": {"$sum": "$state.seated.heads"}},
                "attended": {"$sum": {"$sum": "$state.presences.heads"}},
                "waiting": {"$sum": {"$sum": "$state.waiting.heads"}},
                "missed": {"$sum": {"$sum": {"$map": {"input": missing, "as": "party", "in": "$$party.heads"}}}},
            }
        },
        {"$sort": {"_id": 1}},
    ]


def figures(activities: Aggregates[Activity]) -> APIRouter:
    """The route of figures."""
    routes = APIRouter(prefix=BASE, tags=["attendance"])

    @routes.get(
        "/communities/{community}/activity-figures",
        summary="How full activities were and who did not come (staff)",
        responses=problems(NotYours),
    )
    async def count(
        community: Id,
        principal: PrincipalDep,
        since: Annotated[Moment, Query(alias="from", description="Started at this time or later.")],
        until: Annotated[Moment, Query(alias="to", description="Started before this time.")],
        split: Split = Split.KIND,
    ) -> list[FiguresView]:
        principal.require(community, Role.STAFF)
        with store_errors():
            found = activities.collection.aggregate(counting(community, since, until, split))
            return [FiguresView.from_counts(each) async for each in found]

    return routes
