"""Points: cut and never rounded up, corrected with their entry, capped, taken and given back once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chassis.errors import NotYours
from services.contracts.volunteers import Origin
from services.volunteers.hours.domain.ledger import (
    COIN_CAPS,
    Account,
    Correct,
    OwnAccount,
    PointRules,
    Service,
    correct,
    credit,
    new_account,
)
from services.volunteers.hours.domain.points import (
    GiveBackPoints,
    NoSuchRedemption,
    NotEnoughPoints,
    Redeem,
    RedemptionReversed,
    give_back,
    redeem,
)
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.world import DAY, HERE, NOW, STAFF, person

RULES = PointRules(an_hour=10, by_category={"haircut": 12}, a_day=25, in_all=60)


def _credited(*services: tuple[int, int, str | None]) -> Account:
    """An account with services of so many minutes, so many days from now, of a kind."""
    account = new_account(HERE, "ann")
    for nth, (minutes, days, category) in enumerate(services):
        day = (NOW + days * DAY).date()
        service = Service(source=Origin.DIRECT, need=f"need-{nth}", minutes=minutes, on=day, category=category)
        account = credit(account, service, NOW, COIN_CAPS, RULES).aggregate
    return account


def test_points_are_cut_and_capped() -> None:
    assert _credited((59, 0, None)).points == 9
    assert _credited((60, 0, "haircut")).points == 12
    assert _credited((120, 0, None), (60, 0, None)).points == 25
    assert _credited(*((180, n, None) for n in range(4))).points == 60


def test_a_correction_takes_the_points_along() -> None:
    account = _credited((60, 0, None))
    body = Correct(entry=account.entries[0].id, minutes=30, reason="签到有误")
    assert correct(account, body, STAFF, NOW, COIN_CAPS, RULES).aggregate.points == 5
    own = new_account(HERE, STAFF.sub)
    with pytest.raises(OwnAccount):
        correct(own, body, STAFF, NOW)


def test_points_are_taken_and_given_back_once_by_staff() -> None:
    account = _credited((120, 0, None))
    for wrong in (0, -1, 0.5, float("nan"), 1e9, "5"):
        with pytest.raises(ValidationError):
            Redeem.model_validate({"points": wrong, "what": "洗衣液"})
    with pytest.raises(NotYours):
        redeem(account, Redeem(points=5, what="洗衣液"), "r-1", person("ann"), NOW)
    with pytest.raises(NotEnoughPoints):
        redeem(account, Redeem(points=21, what="洗衣液"), "r-1", STAFF, NOW)
    taken = redeem(account, Redeem(points=20, what="洗衣液"), "r-1", STAFF, NOW)
    assert (taken.aggregate.points, said(taken).points) == (0, 20)
    assert_folds(account, taken)
    with pytest.raises(NoSuchRedemption):
        give_back(taken.aggregate, GiveBackPoints(redemption="r-2"), STAFF, NOW)
    back = give_back(taken.aggregate, GiveBackPoints(redemption="r-1"), STAFF, NOW).aggregate
    assert (back.points, back.minutes, back.balance) == (20, 120, 120)
    with pytest.raises(RedemptionReversed):
        give_back(back, GiveBackPoints(redemption="r-1"), STAFF, NOW)


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), st.sampled_from([None, "haircut"])), max_size=8))
def test_no_day_and_no_account_holds_more_than_its_cap(services: list[tuple[int, int, str | None]]) -> None:
    account = _credited(*services)
    by_day: dict[object, int] = {}
    for line in account.point_lines:
        day = next(entry.on for entry in account.entries if entry.id == line.reference)
        by_day[day] = by_day.get(day, 0) + line.points
    assert max(by_day.values(), default=0) <= RULES.a_day
    assert 0 <= account.points <= RULES.in_all


def test_an_account_of_before_has_no_points() -> None:
    stored = _credited((60, 0, None)).model_dump()
    del stored["point_lines"]
    for entry in stored["entries"]:
        del entry["category"]
    old = Account.model_validate(stored)
    assert (old.points, old.minutes) == (0, 60)
