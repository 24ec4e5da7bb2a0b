"""A plan takes the place of the one before in one decision, unless it says the same."""

from services.volunteers.matching.domain import Figures, first, replace
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.world import DAY, HERE, NOW

FIGURES = Figures(needs=3, seats=4, proposed=2, due=1, without_helper=1)


def test_a_plan_is_counted_and_points_to_its_pairs() -> None:
    made = first(HERE, "edition-1", "digest-1", FIGURES, NOW)
    assert_folds(None, made)
    later = replace(made.aggregate, "edition-2", "digest-2", FIGURES, NOW + DAY)
    assert_folds(made.aggregate, later)
    assert (later.aggregate.number, later.aggregate.edition, later.aggregate.made_at) == (2, "edition-2", NOW + DAY)


def test_a_plan_that_says_the_same_changes_nothing() -> None:
    plan = first(HERE, "edition-1", "digest-1", FIGURES, NOW).aggregate
    assert replace(plan, "edition-2", "digest-1", FIGURES, NOW + DAY).events == ()
