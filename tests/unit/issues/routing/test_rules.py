"""Rules: what each condition asks, which of several wins, and which can never win."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.contracts.issues import Channel, Priority
from services.issues.routing.domain.rules import (
    AnswerIs,
    Beaten,
    Conditions,
    Facts,
    Hours,
    Rule,
    evaluate,
    matches,
    shadowed,
)

AT = datetime(2024, 1, 29, 12, 15, tzinfo=UTC)
"""A Monday, 20:15 in Shanghai."""
TREE = ("floor-3", "house-9", "compound")


def facts(**more: Any) -> Facts:
    given: dict[str, Any] = {
        "category": "lift",
        "group": "equipment",
        "at": AT,
        "channel": Channel.RESIDENT,
        "priority": Priority.HIGH,
        "places": TREE,
        "working": False,
        "answers": {"trapped": True, "floor": 3, "kind": ["stuck", "noise"]},
    }
    return Facts(**(given | more))


def rule(id: str, unit: str = "unit-1", order: int = 100, **when: Any) -> Rule:
    return Rule(id=id, title=id, order=order, unit=unit, when=Conditions(**when))


@pytest.mark.parametrize(
    ("when", "met"),
    [
        ({}, True),
        ({"categories": ["lift", "pipe"]}, True),
        ({"categories": ["pipe"]}, False),
        ({"groups": ["equipment"]}, True),
        ({"categories": ["pipe"], "groups": ["equipment"]}, True),
        ({"places": ["house-9"]}, True),
        ({"places": ["compound"]}, True),
        ({"places": ["house-8"]}, False),
        ({"hours": [{"start": "20:15", "end": "20:16"}]}, True),
        ({"hours": [{"start": "20:00", "end": "20:15"}]}, False),
        ({"hours": [{"start": "18:00", "end": "08:00"}]}, True),
        ({"hours": [{"start": "08:00", "end": "18:00"}]}, False),
        ({"weekdays": [1]}, True),
        ({"weekdays": [2, 7]}, False),
        ({"working": False}, True),
        ({"working": True}, False),
        ({"answers": [{"question": "trapped", "any_of": [True]}]}, True),
        ({"answers": [{"question": "trapped", "any_of": [1]}]}, False),
        ({"answers": [{"question": "floor", "at_least": 3}]}, True),
        ({"answers": [{"question": "floor", "at_least": 4}]}, False),
        ({"answers": [{"question": "floor", "at_most": 2}]}, False),
        ({"answers": [{"question": "trapped", "at_least": 0}]}, False),
        ({"answers": [{"question": "kind", "any_of": ["noise"]}]}, True),
        ({"answers": [{"question": "unasked", "any_of": ["noise"]}]}, False),
        ({"channels": ["resident"]}, True),
        ({"channels": ["hotline"]}, False),
        ({"priorities": ["high", "urgent"]}, True),
        ({"priorities": ["low"]}, False),
        ({"categories": ["lift"], "places": ["house-8"]}, False),
    ],
)
def test_each_condition_holds_for_the_facts_that_meet_it(when: dict[str, Any], met: bool) -> None:
    assert (matches(Conditions(**when), facts()) is not None) is met


def test_a_condition_on_working_time_does_not_hold_where_nobody_knows() -> None:
    assert matches(Conditions(working=True), facts(working=None)) is None
    assert matches(Conditions(working=False), facts(working=None)) is None


def test_the_day_is_that_of_shanghai() -> None:
    late = datetime(2024, 1, 28, 17, 0, tzinfo=UTC)
    assert matches(Conditions(weekdays=(1,)), facts(at=late)) is not None


@pytest.mark.parametrize(
    ("winner", "loser", "step"),
    [
        (rule("z", order=1), rule("a", order=2, categories=["lift"]), Beaten.ORDER),
        (rule("z", categories=["lift"], weekdays=[1]), rule("a", places=["floor-3"]), Beaten.CONDITIONS),
        (rule("z", categories=["lift"]), rule("a", groups=["equipment"]), Beaten.CATEGORY),
        (rule("z", places=["house-9"]), rule("a", places=["compound"]), Beaten.PLACE),
        (rule("a", places=["house-9"]), rule("z", places=["house-9"]), Beaten.ID),
    ],
)
def test_the_winner_tells_in_what_it_came_before_each_loser(winner: Rule, loser: Rule, step: Beaten) -> None:
    verdict = evaluate([loser, winner], facts())
    assert verdict.winner == winner
    assert [(lost.rule, lost.beaten_by) for lost in verdict.losers] == [(loser.id, step)]


def test_the_reasons_name_what_was_met_and_repeat_no_answer() -> None:
    all_ = rule(
        "all",
        categories=["lift"],
        places=["compound"],
        hours=[{"start": "20:00", "end": "21:00"}],
        answers=[{"question": "kind", "any_of": ["stuck"]}],
    )
    reasons = {reason.condition: reason.fact for reason in evaluate([all_], facts()).reasons}
    assert reasons == {"category": "lift", "place": "compound", "hours": "20:15", "answers": "kind"}


CLOCKS = st.sampled_from(["00:00", "06:00", "12:00", "18:00", "23:59"])
SPANS = st.tuples(CLOCKS, CLOCKS).filter(lambda pair: pair[0] != pair[1]).map(lambda p: Hours(start=p[0], end=p[1]))


def few(of: list[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(of), max_size=2, unique=True).map(tuple)


WHEN = st.builds(
    Conditions,
    categories=few(["lift", "pipe"]),
    groups=few(["equipment", "water"]),
    places=few(["floor-3", "house-9", "compound", "house-8"]),
    hours=st.lists(SPANS, max_size=2).map(tuple),
    weekdays=few([1, 2, 7]),
    working=st.sampled_from([None, True, False]),
    answers=few([AnswerIs(question="q", any_of=(1,)), AnswerIs(question="q", at_least=1)]),
    channels=few([Channel.RESIDENT, Channel.HOTLINE]),
    priorities=few([Priority.LOW, Priority.HIGH]),
)
RULES = st.lists(
    st.builds(
        Rule,
        id=st.sampled_from([f"r{n}" for n in range(12)]),
        title=st.just("规则"),
        order=st.sampled_from([1, 100]),
        when=WHEN,
        unit=st.sampled_from(["unit-1", "unit-2"]),
    ),
    max_size=8,
    unique_by=lambda each: each.id,
)
CASES = st.builds(
    facts,
    category=st.sampled_from(["lift", "pipe"]),
    group=st.sampled_from(["equipment", "water", None]),
    places=st.sampled_from([TREE, TREE[1:], TREE[2:], ("house-8", "compound"), ()]),
    at=st.datetimes(datetime(2024, 1, 1), datetime(2024, 2, 1), timezones=st.just(UTC)),  # noqa: DTZ001  given a zone
    working=st.sampled_from([None, True, False]),
    answers=st.sampled_from([{}, {"q": 1}, {"q": True}, {"q": "1"}, {"q": [2, 1]}]),
    channel=st.sampled_from([Channel.RESIDENT, Channel.HOTLINE, Channel.ROUND]),
    priority=st.sampled_from(list(Priority)),
)


@given(rules=RULES, case=CASES, seed=st.integers())
def test_there_is_one_winner_whatever_the_sequence(rules: list[Rule], case: Facts, seed: int) -> None:
    verdict = evaluate(rules, case)
    matching = [each for each in rules if matches(each.when, case) is not None]
    mixed = list(rules)
    random.Random(seed).shuffle(mixed)

    assert evaluate(mixed, case) == verdict
    assert (verdict.winner is None) == (not matching)
    named = {lost.rule for lost in verdict.losers} | ({verdict.winner.id} if verdict.winner else set())
    assert named == {each.id for each in matching}
    if verdict.winner is not None:
        assert verdict.winner.order == min(each.order for each in matching)
        rivals = [each for each in matching if each.order == verdict.winner.order]
        most = max(len(matches(each.when, case) or ()) for each in rivals)
        assert len(verdict.reasons) == most


@given(rules=RULES, case=CASES)
def test_the_winner_wins_without_the_others_and_a_loser_wins_once_it_is_gone(rules: list[Rule], case: Facts) -> None:
    verdict = evaluate(rules, case)
    if verdict.winner is None:
        return
    assert evaluate([verdict.winner], case).winner == verdict.winner
    rest = evaluate([each for each in rules if each != verdict.winner], case)
    assert (rest.winner is None) == (not verdict.losers)
    if rest.winner is not None:
        assert rest.winner.id == verdict.losers[0].rule


@given(rules=RULES, case=CASES)
def test_a_shadowed_rule_never_wins(rules: list[Rule], case: Facts) -> None:
    verdict = evaluate(rules, case)
    assert verdict.winner is None or verdict.winner.id not in {shadow.rule for shadow in shadowed(rules)}


def test_a_wide_rule_in_front_hides_a_narrow_one_and_is_named() -> None:
    wide = rule("wide", order=1, categories=["lift", "pipe"])
    narrow = rule("narrow", order=2, categories=["lift"], places=["house-9"])
    night = rule("night", order=3, hours=[{"start": "22:00", "end": "06:00"}])
    assert [(shadow.rule, shadow.by) for shadow in shadowed([narrow, night, wide])] == [("narrow", "wide")]


@pytest.mark.parametrize(
    "when",
    [
        {"hours": [{"start": "08:00", "end": "08:00"}]},
        {"hours": [{"start": "24:00", "end": "08:00"}]},
        {"weekdays": [0]},
        {"answers": [{"question": "floor"}]},
        {"catgories": ["lift"]},
        {"places": [f"p{n}" for n in range(101)]},
    ],
)
def test_rules_that_make_no_sense_are_refused(when: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rule("r", **when)
