"""Figures of activities that are over: how full they were, who did not come, who waited, in multiples of five.

A figure that is exact and small could lead to somebody, and so could the difference of two that are exact and large.
"""

from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.secret import keyed_mark
from services.chassis.store.unavailable import store_errors
from services.contracts.activities import ActivityStatus
from services.contracts.marks import Id
from services.events.activities.api import BASE
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.requests import Moment
from services.events.activities.store import in_calendar
from services.events.attendance.domain.ages import AgeBand, Heads, named_children
from services.events.attendance.domain.rounding import BASE as STEP
from services.events.attendance.domain.rounding import Rounded, Whole, rounded
from services.events.children.domain import Child

ChanceOf = Callable[[str, Whole], int]
"""Gives the chance by which a whole of the activity of an id is rounded."""


class Split(StrEnum):
    """By what activities are told apart."""

    KIND = "kind"
    BUILDING = "building"
    VENUE = "venue"
    MIN_AGE = "min_age"
    """The age from which an activity is for people."""
    AGE_BAND = "age_band"
    """The ages of those who took part, as far as they are known."""


_READ = {
    "state.starts_at": 1,
    "state.capacity": 1,
    **{f"state.{split}": 1 for split in Split if split is not Split.AGE_BAND},
    **{f"state.{parties}.{name}": 1 for parties in ("seated", "waiting") for name in ("person", "heads", "children")},
    **{f"state.presences.{name}": 1 for name in ("person", "heads", "as_volunteer")},
}


class FiguresView(BaseModel):
    """Activities that are over and one thing in common. People are counted in heads, which are rounded to multiples of
    five for each activity, up or down so that they are right on average: the more activities, the nearer. A number of
    one activity is off by four at most, and all splits of the same activities come to the same sums.

    By age, activities and their capacity belong to no band and are null; a band for which nothing is shown is left out.
    """

    of: str | None
    activities: int | None
    capacity: int | None
    seated: int
    attended: int
    missed: int
    waiting: int


@dataclass(slots=True)
class _Row:
    activities: int = 0
    capacity: int = 0
    heads: Rounded = field(default_factory=Rounded)

    def shown(self, of: object, *, by_age: bool) -> FiguresView:
        heads = self.heads
        return FiguresView(
            of=None if of is None else str(of),
            activities=None if by_age else self.activities,
            capacity=None if by_age else self.capacity,
            seated=heads.came + heads.missed,
            attended=heads.came + heads.beyond,
            missed=heads.missed,
            waiting=heads.waiting,
        )


def told(
    found: Iterable[tuple[str, Mapping[str, Any]]],
    split: Split,
    chance: ChanceOf,
    birth_years: Mapping[str, int | None],
) -> list[FiguresView]:
    """The figures of the activities `found` (id and state as it is stored), by `split`.

    Every activity is rounded by itself, by a chance that is always the same for it, before anything is added.
    """
    by_age = split is Split.AGE_BAND
    rows: dict[Any, _Row] = {}
    for id, state in found:
        bands = rounded(Heads.of(state, birth_years), partial(chance, id))
        for band, heads in bands.items():
            row = rows.setdefault(band if by_age else state.get(split), _Row())
            row.heads += heads
        if not by_age:
            row.activities += 1
            row.capacity += state["capacity"]
    if by_age:
        return [
            rows[band].shown(band.value, by_age=True)
            for band in AgeBand
            if band in rows and rows[band].heads != Rounded()
        ]
    return [rows[of].shown(of, by_age=False) for of in sorted(rows, key=lambda of: (of is not None, of))]


def chance_with(secret: bytes) -> ChanceOf:
    """The chances that follow from the secret of the service: the same in every replica, and guessed by nobody."""
    return lambda id, whole: int(keyed_mark(secret, "figures", whole, id), 16) % STEP


def figures(activities: Aggregates[Activity], children: Aggregates[Child]) -> APIRouter:
    """The route of figures."""
    routes = APIRouter(prefix=BASE, tags=["attendance"])

    @routes.get(
        "/communities/{community}/activity-figures",
        summary="Figures of how full activities were, and how many people did not come, in multiples of five (staff)",
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
        chance = chance_with(await activities.secret())
        with store_errors():
            over = in_calendar(community, since, until, status=ActivityStatus.COMPLETED)
            found = [(str(each["_id"]), each["state"]) async for each in activities.collection.find(over, _READ)]
            return told(found, split, chance, await _birth_years(found) if split is Split.AGE_BAND else {})

    async def _birth_years(found: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, int | None]:
        theirs = {"_id": {"$in": named_children([state for _, state in found])}}
        born: AsyncIterable[Mapping[str, Any]] = children.collection.find(theirs, {"state.birth_year": 1})
        return {str(each["_id"]): each["state"].get("birth_year") async for each in born}

    return routes
