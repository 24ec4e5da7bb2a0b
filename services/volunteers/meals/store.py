"""The kind and indexes of meal rounds."""

from collections.abc import Mapping, Sequence

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import IndexModel
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import MealRoundState
from services.volunteers.meals.domain.rounds import MealRound
from services.volunteers.shared.queries import found_by, listed_by

MEAL_ROUND = Kind(
    name="meal-round",
    collection="meal_rounds",
    model=MealRound,
    topic=VOLUNTEERS,
    state=MealRoundState,
    zh="送餐安排",
    en="round of meals",
)
KINDS = (MEAL_ROUND,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    MEAL_ROUND.collection: [
        listed_by("community"),
        listed_by("community", "status"),
        found_by("stops.person"),
        found_by("carrier"),
    ],
}
