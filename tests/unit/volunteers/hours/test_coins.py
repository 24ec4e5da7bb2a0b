"""Coins are earned by minutes given, within caps; they move whole, once, and the sum over all accounts stays."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chassis.errors import CommunityError, NotYours
from services.contracts.volunteers import AccountPaid, AccountPaymentReversed
from services.volunteers.hours.domain.coins import (
    NoSuchPayment,
    NotEnoughCoins,
    Pay,
    PayToOneself,
    Reverse,
    ReversedAlready,
    forget_other,
    pay,
    receive,
    reverse,
    take_back,
)
from services.volunteers.hours.domain.ledger import CoinCaps, Correct, correct, credit, new_account
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.hours.test_ledger import MONDAY, a_service
from tests.unit.volunteers.world import HERE, NOW, STAFF, person

ANN, BOB = person("ann"), person("bob")


def rich(who: str = "ann", minutes: int = 60) -> Any:
    return credit(new_account(HERE, who), a_service(minutes=minutes), NOW).aggregate


def test_a_payment_moves_and_a_reversal_moves_back_once() -> None:
    ann, bob = rich(), new_account(HERE, "bob")
    paid = pay(ann, Pay(to="bob", minutes=60), "transfer-1", ANN, NOW)
    assert_folds(ann, paid)
    ann, bob = paid.aggregate, receive(bob, "transfer-1", "ann", 60, NOW).aggregate
    assert receive(bob, "transfer-1", "ann", 60, NOW).events == ()
    assert (ann.balance, bob.balance) == (0, 60)
    given_back = reverse(ann, Reverse(transfer="transfer-1"), STAFF, NOW)
    ann, bob = given_back.aggregate, take_back(bob, "transfer-1", "ann", 60, NOW).aggregate
    assert take_back(bob, "transfer-1", "ann", 60, NOW).events == ()
    assert (ann.balance, bob.balance, ann.minutes) == (60, 0, 60)
    assert [line.kind for line in ann.coins] == ["earned", "paid", "given-back"]
    with pytest.raises(ReversedAlready):
        reverse(ann, Reverse(transfer="transfer-1"), STAFF, NOW)
    with pytest.raises(NoSuchPayment):
        reverse(bob, Reverse(transfer="transfer-1"), STAFF, NOW)
    with pytest.raises(NotYours):
        reverse(ann, Reverse(transfer="transfer-1"), ANN, NOW)


@pytest.mark.parametrize("minutes", [0, -30, 0.5, float("nan"), 1e9, "60", True, 1441])
def test_amounts_that_are_no_whole_minutes_of_a_day_are_refused(minutes: Any) -> None:
    with pytest.raises(ValidationError):
        Pay(to="bob", minutes=minutes)


def test_nobody_pays_from_what_is_not_theirs_or_not_there() -> None:
    with pytest.raises(NotEnoughCoins):
        pay(rich(), Pay(to="bob", minutes=61), "transfer-1", ANN, NOW)
    with pytest.raises(NotYours):
        pay(rich(), Pay(to="bob", minutes=1), "transfer-1", BOB, NOW)
    with pytest.raises(PayToOneself):
        pay(rich(), Pay(to="ann", minutes=1), "transfer-1", ANN, NOW)


def test_a_day_and_an_account_earn_no_more_than_their_caps_and_a_correction_takes_coins_back() -> None:
    caps = CoinCaps(a_day=120, in_all=150)
    account = credit(new_account(HERE, "ann"), a_service("need-1", 100), NOW, caps).aggregate
    account = credit(account, a_service("need-2", 100), NOW, caps).aggregate
    assert (account.minutes, account.balance) == (200, 120)
    account = credit(account, a_service("need-3", 100, MONDAY + timedelta(days=1)), NOW, caps).aggregate
    assert account.balance == 150
    first = account.entries[0].id
    account = correct(account, Correct(entry=first, minutes=40, reason="误"), STAFF, NOW, caps).aggregate
    assert (account.minutes, account.balance) == (240, 90)


def test_an_erased_partner_is_a_stand_in() -> None:
    paid = pay(rich(), Pay(to="bob", minutes=10), "transfer-1", ANN, NOW).aggregate
    assert "bob" not in forget_other(paid, "bob", "erased-1").aggregate.model_dump_json()
    assert forget_other(rich(), "bob", "erased-1").events == ()


COMMANDS = st.lists(
    st.tuples(st.sampled_from(["earn", "pay", "reverse"]), st.sampled_from(["ann", "bob", "eve"]), st.integers(1, 90)),
    max_size=25,
)


@settings(max_examples=60)
@given(COMMANDS)
def test_the_sum_over_all_accounts_is_what_was_earned(commands: Any) -> None:
    accounts = {who: new_account(HERE, who) for who in ("ann", "bob", "eve")}
    for number, (what, who, minutes) in enumerate(commands):
        other = "bob" if who != "bob" else "eve"
        try:
            if what == "earn":
                decision = credit(accounts[who], a_service(f"need-{number}", minutes), NOW)
            elif what == "pay":
                decision = pay(accounts[who], Pay(to=other, minutes=minutes), f"t-{number}", person(who), NOW)
            else:
                transfer = next((c.transfer for c in accounts[who].coins if c.kind == "paid"), "t-none")
                decision = reverse(accounts[who], Reverse(transfer=transfer), STAFF, NOW)
        except CommunityError:
            continue
        accounts[who] = decision.aggregate
        for event in decision.events:
            if isinstance(event, AccountPaid):
                arrived = receive(accounts[event.to], event.transfer, who, event.coins, NOW)
                accounts[event.to] = arrived.aggregate
            elif isinstance(event, AccountPaymentReversed):
                accounts[event.to] = take_back(accounts[event.to], event.transfer, who, event.coins, NOW).aggregate
        if what == "pay":
            assert accounts[who].balance >= 0
    earned = sum(line.minutes for a in accounts.values() for line in a.coins if line.kind == "earned")
    assert sum(account.balance for account in accounts.values()) == earned
