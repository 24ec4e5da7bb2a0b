"""Two accounts of one person become one total: no service twice, no day above its cap, nothing lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.volunteers import Origin
from services.volunteers.hours.domain.coins import Pay, Reverse, pay, receive, reverse, take_back
from services.volunteers.hours.domain.ledger import (
    COIN_CAPS,
    DAY_CAP,
    POINT_RULES,
    Account,
    Service,
    credit,
    new_account,
)
from services.volunteers.hours.domain.merging import Holding, hand_over, holding_of, services_of, take_over
from services.volunteers.hours.domain.points import GiveBackPoints, Redeem, give_back, redeem
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.world import DAY, HERE, NOW, STAFF, person

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
    services, holding = services_of(ended), holding_of(ended)
    merged = take_over(kept, holding, NOW, COIN_CAPS, POINT_RULES).aggregate
    assert take_over(merged, holding, NOW, COIN_CAPS, POINT_RULES).events == ()
    known = {entry.source_id for entry in kept.entries}
    fresh = sum(each.minutes for each in services if each.source_id not in known)
    assert kept.minutes <= merged.minutes <= kept.minutes + fresh
    for day in {entry.on for entry in merged.entries}:
        assert merged.on_day(day) <= DAY_CAP
    decision = hand_over(ended, holding, NOW, COIN_CAPS, POINT_RULES)
    emptied = decision.aggregate
    assert (emptied.minutes, emptied.balance, emptied.points, services_of(emptied)) == (0, 0, 0, [])
    assert emptied.entries[: len(ended.entries)] == ended.entries
    assert hand_over(emptied, holding, NOW, COIN_CAPS, POINT_RULES).events == ()


def test_what_is_entered_while_an_account_is_handed_over_stays_until_it_is_moved_itself() -> None:
    ended = _account("ann-2", [(1, 60)])
    moved, later = holding_of(ended), _account("ann-2", [(1, 60), (2, 30)])
    left = hand_over(later, moved, NOW, COIN_CAPS, POINT_RULES).aggregate
    assert [(each.source_id, each.minutes) for each in services_of(left)] == [("need-2", 30)]
    assert left.minutes == 30


def test_what_both_had_counts_once() -> None:
    kept, ended = _account("ann", [(1, 60)]), _account("ann-2", [(1, 90), (2, 30)])
    decision = take_over(kept, holding_of(ended), NOW, COIN_CAPS, POINT_RULES)
    assert_folds(kept, decision)
    assert decision.aggregate.minutes == 90
    assert [event.model_dump()["told"] for event in decision.events] == [None]  # it was told under the other name


def _merged(kept: Account, ended: Account, holding: Holding | None = None) -> tuple[Account, Account]:
    holding = holding_of(ended) if holding is None else holding
    taking = take_over(kept, holding, NOW, COIN_CAPS, POINT_RULES)
    giving = hand_over(ended, holding, NOW, COIN_CAPS, POINT_RULES)
    assert_folds(kept, taking)
    assert_folds(ended, giving)
    return taking.aggregate, giving.aggregate


def test_coins_and_points_that_were_spent_are_spent_under_the_record_that_goes_on() -> None:
    kept, ended, twin = _account("ann", []), _account("ann-2", [(1, 60)]), person("ann-2")
    ended = pay(ended, Pay(to="bob", minutes=40), "transfer-1", twin, NOW).aggregate
    ended = receive(ended, "transfer-2", "bob", 15, NOW).aggregate
    ended = redeem(ended, Redeem(points=8, what="洗衣粉"), "redemption-1", STAFF, NOW).aggregate
    kept, ended = _merged(kept, ended)
    assert (kept.minutes, kept.balance, kept.points) == (60, 35, 2)
    assert (ended.minutes, ended.balance, ended.points) == (0, 0, 0)
    assert not holding_of(ended)
    back = reverse(kept, Reverse(transfer="transfer-1"), STAFF, NOW).aggregate
    assert give_back(back, GiveBackPoints(redemption="redemption-1"), STAFF, NOW).aggregate.points == 10
    assert back.balance == 75


def test_a_payment_that_arrives_or_is_taken_back_after_the_merger_is_handed_over_once() -> None:
    kept, ended = _merged(_account("ann", []), _account("ann-2", []))
    ended = receive(ended, "transfer-1", "bob", 15, NOW).aggregate
    early = holding_of(ended)
    ended = take_back(ended, "transfer-1", "bob", 15, NOW).aggregate
    kept, ended = _merged(kept, ended, early)
    assert (kept.balance, ended.balance) == (15, -15)
    for _ in range(2):
        kept, ended = _merged(kept, ended)
        assert (kept.balance, ended.balance) == (0, 0)


def test_two_records_of_one_person_that_paid_each_other_have_what_both_earned() -> None:
    kept, ended = _account("ann", [(1, 60)]), _account("ann-2", [(2, 60)])
    ended = pay(ended, Pay(to="ann", minutes=60), "transfer-1", person("ann-2"), NOW).aggregate
    kept = receive(kept, "transfer-1", "ann-2", 60, NOW).aggregate
    kept, ended = _merged(kept, ended)
    assert (kept.balance, ended.balance) == (120, 0)
