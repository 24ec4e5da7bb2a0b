"""The room of meals: it keeps rounds."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.meals import domain
from services.volunteers.meals.api import router
from services.volunteers.meals.domain import MealRound
from services.volunteers.meals.store import INDEXES, KINDS


def room(rounds: Aggregates[MealRound], clock: Clock) -> Room:
    """The room of meals."""
    return Room("meals", kinds=KINDS, indexes=INDEXES, routers=[router(rounds, clock)], erase=partial(erase, rounds))


async def erase(rounds: Aggregates[MealRound], leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any round, as somebody who gets meals or who brings them."""
    person = leaver.person
    theirs = {"$or": [{"state.stops.person": person}, {"state.carrier": person}]}
    await erase_each(rounds, theirs, lambda m, now: domain.forget(m, person, leaver.stand_in), leaver)
