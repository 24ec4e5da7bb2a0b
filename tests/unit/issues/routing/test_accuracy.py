"""The accuracy of dispatches is of what is decided, and of enough."""

from datetime import timedelta

from services.contracts.issues.routing import DispatchSource
from services.issues.routing.domain.accuracy import (
    SMALLEST_SAMPLE,
    CountedDispatches,
    DispatchOutcome,
    DispatchTally,
    figures,
    publish,
)
from tests.unit.issues.world import (
    HERE,
    NOW,
    assert_folds,
)


def counted(**outcomes: int) -> CountedDispatches:
    tallies = [
        DispatchTally(DispatchSource.RULE, "unit-1", "lighting", DispatchOutcome(outcome), count)
        for outcome, count in outcomes.items()
    ]
    return CountedDispatches(tallies, 6, {"rule": 6}, {"unit-1": 6}, {"lighting": 6})


def test_accuracy_is_of_what_is_decided_and_hops_are_of_cases() -> None:
    made = figures(HERE, NOW - timedelta(days=1), NOW, counted(handled=6, returned=1, reassigned=1, open=4))
    overall = made.overall
    assert (overall.dispatches, overall.decided, overall.accuracy, overall.hops) == (12, 8, 0.75, 2.0)
    assert overall.low is not None
    assert overall.high is not None
    assert overall.low < 0.75 < overall.high
    assert [(line.source, line.accuracy) for line in made.sources] == [(DispatchSource.RULE, 0.75)]
    assert_folds(None, publish(made))


def test_a_small_sample_gives_no_rate() -> None:
    made = figures(HERE, NOW - timedelta(days=1), NOW, counted(handled=SMALLEST_SAMPLE - 1, open=50))
    assert (made.overall.accuracy, made.overall.low, made.overall.decided) == (None, None, SMALLEST_SAMPLE - 1)
