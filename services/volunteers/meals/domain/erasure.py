"""A person who was erased is forgotten by the meal rounds."""

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.volunteers import MealRoundPersonErased
from services.volunteers.meals.domain.rounds import MealRound, Stop, StopStatus


def forget(meals: MealRound, person: str, stand_in: str) -> Decision[MealRound]:
    """Forget a person who was erased. Their stops lose home and diet, and keep the numbers of meals; meals that were
    still to be delivered there are cancelled, since nobody would find the door."""
    if person != meals.carrier and all(stop.person != person for stop in meals.stops):
        return decided(meals)
    stops = tuple(_emptied(stop, stand_in) if stop.person == person else stop for stop in meals.stops)
    carrier = stand_in if person == meals.carrier else meals.carrier
    changed = meals.model_copy(update={"stops": stops, "carrier": carrier})
    return decided(changed, event_from(MealRoundPersonErased, changed))


def _emptied(stop: Stop, stand_in: str) -> Stop:
    status = StopStatus.CANCELLED if stop.status is StopStatus.ORDERED else stop.status
    nothing = {"person": stand_in, "building": None, "home": None, "diet": None, "status": status}
    return stop.model_copy(update=nothing)
