"""How the API shows meal rounds: figures to all, their own stop to each, and all stops to who carries them."""

from datetime import datetime

from pydantic import BaseModel

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import MealRoundState, MealRoundStatus
from services.volunteers.meals.domain import MealRound, Stop, StopStatus
from services.volunteers.shared.views import Identified, shown, taken


class StopView(BaseModel):
    """One person's meals."""

    id: str
    person: str
    building: str | None
    home: str | None
    diet: str | None
    meals: int
    status: StopStatus


class MealRoundView(MealRoundState, Identified):
    """A round. `mine`: the caller's own stops. `to_bring`: all of them, by building.

    Staff see `to_bring`, and the carrier from the cut-off until the round is closed.
    """

    cutoff: datetime
    spare: int
    mine: list[StopView]
    to_bring: list[StopView] | None = None


def round_view(stored: Stored[MealRound], by: Principal, now: datetime) -> MealRoundView:
    """The round as `by` may see it at `now`."""
    meals = stored.aggregate
    carries = by.sub == meals.carrier and now >= meals.cutoff and meals.status is not MealRoundStatus.CLOSED
    near = carries or by.has(meals.community, Role.STAFF)
    ways = sorted(meals.stops, key=lambda stop: (stop.building or "", stop.id))
    return shown(
        MealRoundView,
        stored,
        cutoff=meals.cutoff,
        spare=meals.spare,
        mine=[_view(stop) for stop in meals.stops if stop.person == by.sub],
        to_bring=[_view(stop) for stop in ways] if near else None,
    )


def _view(stop: Stop) -> StopView:
    return StopView(**taken(stop, StopView))
