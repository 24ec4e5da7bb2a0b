"""How the API shows meal rounds: the figures to everybody of the community, their own stop to each person, and all
stops to staff and the carrier.
"""

from datetime import datetime

from pydantic import BaseModel

from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import MealRoundState
from services.volunteers.meals.domain.rounds import MealRound, Stop, StopStatus
from services.volunteers.shared.views import Identified, shown, taken


class StopView(BaseModel):
    """A stop of a round: the meals of one person. `diet`: what the person may not eat."""

    id: str
    person: str
    building: str | None
    home: str | None
    diet: str | None
    meals: int
    status: StopStatus


class MealRoundView(MealRoundState, Identified):
    """A round. `cutoff`: meals may be ordered before this time. `spare`: the number of loaded meals that are nobody's.
    `mine`: the caller's own stops. `to_bring`: all stops, in the order of their buildings.

    `to_bring` is null to everybody but staff and the carrier. The carrier sees it from the cut-off until the round is
    closed, at most until the end of the day after the round.
    """

    cutoff: datetime
    spare: int
    mine: list[StopView]
    to_bring: list[StopView] | None = None


def round_view(stored: Stored[MealRound], by: Principal, now: datetime) -> MealRoundView:
    """The round as `by` may see it at `now`."""
    meals = stored.aggregate
    ways = sorted(meals.stops, key=lambda stop: (stop.building or "", stop.id))
    return shown(
        MealRoundView,
        stored,
        cutoff=meals.cutoff,
        spare=meals.spare,
        mine=[_view(stop) for stop in meals.stops if stop.person == by.sub],
        to_bring=[_view(stop) for stop in ways] if meals.shows_stops_to(by, now) else None,
    )


def _view(stop: Stop) -> StopView:
    return StopView(**taken(stop, StopView))
