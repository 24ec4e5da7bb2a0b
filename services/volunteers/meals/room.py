"""The room of meals: it keeps meal rounds."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.meals.api import router
from services.volunteers.meals.domain.erasure import forget
from services.volunteers.meals.domain.rounds import MealRound
from services.volunteers.meals.reactions import reactions
from services.volunteers.meals.store import INDEXES, KINDS
from services.volunteers.people.domain.volunteer import Volunteer


def room(rounds: Aggregates[MealRound], volunteers: Aggregates[Volunteer], clock: Clock) -> Room:
    """Make the room of meals."""
    return Room(
        "meals",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(rounds, volunteers, clock)],
        reactions=lambda table: reactions(table, rounds, volunteers),
        erase=partial(erase, rounds),
    )


async def erase(rounds: Aggregates[MealRound], leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any round, neither as a person who gets meals nor as the carrier."""
    person = leaver.person
    theirs = {"$or": [{"state.stops.person": person}, {"state.carrier": person}]}
    await erase_each(rounds, theirs, lambda m, now: forget(m, person, leaver.stand_in), leaver)
