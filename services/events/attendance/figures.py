"""Figures of activities that are over: how full they were, who did not come, who waited. Small numbers are hidden.

A figure that is small, but not nothing, could lead to somebody; whoever reads it sees null.
"""

from collections.abc import Mapping, Sequence
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
from services.events.attendance.domain.ages import by_age, named_children
from services.events.children.domain import Child

SMALLEST = 5
"""Figures below it are hidden."""
_PEOPLE = ("seated", "attended", "missed", "waiting")
_OF_PARTIES = {
    "state.starts_at": 1,
    **{f"state.{parties}.{name}": 1 for parties in ("seated", "waiting") for name in ("person", "heads", "children")},
    **{f"state.presences.{name}": 1 for name in ("person", "heads", "as_volunteer")},
}


class Split(StrEnum):
    """By what activities are told apart."""

    KIND = "kind"
    BUILDING = "building"
    VENUE = "venue"
    MIN_AGE = "min_age"
    """The age from which an activity is for people."""
    AGE_BAND = "age_band"
    """The ages of those who took part, as far as they are known."""


class FiguresView(BaseModel):
    """Activities that are over and one thing in common; people are counted in heads, and null where they are few.

    By age, activities and their capacity belong to no band.
    """

    of: str | None
    activities: int | None
    capacity: int | None
    seated: int | None
    attended: int | None
    missed: int | None
    waiting: int | None


def told(rows: Sequence[Mapping[str, Any]]) -> list[FiguresView]:
    """The figures of `rows` with small numbers hidden, and with them what would give one away.

    Other figures tell the sum of a column, so where one number of it is hidden another is too; and a row's seats lead
    from those who came to those who did not.
    """
    shown = [{name: hidden(int(row.get(name, 0))) for name in _PEOPLE} for row in rows]
    before = None
    while before != shown:
        before = [dict(row) for row in shown]
        for row in shown:
            if row["attended"] is None or row["missed"] is None:
                row |= {"attended": None, "missed": None}
        for name in _PEOPLE:
            _hide_another(shown, name)
    return [
        FiguresView(
            of=None if row["_id"] is None else str(row["_id"]),
            activities=row["activities"],
            capacity=row["capacity"],
            **people,
        )
        for row, people in zip(rows, shown, strict=True)
    ]


def _hide_another(shown: Sequence[dict[str, int | None]], name: str) -> None:
    others = [row for row in shown if row[name]]
    if others and sum(row[name] is None for row in shown) == 1:
        min(others, key=lambda row: row[name] or 0)[name] = None


def hidden(count: int) -> int | None:
    """`count`, or None where it is small and not nothing."""
    return None if 0 < count < SMALLEST else count


def counting(community: str, since: datetime, until: datetime, split: Split) -> list[dict[str, Any]]:
    """The aggregation that counts the activities of `community` that started in [since, until) and are over. Who helps
    at one takes no part in it, and whoever had a seat but helped did not come for it."""
    came = {"$filter": {"input": "$state.presences", "as": "each", "cond": {"$not": ["$$each.as_volunteer"]}}}
    missing = {
        "$filter": {
            "input": "$state.seated",
            "as": "party",
            "cond": {"$not": [{"$in": ["$$party.person", {"$map": {"input": came, "in": "$$this.person"}}]}]},
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
                "attended": {"$sum": {"$sum": {"$map": {"input": came, "in": "$$this.heads"}}}},
                "waiting": {"$sum": {"$sum": "$state.waiting.heads"}},
                "missed": {"$sum": {"$sum": {"$map": {"input": missing, "as": "party", "in": "$$party.heads"}}}},
            }
        },
        {"$sort": {"_id": 1}},
    ]


def figures(activities: Aggregates[Activity], children: Aggregates[Child]) -> APIRouter:
    """The route of figures."""
    routes = APIRouter(prefix=BASE, tags=["attendance"])

    @routes.get(
        "/communities/{community}/activity-figures",
        summary="Figures of how full activities were, and how many people did not come (staff)",
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
            if split is Split.AGE_BAND:
                return told(await _by_age(community, since, until))
            found = activities.collection.aggregate(counting(community, since, until, split))
            return told([each async for each in found])

    async def _by_age(community: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        over = in_calendar(community, since, until, status=ActivityStatus.COMPLETED)
        states = [each["state"] async for each in activities.collection.find(over, _OF_PARTIES)]
        theirs = {"_id": {"$in": named_children(states)}}
        born = children.collection.find(theirs, {"state.birth_year": 1})
        return by_age(states, {str(each["_id"]): each["state"].get("birth_year") async for each in born})

    return routes
