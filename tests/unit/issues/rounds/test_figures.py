"""The figures of a round are exact, in whatever order and however often visits are told of."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.aggregate import Decision
from services.contracts.event import Event
from services.contracts.issues import (
    RoundCompleted,
    RoundProgressed,
    RoundStarted,
    RoundStatus,
    RoundSummarised,
)
from services.issues.rounds.domain.figures import Compound, complete_round, recount
from services.issues.rounds.domain.rounds import (
    Figures,
    Round,
)
from tests.unit.issues.rounds.walked import COMPOUND, IDS, a_round, counted, recorded_in
from tests.unit.issues.world import (
    CATALOGUE,
    NOW,
    WALKER,
    assert_folds,
)

walks = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from((-1, *range(1, 19))), st.lists(st.booleans(), max_size=4)),
    max_size=25,
)


@given(walk=walks, early=st.integers(0, 25), told=st.randoms(use_true_random=False))
def test_the_summary_is_exact_wherever_the_walker_ends_and_however_visits_are_told(
    walk: list[tuple[str, int, list[bool]]], early: int, told: Random
) -> None:
    """`early`: how many visits were counted when the walker said they were done."""
    round = a_round().aggregate
    recorded = recorded_in(round, walk)
    events: list[Event] = []

    def decide(decision: Decision[Round]) -> Round:
        assert_folds(round, decision)
        events.extend(decision.events)
        return decision.aggregate

    for arrived in sorted(told.choices(range(min(early, len(recorded)) + 1), k=5)):
        round = decide(recount(round, counted(recorded[:arrived]), COMPOUND, CATALOGUE, NOW))
    round = decide(complete_round(round, len(recorded), WALKER, NOW))
    for arrived in (*sorted(told.choices(range(len(recorded) + 1), k=5)), len(recorded), 0, len(recorded)):
        assert (round.status is RoundStatus.COMPLETED) == (round.completed_at is not None)
        round = decide(recount(round, counted(recorded[:arrived]), COMPOUND, CATALOGUE, NOW))
    assert round.status is RoundStatus.COMPLETED
    assert [type(e) for e in events].count(RoundStarted) <= bool(walk)
    [completed] = [e for e in events if isinstance(e, RoundCompleted)]
    [summary] = [e.summary for e in events if isinstance(e, RoundSummarised)]
    found = [fixed for _, _, findings in walk for fixed in findings]
    for told_of in (completed, summary):
        assert (told_of.visits, told_of.findings, told_of.fixed_on_the_spot) == (len(walk), len(found), sum(found))
        assert told_of.handed_over == len(found) - sum(found)
        assert told_of.floors_visited == len({(b, f) for b, f, _ in walk})
    assert set(completed.covered) == {b for b, _, _ in walk}
    assert (summary.buildings_covered, summary.buildings_planned) == (len(completed.covered), len(IDS))
    assert Compound(summary.compound_buildings, summary.compound_covered) == COMPOUND
    assert (summary.floors_covered, summary.floors_planned) == (len({(b, f) for b, f, _ in walk if f > 0}), 54)
    assert [tally.building for tally in summary.by_building] == list(IDS)
    assert sum(tally.findings for tally in summary.by_building) == summary.findings
    assert [(c.category, c.category_zh, c.findings) for c in summary.by_category] == (
        [("noise", CATALOGUE.category("noise").zh, len(found))] if found else []
    )


@given(walk=walks, told=st.randoms(use_true_random=False))
def test_any_order_of_visits_gives_the_same_figures(walk: list[tuple[str, int, list[bool]]], told: Random) -> None:
    recorded = recorded_in(a_round().aggregate, walk)
    shuffled = told.sample(recorded, len(recorded))
    without_last = {"last": None}
    assert counted(shuffled).model_copy(update=without_last) == counted(recorded).model_copy(update=without_last)


def test_a_visit_that_slipped_in_while_the_walker_ended_is_still_counted_and_the_summary_told_again() -> None:
    round = a_round().aggregate
    visits = recorded_in(round, [(IDS[0], 1, []), (IDS[1], 2, [True])])
    over = complete_round(round, 1, WALKER, NOW).aggregate
    done = recount(over, counted(visits[:1]), COMPOUND, CATALOGUE, NOW).aggregate
    late = recount(done, counted(visits), COMPOUND, CATALOGUE, NOW)
    assert (late.aggregate.visits, late.aggregate.status) == (2, RoundStatus.COMPLETED)
    assert [type(event) for event in late.events] == [RoundProgressed, RoundSummarised]
    assert late.aggregate.summary is not None
    assert late.aggregate.summary.findings == 1
    assert_folds(done, late)


def test_an_older_count_and_the_same_again_change_nothing() -> None:
    round = a_round().aggregate
    visits = recorded_in(round, [(IDS[0], 1, []), (IDS[1], 2, [True])])
    now = recount(round, counted(visits), COMPOUND, CATALOGUE, NOW).aggregate
    for figures in (counted(visits), counted(visits[:1]), Figures()):
        assert recount(now, figures, COMPOUND, CATALOGUE, NOW).events == ()


def test_a_walk_without_a_visit_is_completed_all_the_same() -> None:
    over = complete_round(a_round().aggregate, 0, WALKER, NOW).aggregate
    done = recount(over, Figures(), COMPOUND, CATALOGUE, NOW).aggregate
    assert (done.status, done.covered, done.floors_covered) == (RoundStatus.COMPLETED, [], 0)
