"""With scarce volunteers the hard categories are served: beside filling seats and then saving distance."""

import random
from collections import Counter

from services.volunteers.matching.bands import Bands
from services.volunteers.matching.flow import BANDS, Planning, states_of
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer
from tests.unit.volunteers.making import a_need, a_volunteer
from tests.unit.volunteers.world import DAY, HOUR, NOW

CATEGORIES = ("visit", "meal", "chores", "haircut", "tutoring", "nursing")
FILL_THEN_DISTANCE = Bands(first=0, category=0, building=0, keep=0, load=0)


def a_scarce_community(seed: int) -> tuple[list[Need], list[Volunteer]]:
    """Helpers know two things, and live where the first of them is wanted: so distance speaks against the rare ones."""
    draw = random.Random(seed)
    needs = []
    for n in range(180):
        of = n % len(CATEGORIES)
        begin = NOW + draw.randrange(1, 8) * DAY + draw.randrange(9) * HOUR
        home = of if draw.random() < 0.75 else draw.randrange(3)
        times = {"starts_at": begin, "ends_at": begin + HOUR, "ask_from": begin}
        needs.append(a_need(f"need-{n}", category=CATEGORIES[of], skill=CATEGORIES[of], building=f"b{home}", **times))
    people = []
    for n in range(40):
        common, rare = draw.randrange(3), draw.randrange(3, 6)
        skills = frozenset({CATEGORIES[common], CATEGORIES[rare]})
        people.append(a_volunteer(f"p{n}", skills=skills, building=f"b{common}", weekly_minutes=60))
    return needs, people


def served(bands: Bands, needs: list[Need], people: list[Volunteer]) -> Counter[str]:
    category = {need.id: need.category for need in needs}
    plan = Planning(states_of(needs), states_of(people), NOW, bands=bands)
    return Counter(category[made.need] for made in plan.proposals())


def test_the_worst_served_category_gets_twice_of_what_fill_then_distance_gives_at_the_same_fill() -> None:
    worst, otherwise = 0, 0
    for seed in range(4):
        needs, people = a_scarce_community(seed)
        fair, near = served(BANDS, needs, people), served(FILL_THEN_DISTANCE, needs, people)
        assert fair.total() == near.total()
        worst += min(fair[category] for category in CATEGORIES)
        otherwise += min(near[category] for category in CATEGORIES)
    assert otherwise > 0
    assert worst >= 2 * otherwise
