"""Two accounts of one person become one total: no service twice, no day above its cap, nothing lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.volunteers import Origin
from services.volunteers.hours.domain.ledger import (
    COIN_CAPS,
    DAY_CAP,
    POINT_RULES,
    Account,
    Service,
    credit,
    new_account,
)
from services.volunteers.hours.domain.merging import hand_over, services_of, take_over
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.world import DAY, HERE, NOW

SERVICES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 400)), max_size=6)


def _account(who: str, services: list[tuple[int, int]]) -> Account:
    account = new_account(HERE, who)
    for need, minutes in services:
        day = (NOW + (need % 2) * DAY).date()
        service = Service(source=Origin.DIRECT, need=f"need-{need}", minutes=minutes, on=day)
        account = credit(account, service, NOW).aggregate
    return account


@settings(max_examples=80)
@given(SERVICES, SERVICES)
def test_the_total_is_one_and_the_record_that_ended_holds_nothing(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    kept, ended = _account("ann", one), _account("ann-2", other)
    services = services_of(ended)
    merged = take_over(kept, services, NOW, COIN_CAPS, POINT_RULES).aggregate
    assert take_over(merged, services, NOW, COIN_CAPS, POINT_RULES).events == ()
    known = {entry.source_id for entry in kept.entries}
    fresh = sum(each.minutes for each in services if each.source_id not in known)
    assert kept.minutes <= merged.minutes <= kept.minutes + fresh
    for day in {entry.on for entry in merged.entries}:
        assert merged.on_day(day) <= DAY_CAP
    decision = hand_over(ended, services, NOW, COIN_CAPS, POINT_RULES)
    emptied = decision.aggregate
    assert (emptied.minutes, emptied.balance, emptied.points, services_of(emptied)) == (0, 0, 0, [])
    assert emptied.entries[: len(ended.entries)] == ended.entries
    assert hand_over(emptied, services, NOW, COIN_CAPS, POINT_RULES).events == ()


def test_what_is_entered_while_an_account_is_handed_over_stays_until_it_is_moved_itself() -> None:
    ended = _account("ann-2", [(1, 60)])
    moved, later = services_of(ended), _account("ann-2", [(1, 60), (2, 30)])
    left = hand_over(later, moved, NOW, COIN_CAPS, POINT_RULES).aggregate
    assert [(each.source_id, each.minutes) for each in services_of(left)] == [("need-2", 30)]
    assert left.minutes == 30


def test_what_both_had_counts_once() -> None:
    kept, ended = _account("ann", [(1, 60)]), _account("ann-2", [(1, 90), (2, 30)])
    decision = take_over(kept, services_of(ended), NOW, COIN_CAPS, POINT_RULES)
    assert_folds(kept, decision)
    assert decision.aggregate.minutes == 90
    assert [event.model_dump()["told"] for event in decision.events] == [None]  # it was told under the other name
