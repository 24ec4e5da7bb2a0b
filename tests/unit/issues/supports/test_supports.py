"""Supports: each person gives one once, takes it back, gives it again; what is told where not everybody may know."""

from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import SYSTEM
from services.contracts.issues import SupportAnonymised, SupportGiven, SupportWithdrawn, SupportWithheld
from services.issues.supports.domain.supports import (
    GiveSupport,
    Subject,
    Support,
    first_support,
    forget_supporter,
    say_again,
    support_again,
    supporter,
    withdraw,
)
from tests.unit.issues.world import HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, STRANGER, WALKER

LATER = NOW.replace(year=NOW.year + 1)


def a_support(by: Any = NEIGHBOUR, person: str = NEIGHBOUR.sub, *, public: bool = True) -> Support:
    return first_support("s", "case-1", Subject.CASE, HERE, person, by, NOW, public=public).aggregate


def test_a_support_is_given_once_and_told_once() -> None:
    given = first_support("s", "case-1", Subject.CASE, HERE, NEIGHBOUR.sub, NEIGHBOUR, NOW)
    assert given.events == (
        SupportGiven(subject="case-1", of="case", person=NEIGHBOUR.sub, own=True, by=NEIGHBOUR.sub),
    )
    assert (given.aggregate.active, given.aggregate.since) == (True, NOW)
    assert support_again(given.aggregate, NEIGHBOUR, LATER).events == ()


def test_a_support_is_taken_back_once_and_may_be_given_again() -> None:
    gone = withdraw(a_support(), NEIGHBOUR, NOW)
    assert [type(event) for event in gone.events] == [SupportWithdrawn]
    assert withdraw(gone.aggregate, NEIGHBOUR, NOW).events == ()
    again = support_again(gone.aggregate, NEIGHBOUR, LATER)
    assert [type(event) for event in again.events] == [SupportGiven]
    assert (again.aggregate.active, again.aggregate.since) == (True, LATER)


def test_staff_support_for_others_and_everybody_else_for_themselves() -> None:
    assert supporter(GiveSupport(), HERE, RESIDENT) == RESIDENT.sub
    assert supporter(GiveSupport(person=RESIDENT.sub), HERE, RESIDENT) == RESIDENT.sub
    assert supporter(GiveSupport(person="caller-1"), HERE, STAFF) == "caller-1"
    for by in (RESIDENT, WALKER, STRANGER):
        with pytest.raises(NotYours):
            supporter(GiveSupport(person="caller-1"), HERE, by)
    with pytest.raises(NotYours):
        supporter(GiveSupport(), HERE, STRANGER)


def test_what_the_staff_write_down_is_not_the_supporters_own_word() -> None:
    [event] = first_support("s", "case-1", Subject.CASE, HERE, "caller-1", STAFF, NOW).events
    assert isinstance(event, SupportGiven)
    assert (event.own, event.by, event.person) == (False, STAFF.sub, "caller-1")


def test_a_support_of_a_private_case_is_withheld_until_the_case_is_public() -> None:
    hidden = a_support(public=False)
    assert hidden.withholds
    [event] = say_again(hidden).events
    assert isinstance(event, SupportGiven)
    assert event.by == SYSTEM
    assert isinstance(hidden.told(event), SupportWithheld)
    assert not say_again(hidden).aggregate.withholds
    assert withdraw(a_support(), NEIGHBOUR, NOW, public=False).aggregate.withholds
    assert say_again(withdraw(hidden, NEIGHBOUR, NOW, public=False).aggregate).events == ()


def test_an_erased_supporter_goes_on_counting_under_an_id_that_leads_to_nobody() -> None:
    gone = forget_supporter(a_support(), "erased-1")
    assert gone.events == (SupportAnonymised(subject="case-1", of="case"),)
    assert (gone.aggregate.person, gone.aggregate.active) == ("erased-1", True)
    for decision in (
        forget_supporter(gone.aggregate, "erased-2"),
        withdraw(gone.aggregate, NEIGHBOUR, NOW),
        support_again(gone.aggregate, NEIGHBOUR, NOW),
        say_again(gone.aggregate),
    ):
        assert decision.events == ()
        assert decision.aggregate.person == "erased-1"
